/** Round numbers on an axis, with labels of one precision. */

import { fixed, formatNumber } from "./numbers.ts";

export interface Tick {
  value: number;
  label: string;
}

/** Gives at most about `most` multiples of 1, 2 or 5 times a power of ten in [low, high]. */
export function ticks(low: number, high: number, most = 6): Tick[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [{ value: low, label: formatNumber(low) }];
  let { factor, power } = stepFor((high - low) / Math.max(1, most));
  // Two numbers along an axis say too little: then a finer step.
  while (countOf(low, high, factor * 10 ** power) < 3) ({ factor, power } = stepFor((factor * 10 ** power) / 2.6));
  const decimals = Math.max(0, -power);
  const step = factor * 10 ** power;
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  const large = Math.max(Math.abs(low), Math.abs(high)) >= 1e6 || step < 1e-6;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = Number(((first + index) * step).toPrecision(12));
    return { value, label: large ? formatNumber(value) : fixed(value, decimals) };
  });
}

/** Gives the smallest step of 1, 2 or 5 times a power of ten that is not below `raw`. */
function stepFor(raw: number): { factor: number; power: number } {
  const power = Math.floor(Math.log10(raw));
  const factor = [1, 2, 5].find((each) => each * 10 ** power >= raw * (1 - 1e-9));
  return factor === undefined ? { factor: 1, power: power + 1 } : { factor, power };
}

function countOf(low: number, high: number, step: number): number {
  return Math.floor(high / step + 1e-6) - Math.ceil(low / step - 1e-6) + 1;
}
