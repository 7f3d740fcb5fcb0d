/** The two pictures of Draw as layers: the curve with its networks, and the error against the number of units. */

import { type Best, kinks, toFunction } from "../../engine/index.ts";
import { type Colour, extent, type Layer, type Point, type PanelCurve } from "../../kit/index.ts";
import type { Descent } from "./descent.ts";
import type { Points } from "./points.ts";
import { errorIn } from "./results.ts";
import { BOARD, type Loss, type State, type Way } from "./state.ts";

type Good = Extract<Points, { ok: true }>;

export const WAY_COLOUR: Readonly<Record<Way, Colour>> = { usual: "negative", recipe: "positive" };
export const WAY_NAME: Readonly<Record<Way, string>> = { usual: "gradient descent as usual", recipe: "gradient descent by the recipe" };

export interface Found {
  best: Best | undefined;
  descents: Partial<Record<Way, Descent>>;
}

/** Gives the part of the plane that shows these points. */
export function viewOf(state: State, points: Points): { x: [number, number]; y: [number, number] } {
  if (state.target.kind === "drawn" || !points.ok) return { x: [...BOARD.x], y: [...BOARD.y] };
  return { x: extent(points.x, 0.02), y: extent(points.y, 0.22) };
}

export function curveLayers(state: State, points: Points, found: Found, active: number | undefined): Layer[] {
  const layers: Layer[] = [];
  if (points.ok) layers.push(...targetLayers(state, points));
  const { best } = found;
  if (best && active !== undefined) layers.push(...glow(best, active));
  for (const way of ["usual", "recipe"] as const) {
    const descent = found.descents[way];
    if (!descent) continue;
    const f = toFunction(descent.network);
    layers.push({ kind: "curve", id: way, ...series(f), look: "dash", colour: WAY_COLOUR[way] });
    layers.push({ kind: "points", id: `${way} kinks`, x: kinks(f), y: kinks(f).map((t) => valueIn(f, t)), size: 6, colour: WAY_COLOUR[way], look: "cross" });
  }
  if (best) {
    const f = best.function;
    const bends = kinks(f);
    layers.push({ kind: "curve", id: "best", ...series(f), colour: "fit" });
    layers.push({ kind: "points", id: "kinks", x: bends, y: bends.map((t) => valueIn(f, t)), size: 8, colour: "fit" });
  }
  return layers;
}

function targetLayers(state: State, points: Good): Layer[] {
  if (state.target.kind === "drawn" || state.target.kind === "formula") {
    return runs(points).map(([x, y], i) => ({ kind: "curve", id: `target ${i}`, x, y, look: "target", only: [x[0]!, x[x.length - 1]!] }));
  }
  return [{ kind: "points", id: "points", x: points.x, y: points.y, size: points.x.length > 150 ? 4 : 5, colour: "data" }];
}

/** A drawn target may have gaps: each stretch without one is a curve. */
function runs(points: Good): [number[], number[]][] {
  const least = points.x.length > 1 ? Math.min(...points.x.slice(1).map((x, i) => x - points.x[i]!)) : 0;
  const found: [number[], number[]][] = [];
  points.x.forEach((x, i) => {
    if (i === 0 || x - points.x[i - 1]! > 1.5 * least) found.push([[], []]);
    const last = found[found.length - 1]!;
    last[0].push(x);
    last[1].push(points.y[i]!);
  });
  return found;
}

function glow(best: Best, unit: number): Layer[] {
  const [w, b] = [best.network.weights[0]![0]![unit], best.network.biases[0]![unit]];
  if (w === undefined || b === undefined || w === 0) return [];
  const kink = -b / w;
  const only: [number, number] = w > 0 ? [kink, Infinity] : [-Infinity, kink];
  return [{ kind: "curve", id: "glow", ...series(best.function), look: "glow", only }];
}

function series(f: Best["function"]): { x: readonly number[]; y: readonly number[]; left: number; right: number } {
  return { x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope };
}

function valueIn(f: Best["function"], t: number): number {
  return f.values[f.breakpoints.indexOf(t)] ?? NaN;
}

/** What each unit adds, as a curve; the output bias is not in them. */
export function unitCurve(best: Best, unit: number): PanelCurve {
  const { weights, biases } = best.network;
  const [w, b, c] = [weights[0]![0]![unit]!, biases[0]![unit]!, weights[1]![unit]![0]!];
  if (w === 0) return { x: [0], y: [c * Math.max(0, b)], left: 0, right: 0 };
  return { x: [-b / w], y: [0], left: w < 0 ? c * w : 0, right: w > 0 ? c * w : 0 };
}

const LEAST = 1e-16;

export function power(error: number): number {
  return Math.log10(Math.max(LEAST, error));
}

/** Gives the height of the error plot: whole powers of ten around everything in it. */
export function powersOf(curve: readonly Best[], loss: Loss, found: Found): [number, number] {
  const errors = [...curve.map((each) => each.error), ...Object.values(found.descents).map((each) => errorIn(each, loss))];
  const real = [...errors, ...curve.map((each) => each.lower)].filter((each) => each > 1e-15);
  const powers = (real.length > 0 ? real : [1]).map(power);
  const [low, high] = [Math.min(...powers), Math.max(...powers)];
  return [Math.floor(Math.min(low, high - 1)) - 0.15, high + 0.35];
}

export function errorLayers(state: State, curve: readonly Pick<Best, "size" | "error" | "lower">[], most: number, found: Found, onMove: (units: number) => void, onEnd: () => void): Layer[] {
  const sizes = curve.map((each) => each.size);
  const upper = curve.map((each) => power(each.error));
  const lower = curve.map((each) => power(each.lower));
  const units = Math.min(state.units, most);
  const here = curve[units - 1];
  const layers: Layer[] = [];
  if (curve.length > 1) {
    layers.push({ kind: "area", id: "gap", x: sizes, y: upper, y2: lower, colour: "fit" });
    layers.push({ kind: "curve", id: "bound", x: sizes, y: lower, look: "thin", colour: "muted", only: [1, curve.length] });
    layers.push({ kind: "curve", id: "error", x: sizes, y: upper, colour: "fit", only: [1, curve.length] });
  }
  layers.push({ kind: "points", id: "errors", x: sizes, y: upper, size: 5, colour: "fit" });
  for (const way of state.ways) {
    const descent = found.descents[way];
    if (!descent) continue;
    const at = power(errorIn(descent, state.loss));
    layers.push({ kind: "sticks", id: `${way} stick`, x: [units], y: [at], y2: [here ? power(here.error) : at], colour: WAY_COLOUR[way] });
    layers.push({ kind: "points", id: way, x: [units], y: [at], size: 9, colour: WAY_COLOUR[way], look: "cross" });
  }
  const last = upper[upper.length - 1] ?? 0;
  layers.push({
    kind: "handle", id: "units", x: units, y: here ? power(here.error) : last, axis: "x", step: 1, colour: "fit", label: "number of units N",
    text: `${units} ${units === 1 ? "unit" : "units"}`, bounds: { x: [1, most] }, onMove, onEnd,
  });
  return layers;
}

/** Places of a stroke in hand. */
export function strokeLayer(points: readonly Point[]): Layer {
  return { kind: "curve", id: "stroke", x: points.map(([x]) => x), y: points.map(([, y]) => y), look: "thin", colour: "accent" };
}
