/** The curve and the kinks of a network on its rows, and what stands between a network and its repaired self. */

import {
  combined, dense, evaluate, example, isOneLayer, isPiecewiseLinear, layerValues, type Network, type PiecewiseLinear, piecewiseLinear, slopes, toFunction,
  valuesAt,
} from "../../engine/index.ts";
import { extent } from "../../kit/index.ts";
import { type Curve, denseOf, type Described, exampleOf, type Kink, type Known } from "./answers.ts";
import type { DataRef, Dense, State } from "./state.ts";

export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** One network of one input, as it is drawn. */
export interface Shape {
  readonly curve: Curve;
  readonly f: PiecewiseLinear;
  readonly kinks: readonly Kink[] | null;
  /** Whether every vertex of the curve is the kink of a unit: one hidden layer of relu. */
  readonly isSum: boolean;
}

/** What can be drawn of a state: rows, and the network before and after. */
export interface Picture {
  readonly rows: Points;
  readonly x: readonly [number, number];
  /** First and last row. */
  readonly span: readonly [number, number];
  readonly before: Shape;
  readonly after: Shape | undefined;
}

const SAMPLES = 501;
const REACH = 0.14; // of the rows' length, shown on both sides

/** Gives the rows of one input and one output that a picture shows, where there are such. */
export function rowsOf(data: DataRef, known: Known): Points | undefined {
  if ("upload" in data) return known.diagnosis?.data.x && { x: known.diagnosis.data.x, y: known.diagnosis.data.y! };
  const rows = "example" in data ? exampleOf(data.example)?.data : data;
  if (!rows) return undefined;
  if ("example" in rows) return rows.example === "spiral" ? undefined : example(rows.example);
  const [x, y] = [numbers(rows.x), numbers(rows.y)];
  return x && y && { x, y };
}

function numbers(values: readonly number[] | readonly (readonly number[])[]): readonly number[] | undefined {
  if (typeof values[0] === "number") return values as readonly number[];
  return (values[0] as readonly number[]).length === 1 ? (values as readonly (readonly number[])[]).map((each) => each[0]!) : undefined;
}

/** Gives what can be drawn; undefined where the network or the rows are no curve. */
export function pictureOf(state: State, known: Known): Picture | undefined {
  const rows = rowsOf(state.data, known);
  const own = denseOf(state.network, known);
  const described = known.diagnosis?.network;
  if (!rows || (known.diagnosis && known.diagnosis.loss_name !== "mse")) return undefined;
  const x = extent(rows.x, REACH);
  const before = shapeOf(described, own, rows, x);
  if (!before) return undefined;
  const mended = known.repair && shapeOf(known.repair.network, known.repair.network.dense, rows, x);
  const after = mended && before.kinks && mended.kinks ? { ...mended, kinks: inOrder(before.kinks, mended.kinks) } : mended;
  return { rows, x, span: extent(rows.x, 0), before, after };
}

function shapeOf(described: Described | undefined, own: Dense | null, rows: Points, view: readonly [number, number]): Shape | undefined {
  const network = own && dense(own.weights, own.biases, own.activations);
  const isCurve = network ? network.weights[0]!.length === 1 && network.biases[network.biases.length - 1]!.length === 1 : false;
  const curve = described?.curve ?? (network && isCurve ? curveOf(network, view) : undefined);
  if (!curve) return undefined;
  const f = piecewiseLinear(curve.x, curve.y, curve.left, curve.right);
  return { curve, f, kinks: described?.kinks ?? (network && isCurve ? kinksOf(network, rows) : null), isSum: network !== null && isOneLayer(network) };
}

function curveOf(network: Network, view: readonly [number, number]): Curve {
  if (network.activations.every(isPiecewiseLinear)) {
    const f = toFunction(network);
    return { exact: true, x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope };
  }
  const x = Array.from({ length: SAMPLES }, (_, i) => view[0] + ((view[1] - view[0]) * i) / (SAMPLES - 1));
  return { exact: false, x, y: Array.from(valuesAt(network, x)) };
}

