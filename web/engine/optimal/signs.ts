/**
 * Which units face left. A function with N kinks is a sum of N hinges and a constant on an interval that holds them
 * exactly when some of its slope changes sum up to minus its leftmost slope; those are the units that face left.
 */

const ENUMERATED = 10;
const SEARCHED = 20;
const NEIGHBOURS = 3;

/**
 * Gives the sign patterns (true: faces left) with the smallest |leftSlope + sum of the changes that face left|,
 * smallest first: among all up to 10 kinks; of more the nearest sums of two halves, beyond 20 the largest changes
 * balanced greedily first, so that the ranking is approximate.
 */
export function rankedPatterns(leftSlope: number, changes: readonly number[], count: number): boolean[][] {
  const order = changes.map((_, k) => k).sort((a, b) => Math.abs(changes[b]!) - Math.abs(changes[a]!) || a - b);
  const fixed = changes.map(() => false);
  let start = leftSlope;
  for (const k of order.slice(0, Math.max(0, changes.length - SEARCHED))) {
    if (Math.abs(start + changes[k]!) < Math.abs(start)) {
      fixed[k] = true;
      start += changes[k]!;
    }
  }
  const free = order.slice(Math.max(0, changes.length - SEARCHED)).sort((a, b) => a - b);
  const values = free.map((k) => changes[k]!);
  const codes = values.length <= ENUMERATED ? allOf(start, values) : nearest(start, values);
  return codes.sort((a, b) => a.size - b.size || a.code - b.code).slice(0, count).map(({ code }) => {
    const pattern = [...fixed];
    free.forEach((k, bit) => {
      pattern[k] = ((code >> bit) & 1) === 1;
    });
    return pattern;
  });
}

interface Ranked {
  readonly code: number;
  readonly size: number;
}

/** Gives the sums of all subsets; bit k of the place says whether value k is in the subset. */
function subsetSums(values: readonly number[]): number[] {
  let sums = [0];
  for (const value of values) sums = [...sums, ...sums.map((sum) => sum + value)];
  return sums;
}

function allOf(start: number, values: readonly number[]): Ranked[] {
  return subsetSums(values).map((sum, code) => ({ code, size: Math.abs(start + sum) }));
}

function nearest(start: number, values: readonly number[]): Ranked[] {
  const half = values.length >> 1;
  const high = subsetSums(values.slice(half)).map((sum, code) => ({ sum, code })).sort((a, b) => a.sum - b.sum);
  return subsetSums(values.slice(0, half)).flatMap((sum, code) => {
    let [from, to] = [0, high.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (high[middle]!.sum < -start - sum) from = middle + 1;
      else to = middle;
    }
    const around = high.slice(Math.max(0, from - NEIGHBOURS), from + NEIGHBOURS);
    return around.map((other) => ({ code: code + other.code * 2 ** half, size: Math.abs(start + sum + other.sum) }));
  });
}
