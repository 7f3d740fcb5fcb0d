/** Regions: a network, a plane of its inputs, and the part of it that one looks at. */

import { isFields, isNumber } from "../station.ts";

export const EXAMPLES = ["spiral", "spiral-deep", "digits", "digits-standardized"] as const;
export type Example = (typeof EXAMPLES)[number];
export const CLOUDS = ["spiral", "digits"] as const;

/** A built-in example, or a file that was brought (known by its handle as long as the lab runs). */
export type Material<N extends string> = { readonly example: N } | { readonly upload: string; readonly name: string };

export type Plane =
  | { readonly kind: "inputs" }
  /** Two inputs move; the others stay at the mean of the data, or at those of a row. */
  | { readonly kind: "features"; readonly features: readonly [number, number]; readonly row: number | null }
  | { readonly kind: "samples"; readonly rows: readonly [number, number, number] };

export type View = readonly [number, number, number, number];
export type Colouring = "region" | "class" | "unit";

export interface State {
  network: Material<Example>;
  data: Material<(typeof CLOUDS)[number]> | null;
  plane: Plane;
  /** s from, s to, t from, t to; null: where the data lie. */
  view: View | null;
  /** How many hidden layers cut the plane; null: all. */
  depth: number | null;
  colour: Colouring;
  /** Hidden layer and unit whose z is shown. */
  unit: readonly [number, number];
  /** The place of the crosshair. */
  point: readonly [number, number];
}

export type Action =
  | { kind: "network"; network: Material<Example>; inputs?: number }
  | { kind: "data"; data: State["data"] }
  | { kind: "plane"; plane: Plane }
  | { kind: "view"; view: View | null }
  | { kind: "depth"; depth: number | null }
  | { kind: "colour"; colour: Colouring }
  | { kind: "unit"; unit: readonly [number, number] }
  | { kind: "point"; point: readonly [number, number] };

const COLOURINGS: readonly Colouring[] = ["region", "class", "unit"];
const FAR = 1e5;
const MOST_ROW = 1e6;
const CLOSEST = 1e-7; // of a view's width to its place: closer, float64 has no digits left to cut with

const SPIRAL: Pick<State, "data" | "plane" | "view" | "point"> = { data: { example: "spiral" }, plane: { kind: "inputs" }, view: [-1.25, 1.25, -1.25, 1.25], point: [0.3, 0.4] };
const DIGITS: Pick<State, "data" | "plane" | "view" | "point"> = { data: { example: "digits" }, plane: { kind: "samples", rows: [0, 1, 2] }, view: [-0.5, 1.5, -0.5, 1.5], point: [0.35, 0.35] };

/** Where one starts with a network: on its own data. */
export function startOf(network: Material<Example>, inputs = 0): Pick<State, "data" | "plane" | "view" | "point"> {
  if ("example" in network) return network.example.startsWith("spiral") ? SPIRAL : DIGITS;
  if (inputs === 2) return { data: null, plane: { kind: "inputs" }, view: null, point: [0, 0] };
  return { data: inputs === 64 ? { example: "digits" } : null, plane: { kind: "features", features: [0, 1], row: null }, view: null, point: [0, 0] };
}

export function initial(): State {
  const network = { example: "spiral-deep" } as const;
  return { network, ...startOf(network), depth: null, colour: "class", unit: [0, 0] };
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "network": {
      const network = material(action.network, EXAMPLES);
      if (!network || same(network, state.network)) return state;
      const start = startOf(network, isNumber(action.inputs) ? action.inputs : 0);
      const stays = "example" in network && "example" in state.network && same(start.data, startOf(state.network).data);
      return { ...state, ...(stays ? {} : start), network, depth: null, unit: [0, 0] };
    }
    case "data": {
      const data = action.data === null ? null : material(action.data, CLOUDS);
      return data === undefined || same(data, state.data) ? state : { ...state, data, view: null };
    }
    case "plane": return isPlane(action.plane) && !same(action.plane, state.plane) ? { ...state, plane: action.plane, ...placed(action.plane, state) } : state;
    case "view": return (action.view === null || isView(action.view)) && !same(action.view, state.view) ? { ...state, view: action.view } : state;
    case "depth": return isDepth(action.depth) && action.depth !== state.depth ? { ...state, depth: action.depth } : state;
    case "colour": return COLOURINGS.includes(action.colour) && action.colour !== state.colour ? { ...state, colour: action.colour } : state;
    case "unit": return isUnit(action.unit) && !same(action.unit, state.unit) ? { ...state, unit: [action.unit[0], action.unit[1]] } : state;
    case "point": return isPoint(action.point) && !same(action.point, state.point) ? { ...state, point: [action.point[0], action.point[1]] } : state;
    default: return state;
  }
}

