/** Segments: a polyline built by hand, one hinge a segment; either its points are given, or the network's numbers are. */

import {
  fromHinges, type Interval, type Network, networkThrough, type Parameter, type PiecewiseLinear, type Point, restricted,
  simplified, toFunction,
} from "../../engine/index.ts";
import { isFields, isNumber } from "../station.ts";

/** One unit of the source document: w R(v x + b). */
export interface Unit {
  readonly v: number;
  readonly b: number;
  readonly w: number;
}

export type Shape =
  | { readonly kind: "points"; readonly points: readonly Point[] }
  | { readonly kind: "numbers"; readonly units: readonly Unit[]; readonly b0: number };

/** A number of the network: v, b or w and the unit, counted from 1; b0 is the output bias. */
export type Name = string;

export interface State {
  readonly shape: Shape;
  /** Of the build-up: 0 the rays, 1 the scaled rays, then one unit more each time, last the output bias. */
  readonly stage: number;
  /** Random changes of one number, normal with this spread. */
  readonly fan: { readonly of: Name; readonly spread: number; readonly seed: number };
  /** Where the table adds up the parts. */
  readonly at: number;
}

export type Action =
  | { kind: "move"; index: number; x: number; y: number }
  | { kind: "add"; x: number; y: number }
  | { kind: "delete"; index: number }
  | { kind: "number"; of: Name; value: number }
  | { kind: "points" }
  | { kind: "numbers" }
  | { kind: "start"; from: string }
  | { kind: "stage"; stage: number }
  | { kind: "fan"; of?: Name; spread?: number }
  | { kind: "shake" }
  | { kind: "at"; x: number };

export const INTERVAL: Interval = [-1, 1];
export const MOST_POINTS = 10;
export const LIMIT = 100; // of a number that is typed
export const SPREAD: Interval = [0.05, 1];
const MOST_UNITS = 16;
const GAP = 0.02;
const HIGHEST = 1e6;
const LARGEST = 1e12; // of a number in a link: steep pieces make large ones

const points = (...list: Point[]): Shape => ({ kind: "points", points: list });
const EIGHTHS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];

/** What one can start from; "printed" are the numbers as the document prints them. */
export const STARTS: Readonly<Record<string, { label: string; shape: Shape }>> = {
  document: { label: "the document's four points", shape: points([-1, -1], [-0.5, 1], [0, -1], [1, 0]) },
  printed: {
    label: "its numbers as printed, v = 0",
    shape: { kind: "numbers", units: [{ v: 0, b: 1, w: 4 }, { v: 0, b: 0.5, w: -8 }, { v: 0, b: 0, w: 5 }], b0: -1 },
  },
  stairs: { label: "a staircase", shape: points([-1, -1], [-0.4, -1], [-0.3, 0], [0.3, 0], [0.4, 1], [1, 1]) },
  sine: { label: "a sine in eight segments", shape: points(...EIGHTHS.map((x): Point => [x, Number(Math.sin(Math.PI * x).toFixed(3))])) },
};

export function initial(): State {
  return { shape: STARTS.document!.shape, stage: 0, fan: { of: "w1", spread: 0.5, seed: 1 }, at: 0.5 };
}

/** Gives the network, units in order. */
export function networkOf({ shape }: State): Network {
  if (shape.kind === "points") return networkThrough(shape.points);
  return fromHinges(shape.units.map((unit) => ({ weight: unit.v, bias: unit.b, coefficient: unit.w })), shape.b0);
}

export function unitsOf(state: State): { units: readonly Unit[]; b0: number } {
  if (state.shape.kind === "numbers") return state.shape;
  const { weights, biases } = networkOf(state);
  const units = weights[0]![0]!.map((v, j) => ({ v, b: biases[0]![j]!, w: weights[1]![j]![0]! }));
  return { units, b0: biases[1]![0]! };
}

/** Gives the points: those that were set, or the vertices of the network's function on the interval. */
export function pointsOf(state: State): readonly Point[] {
  return state.shape.kind === "points" ? state.shape.points : verticesOf(toFunction(networkOf(state)));
}

function verticesOf(f: PiecewiseLinear): Point[] {
  const inside = restricted(simplified(f), INTERVAL);
  const all = inside.breakpoints.map((x, i): Point => [x, inside.values[i]!]);
  const last = all.length - 1;
  // Vertices that nobody can take apart are one handle.
  return all.filter(([x], i) => i === 0 || i === last || (x - all[i - 1]![0] > GAP / 10 && all[last]![0] - x > GAP / 10));
}

