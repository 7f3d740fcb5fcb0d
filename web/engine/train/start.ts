/** Where training starts: what Keras or torch would draw, from uniform numbers, with the kinks where asked. */

/** Gives the next uniform number in [0, 1). */
export type Uniform = () => number;

/** The stacked parameters of one hidden layer, 3 * units + 1: weights, biases, coefficients, output bias. */
export type Parameters = Float64Array;

/** Gives glorot_uniform weights and zero biases (reads 2 * units numbers: weights, coefficients). */
export function kerasStart(units: number, uniform: Uniform): Parameters {
  const limit = Math.sqrt(6 / (1 + units));
  const result = new Float64Array(3 * units + 1);
  fill(result, 0, units, limit, uniform);
  fill(result, 2 * units, units, limit, uniform);
  return result;
}

/** Gives all uniform on +-1 / sqrt(inputs of the layer), as torch does (reads 3 * units + 1 numbers, in order). */
export function torchStart(units: number, uniform: Uniform): Parameters {
  const result = new Float64Array(3 * units + 1);
  fill(result, 0, 2 * units, 1, uniform);
  fill(result, 2 * units, units + 1, 1 / Math.sqrt(units), uniform);
  return result;
}

function fill(result: Parameters, from: number, count: number, limit: number, uniform: Uniform): void {
  for (let i = from; i < from + count; i += 1) result[i] = -limit + 2 * limit * uniform();
}

/**
 * Gives the start with one kink in each of `units` equally filled strata of x, in order, facing left or right at
 * random (reads first the signs, a number below 1/2 faces left, then the places; units numbers each).
 */
export function stratified(start: Parameters, x: ArrayLike<number>, uniform: Uniform): Parameters {
  const units = (start.length - 1) / 3;
  const result = Float64Array.from(start);
  for (let j = 0; j < units; j += 1) result[j] = Math.abs(result[j]!) * (uniform() < 0.5 ? -1 : 1);
  const sorted = Float64Array.from(x).sort();
  for (let j = 0; j < units; j += 1) result[units + j] = -result[j]! * quantile(sorted, (j + uniform()) / units);
  return result;
}

/** Gives the quantile of sorted numbers by linear interpolation, as NumPy's default. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.min(Math.max(Math.floor(place), 0), sorted.length - 1);
  const high = Math.min(low + 1, sorted.length - 1);
  const part = place - low;
  const gap = sorted[high]! - sorted[low]!;
  return part < 0.5 ? sorted[low]! + gap * part : sorted[high]! - gap * (1 - part);
}
