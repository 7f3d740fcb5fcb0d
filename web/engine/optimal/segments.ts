/** The best segmentations of rows into runs with a line each: a lower bound for continuous functions, and a start. */

import type { Rows } from "./rows.ts";

/** Gives the sum of squares about the best line of every run of neighbouring rows, [first * m + last]. */
export function runErrors(rows: Rows): Float64Array {
  const { u, v, w, within } = rows;
  const m = u.length;
  const table = new Float64Array(m * m).fill(Infinity);
  for (let i = 0; i < m; i += 1) {
    let weight = w[i]!, meanU = u[i]!, meanV = v[i]!, spread = 0, product = 0, error = within[i]!;
    table[i * m + i] = error;
    for (let j = i + 1; j < m; j += 1) {
      // Each row adds an innovation that is never negative, so that small errors keep their digits.
      const du = u[j]! - meanU, dv = v[j]! - meanV, dw = w[j]!;
      const total = weight + dw;
      const pull = (weight * dw) / total;
      if (j > i + 1) error += pull * (dv - (product / spread) * du) ** 2 * (spread / (spread + pull * du * du));
      error += within[j]!;
      spread += pull * du * du;
      product += pull * du * dv;
      meanU += (dw / total) * du;
      meanV += (dw / total) * dv;
      weight = total;
      table[i * m + j] = error;
    }
  }
  return table;
}

export interface Segmentations {
  /** errors[k]: the least sum of squares of all rows in at most k runs; errors[0] is infinite. */
  readonly errors: Float64Array;
  /** The first rows of the runs of the best segmentation into at most k. */
  runs(k: number): number[];
}

/** Gives the best segmentations into at most 1..most runs. */
export function* segmentations(table: Float64Array, m: number, most: number): Generator<undefined, Segmentations> {
  const starts: Int32Array[] = [];
  const errors = new Float64Array(most + 1).fill(Infinity);
  let before = new Float64Array(m + 1).fill(Infinity);
  before[0] = 0;
  for (let k = 1; k <= most; k += 1) {
    const now = new Float64Array(m + 1).fill(Infinity);
    const start = new Int32Array(m + 1);
    now[0] = 0;
    for (let j = 1; j <= m; j += 1) {
      for (let i = 0; i < j; i += 1) {
        const sum = before[i]! + table[i * m + j - 1]!;
        if (sum < now[j]!) {
          now[j] = sum;
          start[j] = i;
        }
      }
    }
    errors[k] = now[m]!;
    starts.push(start);
    before = now;
    yield;
  }
  return {
    errors,
    runs(k) {
      const found: number[] = [];
      for (let at = m, level = Math.min(k, most); level > 0 && at > 0; level -= 1) {
        at = starts[level - 1]![at]!;
        found.unshift(at);
      }
      return found;
    },
  };
}

/** Gives where the best lines of neighbouring runs cross, moved into the gap between the runs. */
export function crossings(rows: Rows, runs: readonly number[]): number[] {
  const lines = runs.map((start, k) => lineOf(rows, start, runs[k + 1] ?? rows.u.length));
  return runs.slice(1).map((b, k) => {
    const low = rows.u[b - 1]!, high = rows.u[b]!;
    const middle = (low + high) / 2;
    const [one, two] = [lines[k]!, lines[k + 1]!];
    const bend = two.slope - one.slope;
    const jump = two.height + two.slope * (middle - two.mean) - one.height - one.slope * (middle - one.mean);
    return bend === 0 ? middle : Math.min(Math.max(middle - jump / bend, low), high);
  });
}

function lineOf({ u, v, w }: Rows, from: number, to: number): { mean: number; height: number; slope: number } {
  let weight = 0, mean = 0, height = 0, spread = 0, product = 0;
  for (let i = from; i < to; i += 1) {
    weight += w[i]!;
    mean += w[i]! * u[i]!;
    height += w[i]! * v[i]!;
  }
  mean /= weight;
  height /= weight;
  for (let i = from; i < to; i += 1) {
    spread += w[i]! * (u[i]! - mean) ** 2;
    product += w[i]! * (u[i]! - mean) * (v[i]! - height);
  }
  return { mean, height, slope: spread === 0 ? 0 : product / spread };
}
