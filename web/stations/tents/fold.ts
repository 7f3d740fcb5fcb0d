/** Chapter 4: each further layer folds the line, and the teeth double. */

import { type PiecewiseLinear, sawtooth, toFunction } from "../../engine/index.ts";
import { card, layout, legend, type Layer, plot, slider, stack, status, style, table, button, toolbar } from "../../kit/index.ts";
import { COMMIT } from "../station.ts";
import { seriesOf } from "./shared.ts";
import { DEEPEST } from "./state.ts";
import type { Act, Part } from "./view.ts";

const LABELLED = 16;

/** Teeth are counted on the function itself: the places where it reaches 1. */
export function teethOf(f: PiecewiseLinear): number[] {
  return f.breakpoints.filter((x, i) => x >= 0 && x <= 1 && f.values[i] === 1);
}

export function foldChapter(act: Act): Part {
  const functions = Array.from({ length: DEEPEST }, (_, i) => toFunction(sawtooth(i + 1)));
  const chart = plot({ label: "The sawtooth", x: [-0.03, 1.03], y: [-0.08, 1.22], xName: "x", yName: "y", height: 320 });
  const strip = plot({ label: "The line from 0 to 1, folded", x: [-0.06, 1.06], y: [-0.05, 1.05], xName: "y: where each piece of the line comes to lie", yName: "x", height: 260 });
  let now = 1;
  const go = (depth: number): void => act({ kind: "depth", depth }, COMMIT);
  const less = button({ label: "Unfold", onPress: () => go(now - 1) });
  const more = button({ label: "Fold once more", onPress: () => go(now + 1) });
  const knob = slider({
    label: "layers", name: "layers that fold", min: 1, max: DEEPEST, step: 1, value: 1,
    onInput: (depth) => act({ kind: "depth", depth }), onCommit: () => act(COMMIT),
  });
  style(knob.el, "flex", "1 1 200px");
  const words = status();
  style(words.el, "min-height", "3.2em");
  const key = legend([{ label: "this many layers", colour: "fit" }, { label: "one layer less", look: "dash", colour: "muted" }]);
  const grid = table({
    label: "What each depth gives", corner: "layers",
    columns: [
      { id: "teeth", label: "teeth", kind: "number", step: 1 }, { id: "units", label: "units", step: 1 },
      { id: "flat", label: "one layer needs", step: 1 },
    ],
  });
  const draw = (depth: number): void => {
    const f = functions[depth - 1]!;
    const teeth = teethOf(f);
    now = depth;
    chart.draw(toothLayers(f, functions[depth - 2], teeth));
    strip.draw(stripLayers(f));
    const sentence = `${depth} ${depth === 1 ? "layer" : "layers"} of two units: ${teeth.length} ${teeth.length === 1 ? "tooth" : "teeth"}, ${2 ** depth} straight pieces from ${2 * depth} units. One hidden layer needs ${2 ** depth} units for the same.`;
    words.set(sentence);
    chart.describe(sentence);
    strip.describe(`The line from 0 to 1, folded into ${2 ** depth} layers that lie over each other.`);
    knob.set({ value: depth });
    less.set({ disabled: depth === 1 });
    more.set({ disabled: depth === DEEPEST });
    grid.set(functions.map((each, i) => ({
      id: String(i + 1), label: String(i + 1), colour: "fit", active: i + 1 === depth,
      cells: { teeth: { value: teethOf(each).length }, units: { value: 2 * (i + 1) }, flat: { value: 2 ** (i + 1) } },
    })));
  };
  return {
    el: layout({ wide: { areas: ["teeth strip"], columns: [8, 7] } }, {
      teeth: card({ title: "Teeth", note: "2 R(y) − 4 R(y − ½), again and again" }, chart.el, key.el,
        toolbar(less.el, more.el, knob.el), words.el),
      strip: card({ title: "The same from the side", note: "the line as a folded strip" }, strip.el, stack(grid.el)),
    }),
    svg: chart.svg,
    draw: ({ depth }) => draw(depth),
  };
}

function toothLayers(f: PiecewiseLinear, before: PiecewiseLinear | undefined, teeth: readonly number[]): Layer[] {
  return [
    ...(before ? [{ kind: "curve", id: "before", ...seriesOf(before), look: "dash", colour: "muted", only: [0, 1] } as const] : []),
    { kind: "curve", id: "teeth", ...seriesOf(f), only: [0, 1] },
    ...(teeth.length <= LABELLED ? teeth.map((x, i): Layer => ({ kind: "label", id: `tooth${i}`, x, y: 1, text: String(i + 1), colour: "muted" })) : []),
  ];
}

/** The strip is the graph seen from the side: its places as heights, its values across. */
function stripLayers(f: PiecewiseLinear): Layer[] {
  const inside = f.breakpoints.map((x, i) => [x, f.values[i]!] as const).filter(([x]) => x > 0 && x < 1);
  const points = [[0, 0] as const, ...inside, [1, 0] as const];
  return [{ kind: "curve", id: "strip", x: points.map((each) => each[1]), y: points.map((each) => each[0]), colour: "unit-0" }];
}
