/** The exact shape of a network of one input and any depth: the whole line sent through it, layer by layer. */

import { activate, LEAKY_SLOPE } from "./activations.ts";
import { EngineError } from "./errors.ts";
import { dotProducts, type Network } from "./network.ts";
import { countUpTo, type PiecewiseLinear } from "./pwl.ts";

export const MOST_BREAKPOINTS = 20_000;

/** All units of a layer along the line: their values at shared breakpoints, by breakpoint, and their outer slopes. */
export interface Line {
  readonly breakpoints: readonly number[];
  /** values[breakpoint][unit] */
  readonly values: readonly (readonly number[])[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** sizes[breakpoint][unit]: the sum of absolute terms behind a value, which its rounding is relative to. */
  readonly sizes: readonly (readonly number[])[];
}

const ZERO = 16 * Number.EPSILON; // of the size of the terms: a pre-activation below it counts as 0 at a vertex
const FLAT = 64 * Number.EPSILON; // of the size of the terms: a vertex this close to its neighbours' chord is flat

/**
 * Gives the function of an output, found in float64: breakpoints are where a pre-activation changes sign, found by
 * interpolation between those known. A pre-activation of less than 16 eps of its terms counts as 0 at a vertex, and
 * at the end a vertex closer than 64 eps of its terms to the chord of its neighbours is dropped: approximate by so
 * much, and exact where the arithmetic is (powers of two).
 */
export function propagated(network: Network, output = 0): PiecewiseLinear {
  const lines = propagatedLayers(network);
  return unitFunction(lines[lines.length - 1]!.a, output);
}

/** Gives z and a of every layer along the line. */
export function propagatedLayers(network: Network): { z: Line; a: Line }[] {
  let line: Line = { breakpoints: [0], values: [[0]], left: [1], right: [1], sizes: [[0]] };
  return network.weights.map((matrix, l) => {
    const z = affine(line, matrix, network.biases[l]!);
    const name = network.activations[l]!;
    if (name === "linear") {
      line = z;
    } else {
      if (name !== "relu" && name !== "leaky_relu") throw new EngineError(`layer ${l} is ${name}, which is not piecewise linear`);
      line = bent(z, name, network.slope ?? LEAKY_SLOPE);
    }
    return { z, a: line };
  });
}

/** Gives one unit along the line as a function, without flat vertices. */
export function unitFunction(line: Line, unit: number): PiecewiseLinear {
  const t = line.breakpoints;
  const y = line.values.map((row) => row[unit]!);
  const size = line.sizes.map((row) => row[unit]!);
  const kept: number[] = [];
  t.forEach((x, at) => {
    const before = kept[kept.length - 1];
    const after = at + 1 < t.length ? at + 1 : undefined;
    const from = before === undefined ? x - 1 : t[before]!;
    const to = after === undefined ? x + 1 : t[after]!;
    const slope = before === undefined ? line.left[unit]! : (y[at]! - y[before]!) / (x - from);
    const next = after === undefined ? line.right[unit]! : (y[after]! - y[at]!) / (to - x);
    const deviation = Math.abs(next - slope) * Math.min(x - from, to - x);
    if (deviation > FLAT * Math.max(size[at]!, size[before ?? at]!, size[after ?? at]!)) kept.push(at);
  });
  if (kept.length === 0) kept.push(0);
  return { breakpoints: kept.map((i) => t[i]!), values: kept.map((i) => y[i]!), leftSlope: line.left[unit]!, rightSlope: line.right[unit]! };
}

function affine(line: Line, matrix: readonly (readonly number[])[], bias: readonly number[]): Line {
  const absolute = matrix.map((row) => row.map(Math.abs));
  return {
    breakpoints: line.breakpoints,
    values: line.values.map((row) => dotProducts(matrix, row).map((dot, j) => dot + bias[j]!)),
    left: dotProducts(matrix, line.left),
    right: dotProducts(matrix, line.right),
    sizes: line.sizes.map((sizes, i) => {
      const terms = sizes.map((size, j) => Math.max(size, Math.abs(line.values[i]![j]!)));
      return dotProducts(absolute, terms).map((dot, j) => dot + Math.abs(bias[j]!));
    }),
  };
}

function bent(z: Line, name: "relu" | "leaky_relu", slope: number): Line {
  const snapped = { ...z, values: z.values.map((row, i) => row.map((y, j) => (Math.abs(y) <= ZERO * z.sizes[i]![j]! ? 0 : y))) };
  const fine = refined(snapped, crossings(snapped));
  const last = fine.breakpoints.length - 1;
  const outer = (slopes: readonly number[], row: readonly number[], direction: number): number[] =>
    slopes.map((each, j) => ((row[j]! || direction * each) > 0 ? each : (name === "relu" ? 0 : slope) * each));
  return {
    ...fine,
    values: fine.values.map((row) => row.map((y) => activate(name, y, slope))),
    left: outer(fine.left, fine.values[0]!, -1),
    right: outer(fine.right, fine.values[last]!, 1),
  };
}

/** Gives where units change sign strictly between vertices: for each place the units that are 0 there. */
function crossings(z: Line): Map<number, number[]> {
  const { breakpoints: t, values } = z;
  const found = new Map<number, number[]>();
  const add = (x: number, low: number, high: number, unit: number): void => {
    if (!(low < x && x < high)) return;
    const units = found.get(x);
    if (units) units.push(unit);
    else found.set(x, [unit]);
  };
  const last = t.length - 1;
  z.left.forEach((left, j) => {
    const y = values[0]![j]!;
    if (y * left > 0) add(t[0]! - y / left, -Infinity, t[0]!, j);
    for (let i = 0; i < last; i += 1) {
      const y0 = values[i]![j]!;
      const y1 = values[i + 1]![j]!;
      if (!(Math.min(y0, y1) < 0 && Math.max(y0, y1) > 0)) continue;
      const width = t[i + 1]! - t[i]!;
      const near = Math.abs(y0) <= Math.abs(y1);
      const x = near ? t[i]! - (y0 / (y1 - y0)) * width : t[i + 1]! - (y1 / (y1 - y0)) * width;
      add(x, t[i]!, t[i + 1]!, j);
    }
    const end = values[last]![j]!;
    const right = z.right[j]!;
    if (Math.min(end, right) < 0 && Math.max(end, right) > 0) add(t[last]! - end / right, t[last]!, Infinity, j);
  });
  if (t.length + found.size > MOST_BREAKPOINTS) throw new EngineError(`the function has more than ${MOST_BREAKPOINTS} breakpoints`);
  return found;
}

function refined(line: Line, points: Map<number, number[]>): Line {
  if (points.size === 0) return line;
  const t = [...line.breakpoints, ...points.keys()].sort((a, b) => a - b);
  const values: (readonly number[])[] = [];
  const sizes: (readonly number[])[] = [];
  for (const x of t) {
    const zeros = points.get(x);
    const piece = countUpTo(line.breakpoints, x);
    if (!zeros) {
      values.push(line.values[piece - 1]!);
      sizes.push(line.sizes[piece - 1]!);
      continue;
    }
    values.push(between(line, piece, x).map((y, j) => (zeros.includes(j) ? 0 : y)));
    const before = line.sizes[Math.max(piece - 1, 0)]!;
    const after = line.sizes[Math.min(piece, line.sizes.length - 1)]!;
    sizes.push(before.map((size, j) => Math.max(size, after[j]!)));
  }
  return { ...line, breakpoints: t, values, sizes };
}

/** Gives all units at x, which lies in a piece of the line. */
function between(line: Line, piece: number, x: number): number[] {
  const { breakpoints: t, values, left, right } = line;
  if (piece === 0) return values[0]!.map((y, j) => y + left[j]! * (x - t[0]!));
  const from = t[piece - 1]!;
  const start = values[piece - 1]!;
  if (piece === t.length) return start.map((y, j) => y + right[j]! * (x - from));
  const to = t[piece]!;
  const stop = values[piece]!;
  const near = x - from <= to - x;
  const share = near ? (x - from) / (to - from) : (to - x) / (to - from);
  return start.map((y, j) => {
    const other = stop[j]!;
    const value = near ? y + share * (other - y) : other + share * (y - other);
    return Math.min(Math.max(value, Math.min(y, other)), Math.max(y, other));
  });
}