/** Gives the address of a number in the network. */
export function parameterOf(name: Name): Parameter {
  const unit = Number(name.slice(1)) - 1;
  if (name === "b0") return { layer: 1, kind: "bias", input: null, unit: 0 };
  if (name.startsWith("w")) return { layer: 1, kind: "weight", input: unit, unit: 0 };
  return name.startsWith("v") ? { layer: 0, kind: "weight", input: 0, unit } : { layer: 0, kind: "bias", input: null, unit };
}

/** Gives the names of all numbers, unit by unit, the output bias last. */
export function namesOf(units: number): Name[] {
  return [...Array.from({ length: units }, (_, i) => [`v${i + 1}`, `b${i + 1}`, `w${i + 1}`]).flat(), "b0"];
}

/** Gives the number that the fan changes, that of the last unit where its own is gone. */
export function fanOf(state: State): Name {
  const { of } = state.fan;
  const count = unitsOf(state).units.length;
  return Number(of.slice(1)) > count ? `${of[0]}${count}` : of;
}

export function stageOf(state: State): { stage: number; last: number } {
  const last = unitsOf(state).units.length + 2;
  return { stage: Math.min(state.stage, last), last };
}

export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "move":
      return isNumber(action.x) && isNumber(action.y) ? moved(state, action.index, action.x, action.y) : state;
    case "add":
      return isNumber(action.x) && isNumber(action.y) ? withPoint(state, action.x, action.y) : state;
    case "delete":
      return withoutPoint(state, action.index);
    case "number":
      return isNumber(action.value, LIMIT) ? withNumber(state, action.of, action.value) : state;
    case "points":
      return state.shape.kind === "points" ? state : { ...state, shape: { kind: "points", points: pointsOf(state) } };
    case "numbers":
      return state.shape.kind === "numbers" ? state : { ...state, shape: { kind: "numbers", ...unitsOf(state) } };
    case "start": {
      const start = Object.hasOwn(STARTS, action.from) ? STARTS[action.from] : undefined;
      return !start || state.shape === start.shape ? state : { ...state, shape: start.shape, stage: 0 };
    }
    case "stage": {
      const { stage, last } = stageOf(state);
      const next = Math.min(last, Math.max(0, Math.round(action.stage)));
      return isNumber(action.stage) && next !== stage ? { ...state, stage: next } : state;
    }
    case "fan":
      return withFan(state, action);
    case "shake":
      return { ...state, fan: { ...state.fan, seed: (state.fan.seed % 9999) + 1 } };
    case "at":
      return isNumber(action.x) && action.x !== state.at ? { ...state, at: Math.min(1, Math.max(-1, action.x)) } : state;
    default:
      return state;
  }
}

/** An inner point stays between its neighbours, the outer two only go up and down. */
function moved(state: State, index: number, x: number, y: number): State {
  const all = pointsOf(state);
  const here = all[index];
  if (!here) return state;
  const [before, after] = [all[index - 1], all[index + 1]];
  const to = before && after ? Math.max(before[0] + GAP, Math.min(after[0] - GAP, x)) : here[0];
  if (before && after && !(before[0] < to && to < after[0])) return state;
  if (to === here[0] && y === here[1]) return state;
  return { ...state, shape: { kind: "points", points: all.map((each, i) => (i === index ? [to, y] : each)) } };
}

function withPoint(state: State, x: number, y: number): State {
  const all = pointsOf(state);
  const near = all.some((each) => Math.abs(each[0] - x) < GAP);
  if (all.length >= MOST_POINTS || near || !(INTERVAL[0] < x && x < INTERVAL[1])) return state;
  const sorted = [...all, [x, y] as const].sort((p, q) => p[0] - q[0]);
  return { ...state, shape: { kind: "points", points: sorted } };
}

function withoutPoint(state: State, index: number): State {
  const all = pointsOf(state);
  if (!(index > 0 && index < all.length - 1)) return state;
  return { ...state, shape: { kind: "points", points: all.filter((_, i) => i !== index) } };
}

