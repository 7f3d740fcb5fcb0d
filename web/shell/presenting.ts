/** Presenting before a class: the teaching text goes, type and plot grow, everything that moves stays. */

import { attributes, button } from "../kit/index.ts";

const LETTERS = ["p", "π"]; // the latter is what Alt+P types on a Mac
const TYPING = "textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])";

/**
 * Gives the button that starts and ends it; Alt+P does the same, and Escape ends it. It is no part of any state. (A letter
 * alone would start it for those who speak to their computer, or touch a key by accident.)
 */
export function presenting(root: HTMLElement): HTMLElement {
  let now = false;
  const press = button({ label: "Present", look: "quiet", onPress: () => set(!now) });
  const set = (value: boolean): void => {
    now = value;
    root.classList.toggle("s-presenting", now);
    press.set({ pressed: now });
  };
  attributes(press.el, { title: "Present: larger, without the text (Alt+P; Esc ends it)", "aria-keyshortcuts": "Alt+P" });
  set(false);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || isTaken(event.target)) return;
    if (event.key === "Escape" && !event.altKey) set(false);
    if (event.altKey && LETTERS.includes(event.key.toLowerCase())) {
      event.preventDefault();
      set(!now);
    }
  });
  return press.el;
}

/** Whether keys belong to something else: a text that is typed, a dialog, a handle that is held. */
function isTaken(target: EventTarget | null): boolean {
  const typing = target instanceof Element && target.closest(TYPING) !== null;
  return typing || document.querySelector("dialog[open], .hinges-dragging") !== null;
}
