/** Words that change with every step, in a place that is as large as the longest so far. */

import { attributes, h, text } from "./dom.ts";

export interface Live {
  readonly el: HTMLElement;
  set(words: string): void;
}

/**
 * Gives words in a block of their own. What stands around them is laid out anew only where longer words come than ever
 * before; no words at all leave no room behind.
 */
export function live(first = "", el: HTMLElement = h("p")): Live {
  const shown = h("span", { class: "k-live-words" });
  let room = 0;
  const set = (words: string): void => {
    if (words.length > room || words === "") {
      room = words.length;
      attributes(el, { "data-room": words });
    }
    text(shown, words);
  };
  el.classList.add("k-live");
  el.append(shown);
  set(first);
  return { el, set };
}
