/** Words and symbols: the small typography that formulas in running text need. */

import { h, type Child } from "./dom.ts";

/** Sets "w_1" as an italic letter with an index; any other text stays as it is. */
export function symbol(source: string): Node {
  const match = /^([A-Za-zαβγδθσΣ]{1,2})_([A-Za-z0-9,]+)$/.exec(source);
  if (!match) return document.createTextNode(source);
  return h("span", { class: "k-symbol" }, h("i", {}, match[1]), h("sub", {}, match[2]));
}

/** Gives a paragraph; `code`, *emphasis* and $w_1$ in its text are set as such. */
export function prose(source: string): HTMLParagraphElement {
  return h("p", { class: "k-prose" }, ...inline(source));
}

/** Gives the pieces of a text with `code`, *emphasis*, **strong** and $w_1$ set as such. */
export function inline(source: string): Child[] {
  return source.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\$[^$]+\$)/).filter(Boolean).map((piece) => {
    if (piece.length < 3) return piece;
    if (piece.startsWith("`")) return h("code", {}, piece.slice(1, -1));
    if (piece.startsWith("**")) return h("strong", {}, piece.slice(2, -2));
    if (piece.startsWith("*")) return h("em", {}, piece.slice(1, -1));
    if (piece.startsWith("$")) return symbol(piece.slice(1, -1));
    return piece;
  });
}

/** Gives source code with a button that copies it. */
export function codeBlock(label: string): { el: HTMLElement; set(source: string): void } {
  const code = h("code");
  const said = h("span", { class: "k-copied", attributes: { role: "status" } });
  const copy = h("button", { class: "k-button k-quiet", attributes: { type: "button" } }, "Copy");
  copy.addEventListener("click", () => {
    navigator.clipboard.writeText(code.textContent ?? "").then(
      () => (said.textContent = "Copied."),
      () => {
        getSelection()?.selectAllChildren(code);
        said.textContent = "Selected: copy it with Ctrl+C.";
      },
    );
  });
  const pre = h("pre", { class: "k-code", attributes: { tabindex: 0, role: "region", "aria-label": label } }, code);
  return {
    el: h("div", { class: "k-code-block" }, pre, h("div", { class: "k-code-tools" }, said, copy)),
    set(source) {
      if (code.textContent !== source) {
        code.textContent = source;
        said.textContent = "";
      }
    },
  };
}
