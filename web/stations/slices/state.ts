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

/** Of each part of the state, whether a value from outside is one, and the sentence for what is none. */
const PARTS: { readonly [K in keyof State]: readonly [(raw: unknown) => raw is State[K], string] } = {
  model: [isModel, `model must name one of the networks ${NAMES.join(", ")}, or an upload.`],
  data: [isReference, "data must name an example or an upload."],
  base: [(raw): raw is State["base"] => raw === null || isIndex(raw), "base must be the number of a row, or null for the mean."],
  show: [isShow, "show must be outputs, an output's index, or a unit's layer and index."],
  sort: oneOf("sort", [...MEASURES, "position"]),
  page: [isIndex, "page must be a whole number from 0."],
  feature: [isIndex, "feature must be a whole number from 0."],
  map: oneOf("map", MEASURES),
  drawn: oneOf("drawn", ["changes", "values"]),
  line: [isLine, "line must be two different rows."],
  at: [(raw): raw is number => isNumber(raw) && raw >= 0 && raw <= 1, "at must be a number from 0 to 1."],
  curves: oneOf("curves", CURVES),
};

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  const { kind } = action;
  if (!Object.hasOwn(PARTS, kind)) return state;
  const value = (action as unknown as Record<string, unknown>)[kind];
  if (!PARTS[kind][0](value) || (same(value, state[kind]) && kind !== "model")) return state;
  if (kind === "model") return withModel(state, action);
  const first = kind === "data" ? { base: null, line: [0, 1] as const, page: 0 } : kind === "sort" ? { page: 0 } : {};
  return { ...state, ...first, [kind]: value };
}

/** Another network keeps everything that may still be: the remedy is compared at the same base. */
function withModel(state: State, { model, data = "example" in model ? DIGITS : state.data }: Extract<Action, { kind: "model" }>): State {
  if (!isReference(data) || (same(model, state.model) && same(data, state.data))) return state;
  if (same(data, state.data) && "example" in model && "example" in state.model) return { ...state, model };
  return { ...state, model, data, base: null, show: { kind: "outputs" }, page: 0, feature: 0, line: [0, 1] };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Slices is no object.";
  const first = initial();
  const state = Object.fromEntries(Object.entries(first).map(([key, value]) => [key, raw[key] === undefined ? value : raw[key]])) as unknown as State;
  for (const [key, [isRight, sentence]] of Object.entries(PARTS)) if (!isRight(state[key as keyof State])) return sentence;
  if ("example" in state.model && !same(state.data, DIGITS)) return "data must be the digits for a network that comes with the lab.";
  return state;
}

function oneOf<T extends string | number>(name: string, all: readonly T[]): readonly [(raw: unknown) => raw is T, string] {
  return [(raw): raw is T => all.includes(raw as T), `${name} must be one of ${all.join(", ")}.`];
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

function isLine(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every(isIndex) && raw[0] !== raw[1];
}

function isIndex(raw: unknown): raw is number {
  return isNumber(raw, MOST) && Number.isInteger(raw) && raw >= 0;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
