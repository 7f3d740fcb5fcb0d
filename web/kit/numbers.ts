/** Numbers as people write them: read with a sentence for what cannot be read, written with a real minus sign. */

export type Reading = { ok: true; value: number } | { ok: false; sentence: string };

const MINUS = "\u2212";
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads "-1.5", "1/3", "2e-3" (with either minus sign); anything else gives a sentence that says what to write. */
export function readNumber(source: string, range: { min?: number; max?: number; name?: string } = {}): Reading {
  const written = source.trim().replaceAll(MINUS, "-");
  const name = range.name ?? "The number";
  if (written === "") return { ok: false, sentence: "Write a number, such as -1.5 or 1/3." };
  if (/^[+-]?\d+,\d+$/.test(written)) return { ok: false, sentence: "Write a decimal point, as in 1.5." };
  const parts = written.split("/").map((part) => part.trim());
  if (parts.length > 2 || parts.some((part) => !DECIMAL.test(part))) {
    return { ok: false, sentence: `“${shortened(source.trim())}” is no number: write one such as -1.5 or 1/3.` };
  }
  const [above, below] = parts.map(Number);
  if (below === 0) return { ok: false, sentence: "A fraction needs a number other than 0 below its line." };
  const value = (above ?? NaN) / (below ?? 1);
  if (!Number.isFinite(value)) return { ok: false, sentence: "That number is too large." };
  return within(value, name, range.min, range.max);
}

function within(value: number, name: string, min = -Infinity, max = Infinity): Reading {
  if (value >= min && value <= max) return { ok: true, value };
  if (min === -Infinity) return { ok: false, sentence: `${name} is at most ${formatNumber(max)}.` };
  if (max === Infinity) return { ok: false, sentence: `${name} is at least ${formatNumber(min)}.` };
  return { ok: false, sentence: `${name} goes from ${formatNumber(min)} to ${formatNumber(max)}.` };
}

function shortened(source: string): string {
  return source.length > 20 ? `${source.slice(0, 19)}…` : source;
}

/** How many decimals a step needs: 0.1 gives 1, 0.25 gives 2, 5 gives 0. */
export function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 12; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-9 * Math.max(1, Math.abs(scaled))) return decimals;
  }
  return 12;
}

/** Writes a number with at least `decimals`; one that they do not hold shows up to four significant digits. */
export function formatNumber(value: number, decimals = 0): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "undefined" : value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return exponential(value);
  let places = decimals;
  const enough = Math.min(8, Math.max(decimals, 3 - Math.floor(Math.log10(size || 1))));
  while (places < enough && Math.abs(Number(value.toFixed(places)) - value) > 1e-9 * Math.max(1, size)) places += 1;
  return signed(value.toFixed(places));
}

/** Writes a number with exactly so many decimals. */
export function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? signed(value.toFixed(decimals)) : formatNumber(value);
}

function exponential(value: number): string {
  const [mantissa = "", power = "0"] = value.toExponential(2).split("e");
  return signed(`${mantissa.replace(/\.?0+$/, "")}e${Number(power)}`);
}

function signed(written: string): string {
  const zero = /^-[0.]*$/.test(written);
  return (zero ? written.slice(1) : written).replaceAll("-", MINUS);
}

/** Gives the multiple of the step nearest to a value, free of the noise of 0.1 + 0.2, within the bounds. */
export function snap(value: number, step = 0, min = -Infinity, max = Infinity): number {
  const stepped = step > 0 ? Number((Math.round(value / step) * step).toFixed(decimalsOf(step))) : value;
  return Math.min(max, Math.max(min, stepped)) + 0;
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Writes w_1 or w1 as w₁, for text that can hold no markup. */
export function subscripted(name: string): string {
  return name.replace(/([A-Za-z])_?(\d+)$/, (_, letter: string, digits: string) =>
    letter + [...digits].map((digit) => SUBSCRIPTS[Number(digit)] ?? digit).join(""));
}
