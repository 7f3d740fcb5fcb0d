/** What colour each region wears: one palette for all ways of colouring, and a number of a shade for each polygon. */

import { type Colour, computed, type Palette, type Tiles } from "../../kit/index.ts";
import type { Found } from "./found.ts";
import { affineOf, centres, cornersOf, preActivations, valuesOf } from "./reading.ts";
import type { State } from "./state.ts";

const TINTS = 100; // of regions, from shade 128 on; before them z from its least to its largest
const Z = 128;
const CLASSES = 10; // colours of classes, the last shades
const UNITS = Array.from({ length: CLASSES }, (_, k) => `unit-${k}` as Colour);
const GOLDEN = 0.618033988749895;
export const DIVIDED = 255; // in place of a class

/** Gives the palette as the theme has it now. */
export function paletteIn(el: HTMLElement): Palette {
  const colours = computed(el, ["card", "negative", "positive", ...UNITS]);
  const channels = (colour: Colour): number[] => (colours.get(colour)?.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const ground = channels("card");
  const mixed = (colour: Colour, share: number): number[] => channels(colour).map((each, k) => share * each + (1 - share) * (ground[k] ?? 255));
  const shades: number[][] = [];
  for (let k = 0; k < Z; k += 1) {
    const value = (2 * k) / (Z - 1) - 1;
    shades.push(mixed(value < 0 ? "negative" : "positive", 0.85 * Math.abs(value)));
  }
  for (let k = 0; k < TINTS; k += 1) shades.push(mixed(UNITS[k % CLASSES]!, 0.1 + 0.04 * Math.floor(k / CLASSES)));
  for (let k = Z + TINTS; k < 256; k += 1) shades.push(mixed(UNITS[(k - Z - TINTS) % CLASSES]!, 0.36));
  return Uint8Array.from(shades.flat(), Math.round);
}

/** The colour of the edges between regions: the ground. */
export function edgeIn(el: HTMLElement): readonly [number, number, number] {
  const [red = 255, green = 255, blue = 255] = (computed(el, ["card"]).get("card")?.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

export interface Shown {
  readonly tiles: Tiles;
  readonly shades: Uint8Array;
  /** The least and the largest z, where z is shown. */
  readonly span?: readonly [number, number];
}

/** How a state's regions can be coloured: by class where the last layer has cut, by z where the layers are here. */
export function colouringOf(state: State, found: Found): State["colour"] {
  if (state.colour === "class") return found.classes ? "class" : "region";
  return state.colour === "unit" && found.layers ? "unit" : "region";
}

const known = new WeakMap<Found, Map<string, Shown>>();

/** Gives what is drawn; kept, so that nothing is computed twice. */
export function shownOf(state: State, found: Found): Shown {
  const colouring = colouringOf(state, found);
  const key = colouring === "unit" ? `unit ${unitOf(state, found)}` : colouring;
  const all = known.get(found) ?? new Map<string, Shown>();
  known.set(found, all);
  const shown = all.get(key) ?? (colouring === "class" ? byClass(found) : colouring === "unit" ? byUnit(found, unitOf(state, found)) : byRegion(found));
  if (all.size > 20) all.clear();
  all.set(key, shown);
  return shown;
}

/** The unit whose z is shown: that of the state, as far as there is one. */
export function unitOf({ unit }: State, { hidden }: Found): readonly [number, number] {
  const layer = Math.min(unit[0], hidden.length - 1);
  return [layer, Math.min(unit[1], (hidden[layer] ?? 1) - 1)];
}

export function classShade(label: number): number {
  return Z + TINTS + (label % CLASSES);
}

export function classColour(label: number): Colour {
  return UNITS[label % CLASSES]!;
}

/** Linear regions wear one tint each, so that those that are joined look joined. */
function byRegion(found: Found): Shown {
  const shades = Uint8Array.from(found.linear, (label) => Z + Math.floor(TINTS * ((label * GOLDEN) % 1)));
  return { tiles: found.tiles, shades };
}

function byUnit(found: Found, unit: readonly [number, number]): Shown {
  const z = preActivations(found, unit, centres(found));
  const span = z.reduce<[number, number]>(([low, high], each) => [Math.min(low, each), Math.max(high, each)], [0, 0]);
  const most = Math.max(-span[0], span[1]) || 1;
  const shades = Uint8Array.from(z, (each) => Math.round(((each / most + 1) / 2) * (Z - 1)));
  return { tiles: found.tiles, shades, span };
}

/** Regions in which the class changes are divided along the lines where it does. */
function byClass(found: Found): Shown {
  const { tiles, classes } = found;
  if (!classes) return byRegion(found);
  const [vertices, corners, starts, shades]: [number[], number[], number[], number[]] = [[], [], [0], []];
  const { x, y } = tiles.box;
  const first = tiles.vertices.length / 2;
  const inside = centres(found);
  for (let region = 0; region < classes.length; region += 1) {
    const label = classes[region]!;
    if (label !== DIVIDED) {
      for (let k = tiles.starts[region]!; k < tiles.starts[region + 1]!; k += 1) corners.push(tiles.corners[k]!);
      starts.push(corners.length);
      shades.push(classShade(label));
      continue;
    }
    for (const part of partsOf(found, region, [inside[2 * region]!, inside[2 * region + 1]!])) {
      for (const [s = 0, t = 0] of part.corners) {
        corners.push(first + vertices.length / 2);
        vertices.push((s - x[0]) / (x[1] - x[0]), (t - y[0]) / (y[1] - y[0]));
      }
      starts.push(corners.length);
      shades.push(classShade(part.label));
    }
  }
  const all = new Float32Array(tiles.vertices.length + vertices.length);
  all.set(tiles.vertices);
  all.set(vertices, tiles.vertices.length);
  return { tiles: { vertices: all, corners: Int32Array.from(corners), starts: Int32Array.from(starts), box: tiles.box }, shades: Uint8Array.from(shades) };
}

interface Part {
  readonly label: number;
  readonly corners: readonly (readonly number[])[];
}

/** Gives the parts of a region, one a class. */
export function partsOf(found: Found, region: number, inside: readonly [number, number]): Part[] {
  const affine = affineOf(found, region, inside);
  if (!affine) return [];
  // Each corner as s, t and the outputs; of one output the other class is where it is below zero.
  const whole = cornersOf(found, region).map((corner) => {
    const values = valuesOf(affine, corner);
    return [...corner, ...(values.length > 1 ? values : [-values[0]!, values[0]!])];
  });
  const classes = (whole[0]?.length ?? 2) - 2;
  const parts: Part[] = [];
  for (let label = 0; label < classes; label += 1) {
    let part = whole;
    for (let other = 0; other < classes && part.length > 0; other += 1) if (other !== label) part = kept(part, 2 + label, 2 + other);
    if (part.length > 2) parts.push({ label, corners: part.map((corner) => corner.slice(0, 2)) });
  }
  return parts;
}

/** Gives the part of a convex polygon on which one of two affine values is not below the other. */
function kept(polygon: readonly number[][], high: number, low: number): number[][] {
  const result: number[][] = [];
  polygon.forEach((corner, i) => {
    const before = polygon[(i + polygon.length - 1) % polygon.length]!;
    const [a, b] = [before[high]! - before[low]!, corner[high]! - corner[low]!];
    if (a * b < 0) result.push(corner.map((each, k) => before[k]! + (a / (a - b)) * (each - before[k]!)));
    if (b >= 0) result.push(corner);
  });
  return result;
}
