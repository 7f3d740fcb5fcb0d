/** Draw: what is to be fitted, and with how many units. Everything found from that is computed, not kept. */

import { isFields, isNumber } from "../station.ts";
import { type Doodle, PLACES, PLANE } from "./doodle.ts";
import { LONGEST_FORMULA } from "./formula.ts";

export type Loss = "mse" | "max";
export type Way = "usual" | "recipe";
export const WAYS: readonly Way[] = ["usual", "recipe"];
export const MOST_UNITS = 20;
export const MOST_POINTS = 300;

/** The board one draws on: its plane, and the places where a stroke leaves its height. */
export const BOARD = {
  x: [0, 10] as const,
  y: [-2, 2] as const,
  columns: 161,
  at: (column: number): number => (10 * column) / 160,
};

export type Target =
  | { kind: "sine" }
  | { kind: "drawn"; y: readonly (number | null)[] }
  | { kind: "formula"; formula: string; from: number; to: number }
  | { kind: "table"; x: readonly number[]; y: readonly number[]; name: string }
  | Doodle;

export interface State {
  target: Target;
  units: number;
  loss: Loss;
  /** The ways of gradient descent that are shown beside the best. */
  ways: readonly Way[];
  /** The seed of their starts and batches. */
  seed: number;
}

export type Action =
  | { kind: "target"; target: Target }
  | { kind: "stroke"; points: readonly (readonly [number, number])[] }
  | { kind: "wipe" }
  | { kind: "units"; units: number }
  | { kind: "loss"; loss: Loss }
  | { kind: "way"; way: Way; on: boolean }
  | { kind: "seed"; seed: number };

export const FIRST_FORMULA = { kind: "formula", formula: "sin(x) + 0.3 * abs(x - 5)", from: 0, to: 10 } as const;

export function emptyBoard(): Target {
  return { kind: "drawn", y: Array.from({ length: BOARD.columns }, () => null) };
}

export function initial(): State {
  return { target: { kind: "sine" }, units: 4, loss: "mse", ways: [], seed: 1 };
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "target": {
      const target = checkedTarget(action.target);
      return typeof target === "string" || same(target, state.target) ? state : { ...state, target };
    }
    case "stroke": return stroked(state, action.points);
    case "wipe": return state.target.kind === "drawn" && state.target.y.some((y) => y !== null) ? { ...state, target: emptyBoard() } : state;
    case "units": {
      if (!isNumber(action.units)) return state;
      const units = Math.min(MOST_UNITS, Math.max(1, Math.round(action.units)));
      return units === state.units ? state : { ...state, units };
    }
    case "loss": return isLoss(action.loss) && action.loss !== state.loss ? { ...state, loss: action.loss } : state;
    case "way": return withWay(state, action.way, action.on);
    case "seed": return isSeed(action.seed) && action.seed !== state.seed ? { ...state, seed: action.seed } : state;
    default: return state;
  }
}

function withWay(state: State, way: Way, on: boolean): State {
  if (!WAYS.includes(way) || state.ways.includes(way) === on) return state;
  return { ...state, ways: WAYS.filter((each) => (each === way ? on : state.ways.includes(each))) };
}

