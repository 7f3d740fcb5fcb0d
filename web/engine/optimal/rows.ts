/** Rows prepared for a search: sorted, rows of equal x merged, shifted and scaled to units near 1. */

import { EngineError, finite } from "../errors.ts";

export const MOST_ROWS = 300;

export interface Data {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** u rising and distinct, v the mean of its y, w how many rows; `within` their sum of squares about v (scaled). */
export interface Rows {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly w: Float64Array;
  readonly within: Float64Array;
  /** Smallest and largest v among the rows of a u. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** All rows as given, sorted. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xCentre: number;
  readonly xUnit: number;
  readonly yCentre: number;
  readonly yUnit: number;
}

export function prepared({ x, y }: Data): Rows {
  const n = x.length;
  if (n === 0 || n !== y.length) throw new EngineError(`there are ${y.length} y for ${n} x: there must be as many, and at least one`);
  if (n > MOST_ROWS) throw new EngineError(`the page computes up to ${MOST_ROWS} points, not ${n}: the installed library takes more`);
  for (let i = 0; i < n; i += 1) {
    finite(x[i]!, `x[${i}]`);
    finite(y[i]!, `y[${i}]`);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const xs = Float64Array.from(order, (i) => x[i]!);
  const ys = Float64Array.from(order, (i) => y[i]!);
  const [xCentre, xUnit] = frame(xs[0]!, xs[n - 1]!);
  const [yCentre, yUnit] = frame(ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b)));
  const groups: number[][] = [];
  for (let i = 0; i < n; i += 1) {
    if (i > 0 && xs[i] === xs[i - 1]) groups[groups.length - 1]!.push(i);
    else groups.push([i]);
  }
  const scaled = ys.map((each) => (each - yCentre) / yUnit);
  const values = groups.map((group) => group.map((i) => scaled[i]!));
  const v = Float64Array.from(values, (list) => list.reduce((a, b) => a + b, 0) / list.length);
  return {
    u: Float64Array.from(groups, (group) => (xs[group[0]!]! - xCentre) / xUnit),
    v,
    w: Float64Array.from(values, (list) => list.length),
    within: Float64Array.from(values, (list, k) => list.reduce((sum, each) => sum + (each - v[k]!) ** 2, 0)),
    low: Float64Array.from(values, (list) => Math.min(...list)),
    high: Float64Array.from(values, (list) => Math.max(...list)),
    x: xs, y: ys, xCentre, xUnit, yCentre, yUnit,
  };
}

function frame(low: number, high: number): [centre: number, unit: number] {
  const half = high / 2 - low / 2;
  return [low + half, half || 1];
}
