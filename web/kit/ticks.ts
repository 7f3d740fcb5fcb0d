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

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Gives ticks of an axis that counts powers of ten: whole powers, or 1, 2, 5 times one where few of those fit. */
export function powerTicks(low: number, high: number, most = 6): Tick[] {
  const first = Math.ceil(low - 1e-9);
  const count = Math.floor(high + 1e-9) - first + 1;
  if (count >= 3) {
    const step = Math.ceil(count / Math.max(1, most));
    return Array.from({ length: Math.ceil(count / step) }, (_, i) => ({ value: first + i * step, label: powerOfTen(first + i * step) }));
  }
  const between: Tick[] = [];
  for (let power = Math.floor(low); power <= high; power += 1) {
    for (const factor of [1, 2, 5]) {
      const value = power + Math.log10(factor);
      if (value >= low && value <= high) between.push({ value, label: formatNumber(Number(`${factor}e${power}`)) });
    }
  }
  return between.length > 0 ? between : ticks(low, high, most).map(({ value }) => ({ value, label: formatNumber(Number((10 ** value).toPrecision(3))) }));
}

function powerOfTen(power: number): string {
  if (power === 0 || power === 1) return power ? "10" : "1";
  return `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((digit) => RAISED[Number(digit)]).join("")}`;
}