/** A stroke writes over what lies under its way, from column to column; the newest counts. */
function stroked(state: State, points: readonly (readonly [number, number])[]): State {
  if (state.target.kind !== "drawn" || !Array.isArray(points)) return state;
  if (points.length < 2 || points.length > 20_000 || !points.every((each) => Array.isArray(each) && isNumber(each[0]) && isNumber(each[1]))) return state;
  const y = [...state.target.y];
  const [low, high] = BOARD.y;
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1]!, points[i]!];
    const [left, right] = a[0] <= b[0] ? [a, b] : [b, a];
    const scale = (BOARD.columns - 1) / (BOARD.x[1] - BOARD.x[0]);
    const from = Math.max(0, Math.ceil(left[0] * scale));
    const to = Math.min(BOARD.columns - 1, Math.floor(right[0] * scale));
    for (let column = from; column <= to; column += 1) {
      const share = right[0] > left[0] ? (BOARD.at(column) - left[0]) / (right[0] - left[0]) : 0;
      y[column] = Math.round(1000 * Math.min(high, Math.max(low, left[1] + share * (right[1] - left[1])))) / 1000;
    }
  }
  return y.every((each, i) => each === (state.target as { y: readonly (number | null)[] }).y[i]) ? state : { ...state, target: { kind: "drawn", y } };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Draw is no object.";
  const first = initial();
  const { target = first.target, units = first.units, loss = first.loss, ways = first.ways, seed = first.seed } = raw;
  const found = checkedTarget(target);
  if (typeof found === "string") return found;
  if (!isNumber(units) || !Number.isInteger(units) || units < 1 || units > MOST_UNITS) return `units must be a whole number from 1 to ${MOST_UNITS}.`;
  if (!isLoss(loss)) return "loss must be “mse” or “max”.";
  if (!Array.isArray(ways) || ways.length > WAYS.length || !ways.every((each) => WAYS.includes(each))) return "ways can hold “usual” and “recipe”.";
  if (!isSeed(seed)) return "seed must be a whole number from 0 to 999,999.";
  return { target: found, units, loss, ways: WAYS.filter((each) => ways.includes(each)), seed };
}

function checkedTarget(raw: unknown): Target | string {
  if (!isFields(raw)) return "target must be an object with a kind.";
  switch (raw.kind) {
    case "sine": return { kind: "sine" };
    case "drawn": return checkedBoard(raw.y);
    case "formula": return checkedFormula(raw);
    case "table": return checkedTable(raw);
    case "doodle": return checkedDoodle(raw);
    default: return "The kind of target must be sine, drawn, formula, table or doodle.";
  }
}

function checkedBoard(y: unknown): Target | string {
  if (!Array.isArray(y) || y.length !== BOARD.columns) return `A drawn target needs ${BOARD.columns} heights.`;
  const bad = y.findIndex((each) => each !== null && !isNumber(each, 2));
  if (bad >= 0) return `The drawn target's height ${bad} must be null or a number from -2 to 2.`;
  return { kind: "drawn", y: y as (number | null)[] };
}

function checkedFormula({ formula, from, to }: Record<string, unknown>): Target | string {
  if (typeof formula !== "string" || formula.length > LONGEST_FORMULA) return `formula must be text of at most ${LONGEST_FORMULA} characters.`;
  if (!isNumber(from) || !isNumber(to) || !(to - from >= 1e-6)) return "The range of x must go from a number to a larger one, both within a million.";
  return { kind: "formula", formula, from, to };
}

function checkedTable({ x, y, name = "table" }: Record<string, unknown>): Target | string {
  if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length || x.length === 0) return "A table needs as many y as x, and at least one.";
  if (x.length > MOST_POINTS) return `A table in the page holds at most ${MOST_POINTS} points, not ${x.length}.`;
  for (const [title, values] of [["x", x], ["y", y]] as const) {
    const bad = values.findIndex((each) => !isNumber(each, 1e9));
    if (bad >= 0) return `${title}[${bad}] must be a number within a thousand million.`;
  }
  if (typeof name !== "string" || name.length > 100) return "The table's name must be text of at most 100 characters.";
  return { kind: "table", x: x as number[], y: y as number[], name };
}

function checkedDoodle({ x, y }: Record<string, unknown>): Target | string {
  for (const [name, values, [low, high]] of [["x", x, PLANE.x], ["y", y, PLANE.y]] as const) {
    if (!Array.isArray(values) || values.length !== PLACES) return `A doodle needs ${PLACES} numbers ${name}.`;
    const bad = values.findIndex((each) => !isNumber(each) || each < low || each > high);
    if (bad >= 0) return `The doodle's ${name}[${bad}] must be a number from ${low} to ${high}.`;
  }
  return { kind: "doodle", x: x as number[], y: y as number[] };
}

function isLoss(raw: unknown): raw is Loss {
  return raw === "mse" || raw === "max";
}

function isSeed(raw: unknown): raw is number {
  return isNumber(raw) && Number.isInteger(raw) && raw >= 0 && raw < 1e6;
}

function same(a: Target, b: Target): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
