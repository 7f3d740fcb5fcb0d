/** Reading one place: which units are on there, the outputs' affine formula, the class. One forward pass, no geometry. */

import type { Found } from "./found.ts";

export interface Reading {
  readonly point: readonly [number, number];
  /** The units that are on (z > 0), layer by layer, of the layers that cut; empty where it is not known. */
  readonly pattern: readonly (readonly boolean[])[];
  /** Three rows, for 1, s and t, of `formulas` numbers; undefined where it is not known. */
  readonly affine: Affine | undefined;
  /** The number of the region, -1 outside of what was cut. */
  readonly region: number;
  /** What the whole network says here; undefined where only some of its layers are known. */
  readonly class: number | undefined;
}

export type Affine = readonly [Float64Array, Float64Array, Float64Array];

/** Gives what there is at a place. */
export function readingAt(found: Found, point: readonly [number, number]): Reading {
  const region = regionAt(found, point);
  if (!found.layers) return sentReading(found, point, region);
  const { pattern, affine } = throughLayers(found, point, found.depth);
  const whole = found.depth === found.hidden.length ? affine : throughLayers(found, point, found.hidden.length).affine;
  return { point, pattern, affine, region, class: classOf(whole, point) };
}

/** Gives the value of each formula at a place. */
export function valuesOf([constant, s, t]: Affine, [a, b]: readonly [number, number]): number[] {
  return Array.from(constant, (each, k) => each + s[k]! * a + t[k]! * b);
}

/** The largest output; of one output whether it is above zero. */
export function classOf(affine: Affine, point: readonly [number, number]): number {
  const values = valuesOf(affine, point);
  return values.length > 1 ? values.indexOf(Math.max(...values)) : Number(values[0]! > 0);
}

/**
 * Follows (s, t) through the hidden layers up to `depth`, its formula beside it: three rows of numbers go through each
 * layer in place of one, and every unit that is off lets none of them on.
 */
function throughLayers(found: Found, point: readonly [number, number], depth: number): { pattern: boolean[][]; affine: Affine } {
  const layers = found.layers!;
  const pattern: boolean[][] = [];
  let rows: Affine = [Float64Array.of(0, 0), Float64Array.of(1, 0), Float64Array.of(0, 1)];
  for (const { weights, bias, activation } of layers) {
    if (activation !== "linear" && pattern.length === depth) break;
    rows = [times(rows[0], weights, bias), times(rows[1], weights), times(rows[2], weights)];
    if (activation === "linear") continue;
    const below = activation === "leaky_relu" ? found.slope : 0;
    const z = valuesOf(rows, point);
    pattern.push(z.map((each) => each > 0));
    z.forEach((each, j) => {
      if (each > 0) return;
      for (const row of rows) row[j] = below === 0 ? 0 : row[j]! * below;
    });
    if (pattern.length === depth && depth < found.hidden.length) break;
  }
  return { pattern, affine: rows };
}

function times(row: Float64Array, weights: Float64Array, bias?: Float64Array): Float64Array {
  const units = weights.length / row.length;
  const result = bias ? Float64Array.from(bias) : new Float64Array(units);
  for (let i = 0; i < row.length; i += 1) {
    const value = row[i]!;
    if (value === 0) continue;
    const from = i * units;
    for (let j = 0; j < units; j += 1) result[j]! += value * weights[from + j]!;
  }
  return result;
}

/** Gives z of one hidden unit at many places (s, t, s, t, ...). */
export function preActivations(found: Found, [layer, unit]: readonly [number, number], places: Float64Array): Float64Array {
  const result = new Float64Array(places.length / 2);
  const layers = found.layers ?? [];
  for (let k = 0; k < result.length; k += 1) {
    let values: Float64Array = places.subarray(2 * k, 2 * k + 2);
    let hidden = 0;
    for (const { weights, bias, activation } of layers) {
      const z = times(values, weights, bias);
      if (activation !== "linear" && hidden === layer) {
        result[k] = z[unit] ?? 0;
        break;
      }
      values = activation === "linear" ? z : z.map((each) => (each > 0 ? each : activation === "leaky_relu" ? found.slope * each : 0));
      if (activation !== "linear") hidden += 1;
    }
  }
  return result;
}

function sentReading(found: Found, point: readonly [number, number], region: number): Reading {
  const { formulas, maps, bits } = found;
  if (region < 0 || !maps || !bits) return { point, pattern: [], affine: undefined, region, class: undefined };
  const row = (k: number): Float64Array => maps.subarray((3 * region + k) * formulas, (3 * region + k + 1) * formulas);
  const affine: Affine = [row(0), row(1), row(2)];
  const width = Math.ceil(found.units.length / 8);
  const pattern = found.hidden.slice(0, found.depth).map((units) => Array.from({ length: units }, () => true)); // what never switches is on
  found.units.forEach(([layer, index], k) => {
    const layerBits = pattern[layer];
    if (layerBits && index < layerBits.length) layerBits[index] = (((bits[region * width + (k >> 3)] ?? 0) >> (k & 7)) & 1) === 1;
  });
  return { point, pattern, affine, region, class: found.depth === found.hidden.length ? classOf(affine, point) : undefined };
}

