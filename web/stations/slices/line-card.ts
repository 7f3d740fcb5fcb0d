/** From one image straight to another: the image in between, and what the network says of it. */

import { button, card, crosshair, editableNumber, h, type Layer, plot, status } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { curveColour, curveName, plural, reachOf, readAt, rowName, short, type Shown, verdict } from "./shown.ts";
import { imageMaker } from "./image.ts";
import type { Between } from "./source.ts";
import type { Action } from "./state.ts";

export interface LineCard {
  readonly el: HTMLElement;
  set(shown: Shown): void;
}

export function lineCard(host: Host<Action>): LineCard {
  let latest: { shown: Shown; found: Between } | undefined;
  const chart = plot({ label: "The curves between two images", x: [0, 1], y: [-1, 1], xName: "from the first (0) to the second (1)", height: 260 });
  crosshair(chart, {
    label: "Read the curves between the images",
    read: (t) => (latest ? readAt(latest.found, t).map((y, k) => ({ label: curveName(latest!.shown.state, k), y, colour: curveColour(latest!.shown.state, k) })).sort((a, b) => b.y - a.y).slice(0, 3) : []),
  });
  const pictures = h("div", { class: "s-morph" });
  const image = imageMaker(pictures);
  const [first, between, last] = [image(), image(), image()];
  const said = status();
  const place = status();
  const ends = ([0, 1] as const).map((end) => editableNumber({
    label: end === 0 ? "row of the first image" : "row of the second image", value: end, min: 0, max: 1, step: 1,
    onChange: (value) => setEnd(end, Math.round(value)),
  }));
  const setEnd = (end: 0 | 1, row: number): void => {
    if (!latest) return;
    const { line } = latest.shown.state;
    if (row === line[1 - end]) return host.services.announce("Both ends would be the same image: choose another row.");
    host.act({ kind: "line", line: end === 0 ? [row, line[1]] : [line[0], row] }, COMMIT);
  };
  const swap = button({ label: "Swap", name: "Swap the two images", onPress: () => {
    if (!latest) return;
    const { line: [a, b], at } = latest.shown.state;
    host.act({ kind: "line", line: [b, a] }, { kind: "at", at: 1 - at }, COMMIT);
  } });
  pictures.append(
    h("figure", {}, first.el, h("figcaption", {}, "row", ends[0]!.el)),
    h("figure", { class: "s-now" }, between.el, h("figcaption", {}, "in between")),
    h("figure", {}, last.el, h("figcaption", {}, "row", ends[1]!.el)));
  const el = card({ title: "The line between two images", note: "drag the handle along it", tools: [swap.el] },
    h("div", { class: "s-line" }, pictures, h("div", { class: "k-stack" }, chart.el, place.el)), said.el);

  return {
    el,
    set(shown) {
      const { state, about, source } = shown;
      const { line } = state;
      const [a, b] = line.map((row) => source.sample(row));
      const found = source.between(line, state.show);
      line.forEach((row, end) => ends[end]!.set({ value: row, max: about.rows - 1 }));
      if (!a || !b || !found) return said.set(source.problemOf("line") || "Python is computing the line …");
      latest = { shown, found };
      const mixed = Float64Array.from(a.x, (value, j) => value + state.at * (b.x[j]! - value));
      for (const [each, x] of [[first, a.x], [between, mixed], [last, b.x]] as const) each.set(x, about.low, about.high, about.shape);
      pictures.classList.toggle("s-flat", about.shape === undefined);
      const inner = Array.from(found.t).slice(1, -1);
      const curves = found.y.map((y, k) => ({ x: found.t, y, colour: curveColour(state, k) }));
      const layers: Layer[] = [
        { kind: "rule", id: "silent", x: inner.filter((_, i) => found.silent[i]), look: "dash", colour: "axis" },
        { kind: "rule", id: "kinks", x: inner.filter((_, i) => !found.silent[i]), colour: "axis" },
        ...curves.map((curve, k): Layer => ({ kind: "curve", id: `c${k}`, ...curve, look: "thin" })),
      ];
      const reach = reachOf([curves]);
      layers.push({ kind: "rule", id: "now", x: state.at, colour: "text" });
      layers.push({
        kind: "handle", id: "at", x: state.at, y: reach[0] + 0.06 * (reach[1] - reach[0]), label: "place between the images", axis: "x", step: 0.01, colour: "accent", shape: "diamond",
        bounds: { x: [0, 1] }, onMove: (at) => host.act({ kind: "at", at }), onEnd: () => host.act(COMMIT),
      });
      chart.view({ x: [0, 1], y: reach });
      chart.draw(layers);
      const units = about.layers.reduce((sum, each) => sum + each, 0);
      const own = found.owners.reduce((sum, each) => sum + each.length, 0);
      chart.describe(`${plural(inner.length, "kink")} on the line.`);
      place.set(`At ${short(state.at, 2)}: ${verdict(state, readAt(found, state.at))}. ${nearest(found, state.at)}`);
      said.set(`From ${rowName(line[0], a)}, to ${rowName(line[1], b)}: ${own} of ${plural(units, "unit")} switch, at ${plural(inner.length, "kink")}; ${found.silent.filter(Boolean).length} of them bend nothing.`);
    },
  };
}

/** The kink nearest to where the image is, with its owners. */
function nearest({ t, owners }: Between, at: number): string {
  let best = -1;
  for (let i = 1; i < t.length - 1; i += 1) if (best < 0 || Math.abs(t[i]! - at) < Math.abs(t[best]! - at)) best = i;
  if (best < 0) return "No unit switches on the way.";
  const names = owners[best - 1]!.map(({ layer, index }) => `${index} of layer ${layer}`);
  return `The nearest kink is at ${short(t[best]!, 4)}: unit ${names.join(" and unit ")} switches.`;
}
