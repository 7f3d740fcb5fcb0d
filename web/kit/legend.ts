/** A legend: small samples of lines with their names. */

import { css, type Colour } from "./colour.ts";
import { arrange, attributes, h, style, text } from "./dom.ts";

export interface Sample {
  label: string;
  colour?: Colour;
  look?: "line" | "target" | "dash" | "ghost" | "dot" | "area";
}

/** Gives a legend. */
export function legend(samples: readonly Sample[] = []): { el: HTMLElement; set(samples: readonly Sample[]): void } {
  const el = h("ul", { class: "k-legend" });
  const set = (next: readonly Sample[]): void => {
    const items = next.map((sample, index) => {
      const item = el.children[index] ?? h("li", {}, h("span", { class: "k-sample" }), h("span"));
      const [key, label] = [item.children[0] as HTMLElement, item.children[1] as HTMLElement];
      attributes(key, { class: `k-sample k-sample-${sample.look ?? "line"}` });
      style(key, "--c", sample.colour ? css(sample.colour) : "");
      text(label, sample.label);
      return item;
    });
    arrange(el, items);
  };
  set(samples);
  return { el, set };
}
