/** One feature, large: the curves with every kink, and where the base stands. */

import { card, crosshair, type Layer, legend, plot, status } from "../../kit/index.ts";
import { curveColour, curveName, drawnCurves, featureName, plural, reachOf, readAt, shareOf, short, type Shown, valueOn } from "./shown.ts";
import { capital } from "./grid-card.ts";
import type { Panel } from "./source.ts";

export interface OneCard {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  set(shown: Shown): void;
  cross(t: number | undefined): void;
}

/** Gives the card; `onMove` hears the crosshair's share of the way. */
export function oneCard(onMove: (t: number | undefined) => void): OneCard {
  let latest: { shown: Shown; panel: Panel } | undefined;
  const chart = plot({ label: "The curves of one feature", x: [0, 1], y: [-1, 1], xName: "the feature's value", height: 250 });
  const cross = crosshair(chart, {
    label: "Read the curves",
    read: (x) => {
      if (!latest) return [];
      const { shown: { state, about, sweep }, panel } = latest;
      const values = readAt(panel, shareOf(about, panel.feature, x));
      const read = values.map((value, k) => ({ label: `${state.drawn === "changes" ? "Δ " : ""}${curveName(state, k)}`, y: value - (state.drawn === "changes" ? sweep!.values[k]! : 0), colour: curveColour(state, k) }));
      return read.sort((a, b) => b.y - a.y).slice(0, 4); // the highest; more would cover the plot
    },
    onMove: (x) => onMove(x === undefined || !latest ? undefined : shareOf(latest.shown.about, latest.panel.feature, x)),
  });
  const key = legend();
  const said = status();
  const el = card({ title: "One feature" }, chart.el, key.el, said.el);
  return {
    el,
    svg: chart.svg,
    cross(t) {
      cross.set(t === undefined || !latest ? undefined : valueOn(latest.shown.about, latest.panel.feature, t));
    },
    set(shown) {
      const { state, about, sweep, source, feature } = shown;
      const panel = sweep && source.panels(state.base, state.show, [feature])?.[0];
      if (!panel) return;
      latest = { shown, panel };
      const curves = drawnCurves(state, panel, sweep.values);
      const place = (t: number): number => valueOn(about, feature, t);
      const inner = Array.from(panel.t).slice(1, -1).map(place);
      const layers: Layer[] = [{ kind: "rule", id: "base", x: sweep.base[feature]!, look: "dash", colour: "muted" }];
      layers.push({ kind: "rule", id: "kinks", x: inner, colour: inner.length > 30 ? "grid" : "axis" });
      curves.forEach(({ x, y, colour }, k) => layers.push({ kind: "curve", id: `c${k}`, x: Array.from(x, place), y, colour, look: "thin" }));
      chart.view({ x: [place(0), place(1)], y: reachOf([curves]) });
      chart.rename(`The curves of ${featureName(about, feature)}`);
      chart.draw(layers);
      const words = `${plural(inner.length, "kink")}${inner.length > 0 && inner.length <= 6 ? ` at ${inner.map((x) => short(x)).join(", ")}` : ""}`;
      chart.describe(`${words}. The dashed line is the base.`);
      key.set(curves.map((_, k) => ({ label: curveName(state, k), colour: curveColour(state, k) })));
      said.set(`${capital(featureName(about, feature))}: ${words}. At the base (dashed) it is ${short(sweep.base[feature]!)}.${state.drawn === "changes" ? " Each curve is drawn less its value there." : ""}`);
    },
  };
}
