/** Continuous piecewise-linear functions on the real line, stored by their vertices and two outer slopes. */

import { EngineError, finite } from "./errors.ts";
import { exactSum } from "./exact.ts";

/** A function: vertices (breakpoints[i], values[i]), breakpoints rising, at least one; plain JSON. */
export interface PiecewiseLinear {
  readonly breakpoints: readonly number[];
  readonly values: readonly number[];
  readonly leftSlope: number;
  readonly rightSlope: number;
}

export type Point = readonly [x: number, y: number];
export type Interval = readonly [a: number, b: number];

const NEARLY_EQUAL = 8 * Number.EPSILON;

/** Gives a function after checking it: finite numbers, rising breakpoints, finite slopes. */
export function piecewiseLinear(
  breakpoints: readonly number[],
  values: readonly number[],
  leftSlope = 0,
  rightSlope = 0,
): PiecewiseLinear {
  if (breakpoints.length === 0) throw new EngineError("a function needs at least one vertex");
  if (breakpoints.length !== values.length) {
    throw new EngineError(`there are ${values.length} values for ${breakpoints.length} breakpoints`);
  }
  breakpoints.forEach((t, i) => finite(t, `breakpoints[${i}]`));
  values.forEach((y, i) => finite(y, `values[${i}]`));
  breakpoints.forEach((t, i) => {
    const next = breakpoints[i + 1];
    if (next !== undefined && !(t < next)) {
      throw new EngineError(`breakpoints[${i}] = ${t} is followed by ${next}: they must rise`);
    }
  });
  const f = { breakpoints, values, leftSlope: finite(leftSlope, "leftSlope"), rightSlope: finite(rightSlope, "rightSlope") };
  slopes(f).forEach((slope, i) => finite(slope, `the slope of piece ${i}`));
  return f;
}

/** Gives the function through points in any order, straight on outside (`ends: "straight"`) or level there. */
export function fromPoints(points: readonly Point[], ends: "straight" | "level" = "straight"): PiecewiseLinear {
  const sorted = [...points].sort((p, q) => p[0] - q[0]);
  const f = piecewiseLinear(sorted.map((p) => p[0]), sorted.map((p) => p[1]));
  const inner = slopes(f).slice(1, -1);
  if (ends === "level" || inner.length === 0) return f;
  return { ...f, leftSlope: inner[0]!, rightSlope: inner[inner.length - 1]! };
}

/** Gives the slope of every piece from left to right, outer ones included: one more than breakpoints. */
export function slopes(f: PiecewiseLinear): number[] {
  const { breakpoints: t, values: y } = f;
  const result = [f.leftSlope];
  for (let i = 1; i < t.length; i += 1) result.push((y[i]! - y[i - 1]!) / (t[i]! - t[i - 1]!));
  result.push(f.rightSlope);
  return result;
}

/**
 * Gives the slope after each breakpoint minus the slope before it; 0 exactly where there is no kink. Where float64
 * leaves a doubt, three vertices in line are decided exactly; an outer slope, which is a rounded number itself, is in
 * line where it equals the rounded slope next to it.
 */
export function slopeChanges(f: PiecewiseLinear): number[] {
  const all = slopes(f);
  return f.breakpoints.map((_, i) => {
    const before = all[i]!;
    const after = all[i + 1]!;
    const change = after - before;
    if (change === 0 && (i === 0 || i === f.breakpoints.length - 1)) return 0;
    return Math.abs(change) <= NEARLY_EQUAL * (Math.abs(before) + Math.abs(after)) ? exactChange(f, i) : change;
  });
}

/** Gives a slope change from an exactly decided numerator, so that 0 means that the three points are in line. */
function exactChange(f: PiecewiseLinear, i: number): number {
  const { breakpoints: t, values: y, leftSlope, rightSlope } = f;
  const last = t.length - 1;
  if (last === 0) return rightSlope - leftSlope;
  if (i === 0) {
    return exactSum([[y[1]!], [-y[0]!], [-leftSlope, t[1]!], [leftSlope, t[0]!]]) / (t[1]! - t[0]!);
  }
  const t0 = t[i - 1]!, t1 = t[i]!, y0 = y[i - 1]!, y1 = y[i]!;
  if (i === last) return exactSum([[rightSlope, t1], [-rightSlope, t0], [-y1], [y0]]) / (t1 - t0);
  const t2 = t[i + 1]!, y2 = y[i + 1]!;
  const numerator = exactSum([[y2, t1], [-y2, t0], [y1, t0], [-y1, t2], [y0, t2], [-y0, t1]]);
  return numerator / (t1 - t0) / (t2 - t1);
}

/** Gives the breakpoints at which the slope really changes. */
export function kinks(f: PiecewiseLinear): number[] {
  const changes = slopeChanges(f);
  return f.breakpoints.filter((_, i) => changes[i] !== 0);
}