/** Gives where the units of the first layer bend, and what each does on the rows; null for units without a kink. */
export function kinksOf(network: Network, rows: Points): Kink[] | null {
  const [w, b] = [network.weights[0]![0]!, network.biases[0]!];
  if (network.weights.length < 2 || !["relu", "leaky_relu"].includes(network.activations[0]!)) return null;
  const values = rows.x.map((x) => layerValues(network, [x])[0]!.z);
  return w.map((weight, k) => {
    const z = values.map((row) => row[k]!);
    const state = z.every((each) => each <= 0) ? "dead" : z.every((each) => each > 0) ? "always on" : "bends";
    const at = -b[k]! / weight;
    return { at: Number.isFinite(at) ? at + 0 : null, state };
  });
}

/** Gives the mean squared error of a function on the rows. */
export function lossOf(f: PiecewiseLinear, rows: Points): number {
  return rows.x.reduce((sum, x, i) => sum + (evaluate(f, x) - rows.y[i]!) ** 2, 0) / rows.x.length;
}

/** A network on the way from before to after. */
export interface Between {
  readonly f: PiecewiseLinear;
  readonly kinks: readonly Kink[] | null;
}

/**
 * Gives what stands a share of the way between the two networks: of sums of hinges every vertex goes straight from its
 * place on the old curve to its place on the new one, in the order in which they lie; of other networks the mixture of
 * both curves. At 0 and 1 it is the networks themselves.
 */
export function between({ before, after, span, x }: Picture, share: number): Between {
  if (!after || share <= 0) return before;
  if (share >= 1) return after;
  const { kinks } = before;
  const isMoved = before.isSum && after.isSum && kinks !== null && after.kinks?.length === kinks.length;
  return {
    f: isMoved ? moved(before, after, share, x) : combined([[1 - share, before.f], [share, after.f]]),
    kinks: kinks && after.kinks && movedKinks(kinks, after.kinks, share, span, x),
  };
}

function moved(before: Shape, after: Shape, share: number, view: readonly [number, number]): PiecewiseLinear {
  const mix = (a: number, b: number): number => (1 - share) * a + share * b;
  const points = before.kinks!.flatMap(({ at }, k) => {
    const [from, to] = [place(at, view), place(after.kinks![k]!.at, view)];
    if (from === null && to === null) return [];
    const [a, b] = [from ?? to!, to ?? from!];
    return [[mix(a, b), mix(evaluate(before.f, a), evaluate(after.f, b))] as const];
  }).sort((one, other) => one[0] - other[0]);
  const rising = points.filter(([x], i) => i === 0 || x > points[i - 1]![0]);
  return {
    breakpoints: rising.map(([x]) => x), values: rising.map(([, y]) => y),
    leftSlope: mix(slopeAt(before.f, view[0]), slopeAt(after.f, view[0])), rightSlope: mix(slopeAt(before.f, view[1]), slopeAt(after.f, view[1])),
  };
}

/** Gives the slope of the piece at x. */
function slopeAt(f: PiecewiseLinear, x: number): number {
  return slopes(f)[f.breakpoints.filter((t) => t < x).length]!;
}

/** Gives where a kink is drawn: beyond the borders at the border; null for none. */
export function place(at: number | null, [a, b]: readonly [number, number]): number | null {
  return at === null || !Number.isFinite(at) ? null : Math.min(b, Math.max(a, at));
}

/** Gives the kinks after a repair in the order of the units before: the leftmost stays the leftmost, and so on. */
function inOrder(before: readonly Kink[], after: readonly Kink[]): readonly Kink[] {
  if (before.length !== after.length) return after;
  const ranked = (kinks: readonly Kink[]): number[] => kinks.map((_, k) => k).sort((a, b) => (kinks[a]!.at ?? Infinity) - (kinks[b]!.at ?? Infinity) || a - b);
  const [old, next] = [ranked(before), ranked(after)];
  const found = [...after];
  old.forEach((unit, rank) => {
    found[unit] = after[next[rank]!]!;
  });
  return found;
}

function movedKinks(before: readonly Kink[], after: readonly Kink[], share: number, [low, high]: readonly [number, number], view: readonly [number, number]): Kink[] {
  return before.map((old, k) => {
    const [from, to] = [place(old.at, view), place(after[k]!.at, view)];
    const at = from === null || to === null ? (to ?? from) : (1 - share) * from + share * to;
    return { at, state: at !== null && at > low && at < high ? "bends" : old.state };
  });
}