/** A plane of another kind has other coordinates; one of the same kind keeps the place. */
function placed(plane: Plane, before: State): Partial<State> {
  if (plane.kind === before.plane.kind) return {};
  return plane.kind === "samples" ? { view: DIGITS.view, point: DIGITS.point } : { view: null, point: plane.kind === "features" ? [0.5, 0.5] : [0, 0] };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Regions is no object.";
  const first = initial();
  const network = raw.network === undefined ? first.network : material(raw.network, EXAMPLES);
  if (!network) return `network must be one of ${EXAMPLES.join(", ")}, or a file that was brought.`;
  const start = startOf(network);
  const data = raw.data === undefined ? start.data : raw.data === null ? null : material(raw.data, CLOUDS);
  if (data === undefined) return `data must be null, ${CLOUDS.join(" or ")}, or a file that was brought.`;
  const { plane = start.plane, view = start.view, depth = null, colour = first.colour, unit = first.unit, point = start.point } = raw;
  if (!isPlane(plane)) return "plane must be the inputs, two different features and a row, or three different rows.";
  if (view !== null && !isView(view)) return `view must be null or four numbers within ${FAR}, s0 < s1 and t0 < t1.`;
  if (!isDepth(depth)) return "depth must be null or a whole number from 1 to 1000.";
  if (!COLOURINGS.includes(colour as Colouring)) return "colour must be region, class or unit.";
  if (!isUnit(unit)) return "unit must be a hidden layer and a unit, both from 0.";
  if (!isPoint(point)) return `point must be two numbers within ${FAR}.`;
  return { network, data, plane, view, depth, colour: colour as Colouring, unit: [unit[0], unit[1]], point: [point[0], point[1]] };
}

function material<N extends string>(raw: unknown, names: readonly N[]): Material<N> | undefined {
  if (!isFields(raw)) return undefined;
  const { example, upload, name } = raw;
  if (names.includes(example as N)) return { example: example as N };
  if (typeof upload !== "string" || !/^[0-9a-f]{32}$/.test(upload) || typeof name !== "string" || name.length > 100) return undefined;
  return { upload, name };
}

function isPlane(raw: unknown): raw is Plane {
  if (!isFields(raw)) return false;
  if (raw.kind === "inputs") return true;
  if (raw.kind === "samples") return areIndices(raw.rows, 3);
  return raw.kind === "features" && areIndices(raw.features, 2) && (raw.row === null || isIndex(raw.row));
}

function areIndices(raw: unknown, length: number): boolean {
  return Array.isArray(raw) && raw.length === length && raw.every(isIndex) && new Set(raw).size === length;
}

function isIndex(raw: unknown): raw is number {
  return isNumber(raw, MOST_ROW) && Number.isInteger(raw) && raw >= 0;
}

function isView(raw: unknown): raw is View {
  if (!Array.isArray(raw) || raw.length !== 4 || !raw.every((each) => isNumber(each, FAR))) return false;
  const [s0, s1, t0, t1] = raw as unknown as View;
  const enough = (low: number, high: number): boolean => high - low >= CLOSEST * Math.max(1, Math.abs(low), Math.abs(high));
  return enough(s0, s1) && enough(t0, t1);
}

function isDepth(raw: unknown): raw is number | null {
  return raw === null || (isNumber(raw, 1000) && Number.isInteger(raw) && raw >= 1);
}

function isUnit(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every(isIndex);
}

function isPoint(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every((each) => isNumber(each, FAR));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Gives the view that is `times` as wide about a place, which keeps its position in the picture. */
export function zoomed(view: View, times: number, [s, t]: readonly [number, number]): View {
  const around = (low: number, high: number, at: number): [number, number] => [at - times * (at - low), at + times * (high - at)];
  return [...around(view[0], view[1], s), ...around(view[2], view[3], t)] as unknown as View;
}

/** Gives the view moved such that it holds a place. */
export function holding(view: View, [s, t]: readonly [number, number]): View {
  const by = (low: number, high: number, at: number): number => Math.min(0, at - low) + Math.max(0, at - high);
  const [right, up] = [by(view[0], view[1], s), by(view[2], view[3], t)];
  return right === 0 && up === 0 ? view : [view[0] + right, view[1] + right, view[2] + up, view[3] + up];
}
