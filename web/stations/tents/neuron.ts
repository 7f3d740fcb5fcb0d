/** Chapter 1: one neuron, then the document's pair and the true tents of the same place. */

import { hingeFunction, type Network, propagatedLayers, toFunction, unitFunction } from "../../engine/index.ts";
import {
  button, card, h, layout, legend, live, plot, segmented, slider, stack, status, style, text, toolbar, unitColour, type Layer,
} from "../../kit/index.ts";
import { COMMIT } from "../station.ts";
import { seriesOf } from "./shared.ts";
import { LIMITS, type Neuron, type Pair, pairNetwork, PAIRS, type State } from "./state.ts";
import type { Act, Part } from "./view.ts";
import { neuronFormula, neuronSentence, PAIR_FORMULAS, PAIR_LABELS, PAIR_SENTENCES } from "./words.ts";

const EXAMPLES: readonly (Neuron & { label: string })[] = [
  { label: "w = 1, b = 0", w: 1, b: 0, c: 1 },
  { label: "w = 2", w: 2, b: 0, c: 1 },
  { label: "b = −1", w: 1, b: -1, c: 1 },
  { label: "w = −1", w: -1, b: 0, c: 1 },
  { label: "output −1", w: 1, b: 0, c: -1 },
];

export function neuronChapter(act: Act): Part {
  const one = neuronCard(act);
  const two = pairCard(act);
  return {
    el: layout({ wide: { areas: ["one two"] } }, { one: one.el, two: two.el }),
    svg: one.svg,
    draw(state) {
      one.draw(state);
      two.draw(state);
    },
  };
}

function neuronCard(act: Act): Part {
  const chart = plot({ label: "One neuron", x: [-2.2, 2.2], y: [-2.4, 4.4], xName: "x", yName: "y", height: 300 });
  const words = status();
  style(words.el, "min-height", "4.6em");
  const formula = live("", h("h3"));
  const knob = (key: keyof Neuron, label: string, name: string): ReturnType<typeof slider> => slider({
    label, name, min: -LIMITS[key], max: LIMITS[key], step: 0.1, value: 0, colour: "unit-0",
    onInput: (value) => act({ kind: "neuron", [key]: value }), onCommit: () => act(COMMIT),
  });
  const knobs = { w: knob("w", "w", "weight: the slope"), b: knob("b", "b", "bias: the shift"), c: knob("c", "out", "output weight: its sign flips") };
  const examples = EXAMPLES.map(({ label, w, b, c }) => button({ label, onPress: () => act({ kind: "neuron", w, b, c }, COMMIT) }).el);
  return {
    el: card({ title: "One neuron", note: "weight = slope, bias = shift, sign = flip" },
      chart.el, toolbar(...examples), stack(knobs.w.el, knobs.b.el, knobs.c.el), stack(formula.el, words.el)),
    svg: chart.svg,
    draw({ neuron }) {
      const { w, b, c } = neuron;
      const kink = w === 0 ? NaN : -b / w;
      chart.draw([
        { kind: "curve", id: "basic", ...seriesOf(hingeFunction(1, 0, 1)), look: "target" },
        ...(Number.isFinite(kink) ? [{ kind: "rule", id: "kink", x: kink, look: "dash", colour: "unit-0" } as const] : []),
        { kind: "curve", id: "neuron", ...seriesOf(hingeFunction(w, b, c)), colour: "unit-0" },
        { kind: "label", id: "name", x: -2.1, y: -2.2, text: "grey: R(x)", colour: "muted", anchor: "start" },
        ...(Number.isFinite(kink) ? [gate(neuron, kink, act)] : []),
      ]);
      for (const key of ["w", "b", "c"] as const) knobs[key].set({ value: neuron[key] });
      formula.set(neuronFormula(neuron));
      words.set(neuronSentence(neuron));
      chart.describe(neuronSentence(neuron));
    },
  };
}

function gate({ w }: Neuron, kink: number, act: Act): Layer {
  return {
    kind: "handle", id: "gate", x: kink, y: 0, axis: "x", step: 0.1, colour: "unit-0", label: "where the gate opens", bounds: { x: [-2, 2] },
    onMove: (x) => act({ kind: "neuron", b: Number((-w * x).toFixed(10)) }), onEnd: () => act(COMMIT),
  };
}

function pairCard(act: Act): Part {
  const chart = plot({ label: "Two neurons and their sum", x: [-0.1, 1.1], y: [-0.95, 1.05], xName: "x", height: 300 });
  const choice = segmented<Pair>({
    label: "Two neurons", bare: true, value: "printed", choices: PAIRS.map((value) => ({ value, label: PAIR_LABELS[value] })),
    onChange: (pair) => act({ kind: "pair", pair }, COMMIT),
  });
  const key = legend();
  const formula = h("h3");
  const words = status();
  style(words.el, "min-height", "4.6em");
  return {
    el: card({ title: "Two neurons: is it a tent?" }, choice.el, chart.el, key.el, stack(formula, words.el)),
    svg: chart.svg,
    draw({ pair }: State) {
      const network = pairNetwork(pair);
      const parts = partLayers(network);
      choice.set(pair);
      chart.view({ y: [PAIR_FLOORS[pair], 1.05] });
      chart.draw([...parts, { kind: "curve", id: "sum", ...seriesOf(toFunction(network)) }]);
      key.set([{ label: "y", colour: "fit" }, ...parts.map((_, i) => ({ label: PAIR_RAYS[pair][i] ?? "", colour: unitColour(i) }))]);
      text(formula, PAIR_FORMULAS[pair]);
      words.set(PAIR_SENTENCES[pair]);
      chart.describe(PAIR_SENTENCES[pair]);
    },
  };
}

const PAIR_FLOORS: Readonly<Record<Pair, number>> = { printed: -0.15, described: -0.45, hinges: -0.95, layers: -0.15, minimum: -0.15 };

const PAIR_RAYS: Readonly<Record<Pair, readonly string[]>> = {
  printed: ["R(x − 0.2)", "R(0.8 − x)"],
  described: ["R(x − 0.2)", "−R(x − 0.8)"],
  hinges: ["R(x − 0.2)", "−2 R(x − 0.5)", "R(x − 0.8)"],
  layers: ["R(x − 0.5)", "R(0.5 − x)"],
  minimum: ["y₁ = R(x − 0.2)", "y₂ = R(0.8 − x)"],
};

/** The first layer's rays: times their output weight where there is no second layer. */
function partLayers(network: Network): Layer[] {
  const first = propagatedLayers(network)[0]!.a;
  const shallow = network.weights.length === 2;
  return network.biases[0]!.map((_, i): Layer => {
    const f = unitFunction(first, i);
    const times = shallow ? network.weights[1]![i]![0]! : 1;
    return {
      kind: "curve", id: `part${i}`, look: "thin", colour: unitColour(i), x: f.breakpoints,
      y: f.values.map((y) => times * y), left: times * f.leftSlope, right: times * f.rightSlope,
    };
  });
}
