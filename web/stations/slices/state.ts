/** Slices: a network, a base point in its space, and the straight lines through it that are looked at. */

import { isFields, isNumber } from "../station.ts";

/** The networks that come with the lab, all on the digits. */
export const NAMES = ["digits", "digits-standardized"] as const;
export type Name = (typeof NAMES)[number];

/** What Python knows by a name, or by the handle of a file that was uploaded to it. */
export type Reference = { readonly example: string } | { readonly upload: string };

/** What is drawn over each line: all outputs, one of them, or the activation of one hidden unit. */
export type Show = { readonly kind: "outputs" } | { readonly kind: "output"; readonly index: number } | { readonly kind: "unit"; readonly layer: number; readonly index: number };

export const MEASURES = ["kinks", "bend", "swing"] as const;
export type Measure = (typeof MEASURES)[number];
export type Sort = Measure | "position";
export type Drawn = "changes" | "values";

export interface State {
  model: Reference;
  data: Reference;
  /** A row of the data, or the mean of all rows. */
  base: number | null;
  show: Show;
  sort: Sort;
  /** Which 36 features of those sorted. */
  page: number;
  /** The one in the large panel. */
  feature: number;
  /** What the interest map shows. */
  map: Measure;
  /** Each curve as it is, or less what it is at the base. */
  drawn: Drawn;
  /** The two rows between which the line runs, and how far along it the image is. */
  line: readonly [number, number];
  at: number;
  /** How many curves one layer is asked to hold. */
  curves: number;
}

export type Action =
  | { kind: "model"; model: Reference; data?: Reference }
  | { kind: "data"; data: Reference }
  | { kind: "base"; base: number | null }
  | { kind: "show"; show: Show }
  | { kind: "sort"; sort: Sort }
  | { kind: "page"; page: number }
  | { kind: "feature"; feature: number }
  | { kind: "map"; map: Measure }
  | { kind: "drawn"; drawn: Drawn }
  | { kind: "line"; line: readonly [number, number] }
  | { kind: "at"; at: number }
  | { kind: "curves"; curves: number };

export const PANELS = 36;
export const CURVES = [1, 2, 4, 8, 16, 32, 64] as const;
const SORTS: readonly Sort[] = [...MEASURES, "position"];
const DRAWN: readonly Drawn[] = ["changes", "values"];
const MOST = 1_000_000;
const HANDLE = /^[\w-]{1,80}$/;

export const DIGITS: Reference = { example: "digits" };

export function initial(): State {
  return {
    model: DIGITS, data: DIGITS, base: null, show: { kind: "outputs" }, sort: "kinks", page: 0, feature: 20, map: "kinks", drawn: "changes",
    line: [0, 8], at: 0.5, curves: 8,
  };
}

/** Gives the built-in network's name, if it is one. */
export function nameOf({ model }: Pick<State, "model">): Name | undefined {
  return "example" in model ? NAMES.find((name) => name === model.example) : undefined;
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "model": return withModel(state, action);
    case "data": return isReference(action.data) && !same(action.data, state.data) ? { ...state, data: action.data, base: null, line: [0, 1], page: 0 } : state;
    case "base": return isBase(action.base) ? changed(state, { base: action.base }) : state;
    case "show": return isShow(action.show) && !same(action.show, state.show) ? { ...state, show: action.show } : state;
    case "sort": return SORTS.includes(action.sort) && action.sort !== state.sort ? { ...state, sort: action.sort, page: 0 } : state;
    case "page": return isIndex(action.page) ? changed(state, { page: action.page }) : state;
    case "feature": return isIndex(action.feature) ? changed(state, { feature: action.feature }) : state;
    case "map": return MEASURES.includes(action.map) ? changed(state, { map: action.map }) : state;
    case "drawn": return DRAWN.includes(action.drawn) ? changed(state, { drawn: action.drawn }) : state;
    case "line": return isLine(action.line) && !same(action.line, state.line) ? { ...state, line: [action.line[0], action.line[1]] } : state;
    case "at": return isShare(action.at) ? changed(state, { at: action.at }) : state;
    case "curves": return isCurves(action.curves) ? changed(state, { curves: action.curves }) : state;
    default: return state;
  }
}

/** Another network keeps everything that may still be: the remedy is compared at the same base. */
function withModel(state: State, { model, data = "example" in model ? DIGITS : state.data }: Extract<Action, { kind: "model" }>): State {
  if (!isModel(model) || !isReference(data) || (same(model, state.model) && same(data, state.data))) return state;
  if (same(data, state.data) && "example" in model && "example" in state.model) return { ...state, model };
  return { ...state, model, data, base: null, show: { kind: "outputs" }, page: 0, feature: 0, line: [0, 1] };
}

function changed(state: State, change: Partial<State>): State {
  return Object.entries(change).every(([key, value]) => Object.is(state[key as keyof State], value)) ? state : { ...state, ...change };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Slices is no object.";
  const state = { ...initial(), ...raw } as State;
  if (!isModel(state.model)) return `model must name one of the networks ${NAMES.join(", ")}, or an upload.`;
  if (!isReference(state.data)) return "data must name an example or an upload.";
  if ("example" in state.model && !same(state.data, DIGITS)) return "data must be the digits for a network that comes with the lab.";
  if (!isBase(state.base)) return "base must be the number of a row, or null for the mean.";
  if (!isShow(state.show)) return "show must be outputs, an output's index, or a unit's layer and index.";
  if (!SORTS.includes(state.sort)) return `sort must be one of ${SORTS.join(", ")}.`;
  if (!isIndex(state.page) || !isIndex(state.feature)) return "page and feature must be whole numbers from 0.";
  if (!MEASURES.includes(state.map)) return `map must be one of ${MEASURES.join(", ")}.`;
  if (!DRAWN.includes(state.drawn)) return "drawn must be changes or values.";
  if (!isLine(state.line)) return "line must be two different rows.";
  if (!isShare(state.at)) return "at must be a number from 0 to 1.";
  if (!isCurves(state.curves)) return `curves must be one of ${CURVES.join(", ")}.`;
  const { model, data, base, show, sort, page, feature, map, drawn, line, at, curves } = state;
  return { model, data, base, show, sort, page, feature, map, drawn, line: [line[0], line[1]], at, curves };
}

function isReference(raw: unknown): raw is Reference {
  if (!isFields(raw) || Object.keys(raw).length !== 1) return false;
  const [handle] = Object.values(raw);
  return ("example" in raw || "upload" in raw) && typeof handle === "string" && HANDLE.test(handle);
}

function isModel(raw: unknown): raw is Reference {
  return isReference(raw) && ("upload" in raw || NAMES.includes(raw.example as Name));
}

function isShow(raw: unknown): raw is Show {
  if (!isFields(raw)) return false;
  if (raw.kind === "outputs") return true;
  return isIndex(raw.index) && (raw.kind === "output" || (raw.kind === "unit" && isIndex(raw.layer)));
}

function isBase(raw: unknown): raw is number | null {
  return raw === null || isIndex(raw);
}

function isLine(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every(isIndex) && raw[0] !== raw[1];
}

function isIndex(raw: unknown): raw is number {
  return isNumber(raw, MOST) && Number.isInteger(raw) && raw >= 0;
}

function isShare(raw: unknown): raw is number {
  return isNumber(raw) && raw >= 0 && raw <= 1;
}

function isCurves(raw: unknown): raw is number {
  return CURVES.includes(raw as (typeof CURVES)[number]);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
