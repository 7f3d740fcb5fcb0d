/** A legend: small samples of lines with their names. */

import { css, type Colour } from "./colour.ts";
import { arrange, attributes, h, style } from "./dom.ts";
import { live } from "./live.ts";

export interface Sample {
  label: string;
  colour?: Colour;
  look?: "line" | "target" | "dash" | "ghost" | "dot" | "area" | "tick" | "cross" | "ring";
}

/** Gives a legend. */
export function legend(samples: readonly Sample[] = []): { el: HTMLElement; set(samples: readonly Sample[]): void } {
  const el = h("ul", { class: "k-legend" });
  const items: ReturnType<typeof item>[] = [];
  const set = (next: readonly Sample[]): void => {
    arrange(el, next.map((sample, index) => {
      const { el, key, label } = (items[index] ??= item());
      attributes(key, { class: `k-sample k-sample-${sample.look ?? "line"}` });
      style(key, "--c", sample.colour ? css(sample.colour) : "");
      label.set(sample.label);
      return el;
    }));
  };
  set(samples);
  return { el, set };
}

function item() {
  const [key, label] = [h("span"), live("", h("span"))];
  return { el: h("li", {}, key, label.el), key, label };
}
