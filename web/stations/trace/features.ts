/** Each unit of the first layer as a feature: its activation over the plane, HIGH or LOW for the point in hand. */

import type { LayerTrace } from "../../engine/index.ts";
import { arrange, attend, attributes, fixed, h, live, type Live, type Plot, plot, style, text } from "../../kit/index.ts";
import { subscript } from "./arithmetic.ts";
import { GRID, isHigh, REACH, surroundings } from "./compute.ts";
import type { State } from "./state.ts";

interface Feature {
  readonly el: HTMLElement;
  readonly plot: Plot;
  readonly value: Live;
  readonly verdict: HTMLElement;
}

export interface Features {
  readonly el: HTMLElement;
  set(state: State, layer: LayerTrace): void;
}

/** Gives the small maps. */
export function features(onHover: (unit: number | undefined) => void): Features {
  const el = h("div", { class: "s-features" });
  const all: Feature[] = [];
  const create = (unit: number): Feature => {
    const map = plot({ label: `Activation of unit ${unit + 1} over the plane`, x: [-REACH, REACH], y: [-REACH, REACH], bare: true, height: 96 });
    const [value, verdict] = [live("", h("span", { class: "s-value" })), h("b", { class: "s-verdict" })];
    const figure = h("figure", { class: "s-feature" }, map.el, h("figcaption", {}, h("span", {}, `h${subscript(unit + 1)}`), value.el, verdict));
    attend(figure, (active) => onHover(active ? unit : undefined));
    return { el: figure, plot: map, value, verdict };
  };
  return {
    el,
    set(state, layer) {
      const { fields, tops } = surroundings(state);
      while (all.length < layer.a.length) all.push(create(all.length));
      const shown = all.slice(0, layer.a.length);
      style(el, "--least", layer.a.length <= 3 ? "96px" : layer.a.length <= 8 ? "136px" : "74px");
      arrange(el, shown.map((each) => each.el));
      shown.forEach((feature, j) => {
        const high = isHigh(layer.a[j]!, tops[j]!);
        const on = layer.z[j]! > 0;
        feature.plot.draw([
          { kind: "field", id: "field", columns: GRID, rows: GRID, values: fields[j]!, x: [-REACH, REACH], y: [-REACH, REACH], colour: "fit" },
          { kind: "points", id: "point", x: [state.point[0]], y: [state.point[1]], size: 9, colour: "text" },
        ]);
        feature.plot.describe(`At the point ${fixed(layer.a[j]!, 3)}, ${high ? "high" : on ? "low" : "off"}; the most over the plane is ${fixed(tops[j]!, 3)}.`);
        feature.value.set(fixed(layer.a[j]!, 2));
        text(feature.verdict, high ? "HIGH" : on ? "LOW" : "OFF");
        attributes(feature.verdict, { "data-high": String(high) });
      });
    },
  };
}
