/** What the page says back: a line that is read out when it changes, a passing note, a dialog. */

import { button } from "./controls.ts";
import { attributes, h, text, uniqueId, type Child } from "./dom.ts";
import { live } from "./live.ts";

export type Tone = "plain" | "good" | "warning" | "error";

/** Gives a line of text that screen readers read when it changes, at most once in half a second. */
export function status(first = ""): { el: HTMLElement; set(sentence: string, tone?: Tone): void } {
  const shown = live(first, h("p", { class: "k-status", attributes: { "aria-hidden": "true" } }));
  const spoken = h("p", { class: "k-hidden", attributes: { role: "status", "aria-live": "polite" } }, first);
  let waiting = 0;
  let latest = first;
  return {
    el: h("div", { class: "k-status-box" }, shown.el, spoken),
    set(sentence, tone = "plain") {
      shown.set(sentence);
      attributes(shown.el, { "data-tone": tone === "plain" ? null : tone });
      latest = sentence;
      if (waiting || spoken.textContent === sentence) return;
      waiting = window.setTimeout(() => {
        waiting = 0;
        text(spoken, latest);
      }, 500);
    },
  };
}

export interface Notes {
  readonly el: HTMLElement;
  /** Shows a sentence with an optional way on. An error stays until it is closed; other notes go by themselves. */
  say(sentence: string, options?: { tone?: Tone; action?: { label: string; onPress(): void } }): void;
}

/** Gives the place where passing notes appear: one for each page or widget. */
export function notes(): Notes {
  const el = h("div", { class: "k-notes", attributes: { role: "region", "aria-label": "Notes", "aria-live": "polite" } });
  return {
    el,
    say(sentence, { tone = "plain", action } = {}) {
      for (const old of [...el.children]) if (old.firstChild?.textContent === sentence) old.remove();
      const note = h("div", { class: "k-note", attributes: { "data-tone": tone } }, h("p", {}, sentence));
      const close = (): void => note.remove();
      if (action) {
        note.append(button({ label: action.label, look: "quiet", onPress: () => (close(), action.onPress()) }).el);
      }
      note.append(button({ label: "✕", name: "Close this note", look: "quiet", onPress: close }).el);
      el.append(note);
      while (el.children.length > 3) el.firstElementChild?.remove();
      if (tone !== "error" && !action) window.setTimeout(close, 6000);
    },
  };
}

export interface Dialog {
  readonly el: HTMLDialogElement;
  open(): void;
  close(): void;
}

/** Gives a dialog over the page: Escape and a click beside it close it, and the focus goes back. */
export function dialog(title: string, ...content: Child[]): Dialog {
  const heading = h("h2", { attributes: { id: uniqueId() } }, title);
  const el = h("dialog", { class: "k-dialog", attributes: { "aria-labelledby": heading.id } });
  const close = button({ label: "✕", name: "Close", look: "quiet", onPress: () => el.close() });
  el.append(h("div", { class: "k-dialog-head" }, heading, close.el), h("div", { class: "k-dialog-body" }, ...content));
  el.addEventListener("click", (event) => {
    if (event.target === el) el.close();
  });
  return { el, open: () => el.open || el.showModal(), close: () => el.close() };
}
