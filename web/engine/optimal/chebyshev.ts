/** Smallest largest errors: the linear program behind them, and hinge sums refined by a sequence of such programs. */

import type { Rows } from "./rows.ts";

const PERTURBATION = 1e-11; // of the cost, which keeps the exchange from going in circles
const FEASIBLE = 1e-12;

/**
 * Gives the change c, with |c_k| <= box_k, that makes the largest |residual - sum of c_k columns_k| smallest, by the
 * exchange method (a dual simplex: the most violated constraint enters the set of active ones). Approximate to about
 * 1e-9 of that error; nothing where it does not end in time.
 */
export function* chebyshev(
  columns: readonly Float64Array[],
  residual: Float64Array,
  box: readonly number[],
): Generator<undefined, { change: number[]; error: number } | undefined> {
  const n = columns.length;
  const d = n + 1;
  const inverse = Array.from({ length: d }, (_, i) => Float64Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
  const x = Float64Array.from({ length: d }, (_, k) => (k < n ? -box[k]! : 0));
  const price = Float64Array.from({ length: d }, (_, k) => (k < n ? PERTURBATION * (1 + ((k * 0.6180339887) % 1)) : 1));
  const entering = new Float64Array(d);
  const share = new Float64Array(d);
  for (let round = 0; round < 60 + 12 * d; round += 1) {
    if (round % 32 === 31) yield;
    const gap = mostViolated(columns, residual, box, x, entering);
    if (gap <= FEASIBLE) return { change: [...x.subarray(0, n)], error: x[n]! };
    let leaving = -1;
    let ratio = Infinity;
    for (let k = 0; k < d; k += 1) {
      let sum = 0;
      for (let j = 0; j < d; j += 1) sum += inverse[k]![j]! * entering[j]!;
      share[k] = sum;
      if (sum > 1e-11 && price[k]! / sum < ratio) {
        ratio = price[k]! / sum;
        leaving = k;
      }
    }
    if (leaving < 0) return undefined;
    const row = inverse[leaving]!; // inverse[k] is the direction in which active constraint k alone is relaxed
    const pivot = share[leaving]!;
    for (let j = 0; j < d; j += 1) {
      row[j]! /= pivot;
      x[j]! += gap * row[j]!;
    }
    for (let k = 0; k < d; k += 1) {
      if (k === leaving) continue;
      const factor = share[k]!;
      price[k] = Math.max(price[k]! - ratio * factor, 0);
      if (factor === 0) continue;
      const other = inverse[k]!;
      for (let j = 0; j < d; j += 1) other[j]! -= factor * row[j]!;
    }
    price[leaving] = ratio;
  }
  return undefined;
}

/** Puts the normal of the most violated constraint into `entering` and gives by how much it is violated. */
function mostViolated(columns: readonly Float64Array[], residual: Float64Array, box: readonly number[], x: Float64Array, entering: Float64Array): number {
  const n = columns.length;
  const left = Float64Array.from(residual);
  for (let k = 0; k < n; k += 1) {
    const column = columns[k]!;
    const c = x[k]!;
    if (c !== 0) for (let i = 0; i < left.length; i += 1) left[i]! -= c * column[i]!;
  }
  let worst = -Infinity;
  let at = 0;
  for (let i = 0; i < left.length; i += 1) {
    if (Math.abs(left[i]!) > worst) {
      worst = Math.abs(left[i]!);
      at = i;
    }
  }
  let gap = worst - x[n]!;
  const sign = Math.sign(left[at]!);
  for (let k = 0; k < n; k += 1) entering[k] = sign * columns[k]![at]!;
  entering[n] = 1;
  for (let k = 0; k < n; k += 1) {
    const over = Math.abs(x[k]!) - box[k]!;
    if (over <= gap) continue;
    gap = over;
    entering.fill(0);
    entering[k] = -Math.sign(x[k]!);
  }
  return gap;
}

/** constant + sum of coefficients * relu(facing * (u - kinks)), in scaled units; facing 1 (right) or -1 (left). */
export interface Sum {
  readonly facing: readonly number[];
  readonly kinks: readonly number[];
  readonly coefficients: readonly number[];
  readonly constant: number;
}

/** Rows as points: a row for each end of a gate. */
export interface Points {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

export function pointsOf(rows: Rows): Points {
  const doubled = [...rows.u].flatMap((u, i) => (rows.low[i] === rows.high[i] ? [[u, rows.low[i]!]] : [[u, rows.low[i]!], [u, rows.high[i]!]]));
  return { u: Float64Array.from(doubled, (p) => p[0]!), v: Float64Array.from(doubled, (p) => p[1]!) };
}

function residuals(sum: Sum, { u, v }: Points): Float64Array {
  return Float64Array.from(u, (t, i) => {
    let value = sum.constant;
    for (let k = 0; k < sum.kinks.length; k += 1) value += sum.coefficients[k]! * Math.max(sum.facing[k]! * (t - sum.kinks[k]!), 0);
    return v[i]! - value;
  });
}

export function largest(sum: Sum, points: Points): number {
  return residuals(sum, points).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
}

const FREE = 1e4; // of a coefficient's change, in units of the largest error

/** Gives the sum with the best coefficients for its kinks, and where `radius` > 0 with kinks moved by at most so much. */
export function* improved(sum: Sum, points: Points, radius: number): Generator<undefined, { sum: Sum; hoped: number }> {
  const n = sum.kinks.length;
  const rest = residuals(sum, points);
  const size = rest.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  if (size === 0) return { sum, hoped: 0 };
  const { u } = points;
  const columns = [new Float64Array(u.length).fill(1)];
  const box = [2];
  for (let k = 0; k < n; k += 1) {
    columns.push(u.map((t) => Math.max(sum.facing[k]! * (t - sum.kinks[k]!), 0)));
    box.push(FREE);
  }
  for (let k = 0; k < n && radius > 0; k += 1) {
    const move = -sum.facing[k]! * sum.coefficients[k]! / size;
    columns.push(u.map((t) => (sum.facing[k]! * (t - sum.kinks[k]!) > 0 ? move : 0)));
    box.push(radius);
  }
  const found = yield* chebyshev(columns, rest.map((each) => each / size), box);
  if (!found) return { sum, hoped: size };
  const { change } = found;
  return {
    sum: {
      facing: sum.facing,
      kinks: radius > 0 ? sum.kinks.map((kink, k) => kink + change[n + 1 + k]!) : sum.kinks,
      coefficients: sum.coefficients.map((c, k) => c + size * change[k + 1]!),
      constant: sum.constant + size * change[0]!,
    },
    hoped: found.error * size,
  };
}

/** Gives a sum with the same facings and no larger error: linear programs over its kinks in a trust region (Madsen 1975). */
export function* refinedSum(start: Sum, points: Points, target: number, steps: number): Generator<undefined, Sum> {
  let best = start;
  let error = largest(best, points);
  const sorted = [...start.kinks].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((kink, k) => kink - sorted[k]!).sort((a, b) => a - b);
  let radius = 0.25 * (gaps[gaps.length >> 1] || 0.2);
  for (let step = 0; step < steps && error > target && radius > 1e-13; step += 1) {
    yield;
    const { sum: trial, hoped } = yield* improved(best, points, radius);
    const reached = largest(trial, points);
    const gain = error - reached;
    if (error - hoped <= 1e-11 * error) break;
    radius *= gain > 0.7 * (error - hoped) ? 2 : gain > 0.2 * (error - hoped) ? 1 : 0.25;
    if (gain > 0) [best, error] = [trial, reached];
  }
  return best;
}