/** Gives how many entries of a rising list are at most x. */
export function countUpTo(rising: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Gives f(x): from the nearer vertex, kept between the two values around it. */
export function evaluate(f: PiecewiseLinear, x: number): number {
  const { breakpoints: t, values: y } = f;
  const piece = countUpTo(t, x);
  const before = Math.max(piece - 1, 0);
  const after = Math.min(piece, t.length - 1);
  if (before === after) return y[before]! + (piece === 0 ? f.leftSlope : f.rightSlope) * (x - t[before]!);
  const y0 = y[before]!;
  const y1 = y[after]!;
  const slope = (y1 - y0) / (t[after]! - t[before]!);
  const near = Math.abs(x - t[before]!) <= Math.abs(t[after]! - x) ? before : after;
  const result = y[near]! + slope * (x - t[near]!);
  return Math.min(Math.max(result, Math.min(y0, y1)), Math.max(y0, y1));
}

/** Gives f at many inputs. */
export function evaluateAll(f: PiecewiseLinear, x: ArrayLike<number>): Float64Array {
  return Float64Array.from(x, (each) => evaluate(f, each));
}

/**
 * Gives f on fewer vertices, nowhere farther than `tolerance` from it. With 0, vertices in line with their
 * neighbours go, which is decided in exact arithmetic; one vertex is kept where there is no kink.
 */
export function simplified(f: PiecewiseLinear, tolerance = 0): PiecewiseLinear {
  const changes = slopeChanges(f);
  let kept = changes.flatMap((change, i) => (change !== 0 ? [i] : []));
  if (kept.length === 0) kept = [0];
  if (tolerance > 0) kept = thinned(f, kept, tolerance);
  return {
    ...f,
    breakpoints: kept.map((i) => f.breakpoints[i]!),
    values: kept.map((i) => f.values[i]!),
  };
}

/** From each vertex kept, the next is the farthest whose chord passes all between them closely enough. */
function thinned(f: PiecewiseLinear, among: readonly number[], tolerance: number): number[] {
  const kept = [0];
  while (kept[kept.length - 1]! < among.length - 1) {
    const start = kept[kept.length - 1]!;
    let farthest = start + 1;
    let low = -Infinity;
    let high = Infinity;
    for (let i = start + 1; i < among.length && low <= high; i += 1) {
      const width = f.breakpoints[among[i]!]! - f.breakpoints[among[start]!]!;
      const rise = f.values[among[i]!]! - f.values[among[start]!]!;
      if (low * width <= rise && rise <= high * width) farthest = i;
      low = Math.max(low, (rise - tolerance) / width);
      high = Math.min(high, (rise + tolerance) / width);
    }
    kept.push(farthest);
  }
  return kept.map((i) => among[i]!);
}

/** Gives the same function with vertices at further points too. */
export function refined(f: PiecewiseLinear, points: readonly number[]): PiecewiseLinear {
  const t = [...new Set([...f.breakpoints, ...points])].sort((a, b) => a - b);
  return { ...f, breakpoints: t, values: t.map((x) => evaluate(f, x)) };
}

/** Gives factor * f + factor * g + ..., with a vertex wherever one of them has one. */
export function combined(parts: readonly (readonly [factor: number, f: PiecewiseLinear])[]): PiecewiseLinear {
  const t = [...new Set(parts.flatMap(([, f]) => f.breakpoints))].sort((a, b) => a - b);
  const sum = (of: (f: PiecewiseLinear) => number): number => parts.reduce((total, [c, f]) => total + c * of(f), 0);
  return {
    breakpoints: t,
    values: t.map((x) => sum((f) => evaluate(f, x))),
    leftSlope: sum((f) => f.leftSlope),
    rightSlope: sum((f) => f.rightSlope),
  };
}

/** Gives f + g. */
export function added(f: PiecewiseLinear, g: PiecewiseLinear): PiecewiseLinear {
  return combined([[1, f], [1, g]]);
}

/** Gives f - g. */
export function subtracted(f: PiecewiseLinear, g: PiecewiseLinear): PiecewiseLinear {
  return combined([[1, f], [-1, g]]);
}

/** Gives the function equal to f on [a, b], with vertices at a and b, that goes straight on outside. */
export function restricted(f: PiecewiseLinear, [a, b]: Interval): PiecewiseLinear {
  if (!(a < b)) throw new EngineError(`the interval from ${a} to ${b} is empty`);
  const fine = refined(f, [a, b]);
  const first = fine.breakpoints.indexOf(a);
  const last = fine.breakpoints.indexOf(b);
  const all = slopes(fine);
  return {
    breakpoints: fine.breakpoints.slice(first, last + 1),
    values: fine.values.slice(first, last + 1),
    leftSlope: all[first + 1]!,
    rightSlope: all[last]!,
  };
}

/** Gives the largest |f - g| on [a, b] and where it is. */
export function distance(f: PiecewiseLinear, g: PiecewiseLinear, interval: Interval): { value: number; at: number } {
  const difference = restricted(subtracted(f, g), interval);
  let at = 0;
  difference.values.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(difference.values[at]!)) at = i;
  });
  return { value: Math.abs(difference.values[at]!), at: difference.breakpoints[at]! };
}

/** Gives the single hinge x -> coefficient * relu(weight * x + bias) as a function. */
export function hingeFunction(weight: number, bias: number, coefficient: number): PiecewiseLinear {
  if (weight === 0) {
    return { breakpoints: [0], values: [coefficient * Math.max(bias, 0) + 0], leftSlope: 0, rightSlope: 0 };
  }
  const slope = coefficient * weight + 0;
  const kink = -bias / weight + 0;
  return { breakpoints: [kink], values: [0], leftSlope: weight < 0 ? slope : 0, rightSlope: weight > 0 ? slope : 0 };
}
