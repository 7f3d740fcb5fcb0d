/** Presenting before a class: the teaching text goes, type and plot grow, everything that moves stays. */

import { attributes, button } from "../kit/index.ts";

const TYPING = "textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])";

/** Gives the button that starts and ends it; the key P does the same, and Escape ends it. It is no part of any state. */
export function presenting(root: HTMLElement): HTMLElement {
  let now = false;
  const press = button({ label: "Present", look: "quiet", onPress: () => set(!now) });
  const set = (value: boolean): void => {
    now = value;
    root.classList.toggle("s-presenting", now);
    press.set({ pressed: now });
  };
  attributes(press.el, { title: "Present: larger, without the text (P; Esc ends it)", "aria-keyshortcuts": "p" });
  set(false);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target)) return;
    if (event.key === "Escape") set(false);
    else if (event.key.toLowerCase() === "p") set(!now);
  });
  return press.el;
}

/** Whether keys belong to something else: a text that is typed, a dialog, a handle that is held. */
function isTaken(target: EventTarget | null): boolean {
  const typing = target instanceof Element && target.closest(TYPING) !== null;
  return typing || document.querySelector("dialog[open], .hinges-dragging") !== null;
}
