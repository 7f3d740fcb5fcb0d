/** Round numbers on an axis, with labels of one precision. */

import { fixed, formatNumber } from "./numbers.ts";

export interface Tick {
  value: number;
  label: string;
}

/** Gives at most about `most` multiples of 1, 2 or 5 times a power of ten in [low, high]. */
export function ticks(low: number, high: number, most = 6): Tick[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [{ value: low, label: formatNumber(low) }];
  const raw = (high - low) / Math.max(1, most);
  const power = Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((each) => each * 10 ** power >= raw * (1 - 1e-9)) ?? 10;
  const decimals = Math.max(0, -power - (factor === 10 ? 1 : 0));
  const step = factor * 10 ** power;
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  const large = Math.max(Math.abs(low), Math.abs(high)) >= 1e6 || step < 1e-6;
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = Number(((first + index) * step).toPrecision(12));
    return { value, label: large ? formatNumber(value) : fixed(value, decimals) };
  });
}