function withNumber(state: State, name: Name, value: number): State {
  const { units, b0 } = unitsOf(state);
  if (!namesOf(units.length).includes(name)) return state;
  const now = { kind: "numbers", units, b0 } as const;
  if (name === "b0") return value === b0 ? state : bounded({ ...state, shape: { ...now, b0: value } }, state);
  const index = Number(name.slice(1)) - 1;
  const key = name[0] as keyof Unit;
  if (units[index]![key] === value) return state;
  const next = units.map((unit, i) => (i === index ? { ...unit, [key]: value } : unit));
  return bounded({ ...state, shape: { ...now, units: next } }, state);
}

/** A number times a very steep ray could leave what can be drawn and shared: then all stays as it is. */
function bounded(next: State, state: State): State {
  return pointsOf(next).every((each) => Math.abs(each[1]) <= HIGHEST) ? next : state;
}

function withFan(state: State, { of, spread }: { of?: Name; spread?: number }): State {
  const known = of !== undefined && namesOf(unitsOf(state).units.length).includes(of);
  const next = known ? of : state.fan.of;
  const wide = isNumber(spread) ? Math.min(SPREAD[1], Math.max(SPREAD[0], spread)) : state.fan.spread;
  return next === state.fan.of && wide === state.fan.spread ? state : { ...state, fan: { ...state.fan, of: next, spread: wide } };
}

/** Gives a state from outside, or the sentence that says what is wrong with it. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "This is no state of Segments: it has no fields.";
  const first = initial();
  const shape = raw.shape === undefined ? first.shape : checkedShape(raw.shape);
  if (typeof shape === "string") return shape;
  const { stage = 0, at = first.at, fan = first.fan } = raw;
  if (!isNumber(stage, 100) || stage < 0 || !Number.isInteger(stage)) return "The step of the build-up must be a whole number from 0 on.";
  if (!isNumber(at, 1)) return "The place where the table adds up must lie between -1 and 1.";
  if (!isFields(fan) || typeof fan.of !== "string" || !namesOf(MOST_UNITS).includes(fan.of)) return "The fan must name a number of the network, such as w1 or b0.";
  if (!isNumber(fan.spread) || fan.spread < SPREAD[0] || fan.spread > SPREAD[1]) return `The spread of the fan must lie between ${SPREAD[0]} and ${SPREAD[1]}.`;
  if (!isNumber(fan.seed) || !Number.isInteger(fan.seed)) return "The seed of the fan must be a whole number.";
  return { shape, stage, at, fan: { of: fan.of, spread: fan.spread, seed: fan.seed } };
}

function checkedShape(raw: unknown): Shape | string {
  if (isFields(raw) && raw.kind === "points") return checkedPoints(raw.points);
  if (isFields(raw) && raw.kind === "numbers") return checkedNumbers(raw.units, raw.b0);
  return "The curve must be given by points or by numbers.";
}

function checkedPoints(raw: unknown): Shape | string {
  if (!Array.isArray(raw) || raw.length < 2 || raw.length > MOST_UNITS + 1) return `There must be from 2 to ${MOST_UNITS + 1} points.`;
  const bad = raw.findIndex((each) => !Array.isArray(each) || each.length !== 2 || !isNumber(each[0], 1) || !isNumber(each[1], HIGHEST));
  if (bad >= 0) return `Point ${bad + 1} must be two numbers, x between -1 and 1.`;
  const all = raw as Point[];
  const fallen = all.findIndex(([x], i) => i > 0 && !(x - all[i - 1]![0] > GAP / 20));
  if (fallen >= 0) return `Point ${fallen + 1} must lie to the right of the one before.`;
  if (all[0]![0] !== -1 || all[all.length - 1]![0] !== 1) return "The first point must stand at x = -1 and the last at x = 1.";
  return { kind: "points", points: all.map(([x, y]): Point => [x, y]) };
}

function checkedNumbers(units: unknown, b0: unknown): Shape | string {
  if (!Array.isArray(units) || units.length < 1 || units.length > MOST_UNITS) return `There must be from 1 to ${MOST_UNITS} units.`;
  const bad = units.findIndex((each) => !isFields(each) || ![each.v, each.b, each.w].every((value) => isNumber(value, LARGEST)));
  if (bad >= 0) return `Unit ${bad + 1} needs three numbers v, b and w.`;
  if (!isNumber(b0, LARGEST)) return "The output bias b0 must be a number.";
  return { kind: "numbers", units: (units as Unit[]).map(({ v, b, w }) => ({ v, b, w })), b0 };
}
