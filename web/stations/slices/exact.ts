/**
 * A network of one hidden ReLU layer along straight lines: every unit's pre-activation is linear there, so all kinks
 * are quotients. Held equal to the library's `slice_along` by tests/lab/test_station_slices.py.
 */

/** Weights row by row: `w` (inputs x units), `v` (units x outputs). */
export interface Layered {
  readonly inputs: number;
  readonly units: number;
  readonly outputs: number;
  readonly w: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly c: ArrayLike<number>;
}

/** What the network does on the way from one point to another; t runs from 0 to 1. */
export interface Along {
  readonly t: Float64Array;
  /** (t x outputs), row by row. */
  readonly y: Float64Array;
  /** The units that switch at each inner breakpoint. */
  readonly owners: readonly (readonly number[])[];
  /** Whether no output bends there. */
  readonly silent: readonly boolean[];
  /** Pre-activations of all units at both ends. */
  readonly z: readonly [Float64Array, Float64Array];
}

export function preactivations({ inputs, units, w, b }: Layered, x: ArrayLike<number>): Float64Array {
  const z = new Float64Array(units);
  for (let i = 0; i < inputs; i += 1) {
    const value = x[i]!;
    if (value === 0) continue;
    for (let u = 0, at = i * units; u < units; u += 1, at += 1) z[u]! += value * w[at]!;
  }
  for (let u = 0; u < units; u += 1) z[u]! += b[u]!;
  return z;
}

/** Gives the outputs for one row of pre-activations, written into `y` from `from` on. */
function outputsOf({ units, outputs, v, c }: Layered, z: Float64Array, y: Float64Array, from: number): void {
  for (let u = 0; u < units; u += 1) {
    const a = z[u]!;
    if (a <= 0) continue;
    for (let k = 0, at = u * outputs; k < outputs; k += 1, at += 1) y[from + k]! += a * v[at]!;
  }
  for (let k = 0; k < outputs; k += 1) y[from + k]! += c[k]!;
}

export function valuesAt(network: Layered, x: ArrayLike<number>): Float64Array {
  const z = preactivations(network, x);
  const y = new Float64Array(network.outputs);
  outputsOf(network, z, y, 0);
  return y;
}

/** Gives the network between two points. */
export function along(network: Layered, start: ArrayLike<number>, end: ArrayLike<number>): Along {
  const { units, outputs, v } = network;
  const [first, last] = [preactivations(network, start), preactivations(network, end)];
  const switching: { t: number; unit: number }[] = [];
  for (let u = 0; u < units; u += 1) {
    const [a, b] = [first[u]!, last[u]!];
    if ((a < 0 && b > 0) || (a > 0 && b < 0)) switching.push({ t: a / (a - b), unit: u });
  }
  switching.sort((p, q) => p.t - q.t || p.unit - q.unit);
  const [t, owners]: [number[], number[][]] = [[0], []];
  for (const { t: place, unit } of switching) {
    if (place === t[t.length - 1] && owners.length > 0) owners[owners.length - 1]!.push(unit);
    else {
      t.push(place);
      owners.push([unit]);
    }
  }
  t.push(1);
  const y = new Float64Array(t.length * outputs);
  const z = new Float64Array(units);
  t.forEach((place, i) => {
    for (let u = 0; u < units; u += 1) z[u] = place === 1 ? last[u]! : first[u]! + place * (last[u]! - first[u]!);
    for (const u of owners[i - 1] ?? []) z[u] = 0;
    outputsOf(network, z, y, i * outputs);
  });
  const silent = owners.map((own) => {
    for (let k = 0; k < outputs; k += 1) {
      if (own.reduce((sum, u) => sum + Math.abs(last[u]! - first[u]!) * v[u * outputs + k]!, 0) !== 0) return false;
    }
    return true;
  });
  return { t: Float64Array.from(t), y, owners, silent, z: [first, last] };
}

/** Gives one unit's activation at the vertices of a line: its own kink is one of them. */
export function activationAlong({ t, owners, z: [first, last] }: Along, unit: number): Float64Array {
  return t.map((place, i) => (owners[i - 1]?.includes(unit) ? 0 : Math.max(0, first[unit]! + place * (last[unit]! - first[unit]!))));
}

/** How far the values leave the straight line between their two ends at most, and their largest less their smallest. */
export function measures(t: ArrayLike<number>, y: ArrayLike<number>): { bend: number; swing: number } {
  const count = t.length;
  const [start, end] = [y[0]!, y[count - 1]!];
  let [bend, least, most] = [0, Infinity, -Infinity];
  for (let i = 0; i < count; i += 1) {
    const value = y[i]!;
    if (count > 2) bend = Math.max(bend, Math.abs(value - (start + t[i]! * (end - start))));
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { bend, swing: most - least };
}

/** Gives the middle of numbers, the mean of the two middle ones where they are even in number. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
