/** Chapter 3: a sine from two hidden layers of eight units, pair by pair. */

import { chains, distance, toFunction, type PiecewiseLinear } from "../../engine/index.ts";
import {
  button, card, h, layout, legend, type Layer, plot, slider, stack, status, style, table, text, toolbar, unitColour,
} from "../../kit/index.ts";
import { COMMIT } from "../station.ts";
import { seriesOf, SINE } from "./shared.ts";
import { sineSteps, STEPS } from "./state.ts";
import type { Act, Part } from "./view.ts";

export function sineChapter(act: Act): Part {
  const functions = sineSteps().map((each) => toFunction(each.network));
  const ramps = sineSteps()[STEPS - 1]!.pairs.map((pair) => toFunction(chains([pair])));
  const chart = plot({ label: "The sine and the pairs so far", x: [-0.04, 1.04], y: [-1.3, 1.3], xName: "x", yName: "y", height: 380 });
  const whole = plot({ label: "The whole ramps", x: [-0.04, 1.04], y: [-2, 6.5], xName: "x", height: 200 });
  const go = (step: number): void => act({ kind: "step", step }, COMMIT);
  let now = 1;
  let held: number | undefined;
  const back = button({ label: "Back", onPress: () => go(now - 1) });
  const next = button({ label: "Next pair", look: "primary", onPress: () => go(now === STEPS ? 1 : now + 1) });
  const scrub = slider({
    label: "pairs", name: "pairs of the sine", min: 1, max: STEPS, step: 1, value: 1,
    onInput: (step) => act({ kind: "step", step }), onCommit: () => act(COMMIT),
  });
  style(scrub.el, "flex", "1 1 200px");
  const name = h("h3");
  const words = status();
  style(words.el, "min-height", "4.6em");
  const key = legend([
    { label: "sin 2πx", look: "target" }, { label: "the pairs so far", colour: "fit" }, { label: "before this pair", look: "dash", colour: "muted" },
  ]);
  const grid = table({
    label: "The pairs so far", corner: "pair",
    columns: [
      { id: "w1", label: "w_1" }, { id: "b1", label: "b_1", step: 0.001 }, { id: "w2", label: "w_2" }, { id: "b2", label: "b_2", step: 0.001 },
      { id: "out", label: "out", name: "output weight", step: 0.001 },
    ],
    onHover: (row) => {
      held = row === undefined ? undefined : Number(row);
      scenes();
    },
  });
  const scenes = (): void => {
    chart.draw(curveLayers(functions, now));
    whole.draw(rampLayers(ramps, now, held));
  };
  const draw = (step: number): void => {
    const { title, sentence: written, pairs } = sineSteps()[step - 1]!;
    const sentence = written.replaceAll("-", "−");
    now = step;
    scenes();
    text(name, `${step} of ${STEPS}: ${title}`);
    words.set(sentence);
    chart.describe(sentence);
    scrub.set({ value: step });
    back.set({ disabled: step === 1 });
    next.set({ label: step === STEPS ? "Play it again" : "Next pair" });
    grid.set(pairs.map((pair, i) => ({
      id: String(i), label: String(i + 1), colour: unitColour(i), active: i === step - 1,
      cells: { w1: { value: pair.w1 }, b1: { value: pair.b1 }, w2: { value: pair.w2 }, b2: { value: pair.b2 }, out: { value: pair.outputWeight } },
    })));
  };
  return {
    el: layout({ wide: { areas: ["curve pairs"], columns: [8, 7] } }, {
      curve: card({ title: "A sine by hand", note: "two hidden layers of eight" }, chart.el, key.el,
        toolbar(back.el, next.el, scrub.el), stack(name, words.el)),
      pairs: card({ title: "The pairs", note: "out · R(w₂ R(w₁ x + b₁) + b₂)" }, whole.el, grid.el),
    }),
    svg: chart.svg,
    draw: ({ step }) => draw(step),
  };
}

function curveLayers(functions: readonly PiecewiseLinear[], step: number): Layer[] {
  const f = functions[step - 1]!;
  const before = functions[step - 2];
  const moved = before && distance(f, before, [0, 1]);
  const stretch = sineSteps()[step - 1]!.pairs[step - 1]!;
  const [from, to] = [stretch.b1 - stretch.b2, stretch.b1];
  return [
    { kind: "curve", id: "sine", ...SINE, look: "target" },
    ...(moved ? [{ kind: "curve", id: "glow", ...seriesOf(f), look: "glow", only: [from, to] } as const] : []),
    ...(before ? [{ kind: "curve", id: "before", ...seriesOf(before), look: "dash", colour: "muted", only: [0, 1] } as const] : []),
    { kind: "rule", id: "kinks", x: [from, to], look: "dash", colour: unitColour(step - 1) },
    { kind: "curve", id: "so far", ...seriesOf(f), only: [0, 1] },
  ];
}

function rampLayers(ramps: readonly PiecewiseLinear[], step: number, held: number | undefined): Layer[] {
  return ramps.slice(0, step).flatMap((ramp, i): Layer[] => [
    ...(i === held ? [{ kind: "curve", id: "glow", ...seriesOf(ramp), look: "glow", only: [0, 1] } as const] : []),
    { kind: "curve", id: `ramp${i}`, ...seriesOf(ramp), colour: unitColour(i), look: i === (held ?? step - 1) ? "line" : "thin", only: [0, 1] },
  ]);
}