/** Gives the affine formulas of a region, by a place inside it. */
export function affineOf(found: Found, region: number, inside: readonly [number, number]): Affine | undefined {
  return found.layers ? throughLayers(found, inside, found.depth).affine : sentReading(found, inside, region).affine;
}

// --- geometry, for what is drawn and numbered ---------------------------------------------------------------

interface Index {
  readonly side: number;
  /** The regions that touch each cell of a square grid: those of cell c from starts[c] to starts[c + 1]. */
  readonly starts: Int32Array;
  readonly regions: Int32Array;
}

const indices = new WeakMap<Found, Index>();

/** Gives the number of the region at a place, -1 where none is. */
export function regionAt(found: Found, [s, t]: readonly [number, number]): number {
  const { x, y } = found.tiles.box;
  const [u, v] = [(s - x[0]) / (x[1] - x[0]), (t - y[0]) / (y[1] - y[0])];
  if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return -1;
  const index = indices.get(found) ?? indexOf(found);
  indices.set(found, index);
  const cell = cellOf(v, index.side) * index.side + cellOf(u, index.side);
  let [best, least] = [-1, -Infinity];
  for (let k = index.starts[cell]!; k < index.starts[cell + 1]!; k += 1) {
    const region = index.regions[k]!;
    const inside = insideBy(found, region, u, v);
    if (inside > least) [best, least] = [region, inside];
  }
  return best;
}

function cellOf(share: number, side: number): number {
  return Math.min(side - 1, Math.max(0, Math.floor(share * side)));
}

function indexOf(found: Found): Index {
  const { vertices, corners, starts } = found.tiles;
  const polygons = starts.length - 1;
  const side = Math.max(1, Math.min(400, Math.ceil(Math.sqrt(polygons))));
  const boxes = new Int32Array(4 * polygons);
  const counts = new Int32Array(side * side + 1);
  for (let i = 0; i < polygons; i += 1) {
    let [left, right, low, high] = [1, 0, 1, 0];
    for (let k = starts[i]!; k < starts[i + 1]!; k += 1) {
      const [u, v] = [vertices[2 * corners[k]!]!, vertices[2 * corners[k]! + 1]!];
      [left, right, low, high] = [Math.min(left, u), Math.max(right, u), Math.min(low, v), Math.max(high, v)];
    }
    const box = [cellOf(left, side), cellOf(right, side), cellOf(low, side), cellOf(high, side)] as const;
    boxes.set(box, 4 * i);
    for (let v = box[2]; v <= box[3]; v += 1) for (let u = box[0]; u <= box[1]; u += 1) counts[v * side + u + 1]! += 1;
  }
  for (let c = 0; c < side * side; c += 1) counts[c + 1]! += counts[c]!;
  const next = counts.slice();
  const regions = new Int32Array(counts[side * side]!);
  for (let i = 0; i < polygons; i += 1) {
    for (let v = boxes[4 * i + 2]!; v <= boxes[4 * i + 3]!; v += 1) for (let u = boxes[4 * i]!; u <= boxes[4 * i + 1]!; u += 1) regions[next[v * side + u]!++] = i;
  }
  return { side, starts: counts, regions };
}

/** How far inside a region a place (from 0 to 1 in the tiles' box) lies: the least distance to a side, negative outside. */
export function insideBy({ tiles: { vertices, corners, starts } }: Found, region: number, u: number, v: number): number {
  let least = Infinity;
  const [first, end] = [starts[region]!, starts[region + 1]!];
  for (let k = first; k < end; k += 1) {
    const [a, b] = [2 * corners[k]!, 2 * corners[k + 1 < end ? k + 1 : first]!];
    const [du, dv] = [vertices[b]! - vertices[a]!, vertices[b + 1]! - vertices[a + 1]!];
    const length = Math.hypot(du, dv);
    if (length > 0) least = Math.min(least, (du * (v - vertices[a + 1]!) - dv * (u - vertices[a]!)) / length);
  }
  return least === Infinity ? -Infinity : least; // all of it within one float32
}

/** Gives the mean of the corners of each region in the plane's coordinates (s, t, s, t, ...). */
export function centres(found: Found): Float64Array {
  const { tiles: { vertices, corners, starts, box: { x, y } } } = found;
  const result = new Float64Array(2 * (starts.length - 1));
  for (let i = 0; i + 1 < starts.length; i += 1) {
    let [u, v] = [0, 0];
    for (let k = starts[i]!; k < starts[i + 1]!; k += 1) {
      u += vertices[2 * corners[k]!]!;
      v += vertices[2 * corners[k]! + 1]!;
    }
    const count = starts[i + 1]! - starts[i]!;
    result[2 * i] = x[0] + (u / count) * (x[1] - x[0]);
    result[2 * i + 1] = y[0] + (v / count) * (y[1] - y[0]);
  }
  return result;
}

/** Gives the corners of a region in the plane's coordinates. */
export function cornersOf({ tiles: { vertices, corners, starts, box: { x, y } } }: Found, region: number): [number, number][] {
  return Array.from(corners.subarray(starts[region]!, starts[region + 1]!), (vertex) => [
    x[0] + vertices[2 * vertex]! * (x[1] - x[0]), y[0] + vertices[2 * vertex + 1]! * (y[1] - y[0]),
  ]);
}
