/** Train: data, settings, what was changed on the way, and the step shown. The run itself follows from these. */

import {
  type Activation, ACTIVATIONS, type Change, LIVE, type LiveKey, type Settings, settingsAt,
} from "../../engine/index.ts";
import { type Action as DrawAction, advance as advanceDraw, check as checkDraw, initial as initialDraw, type Target } from "../draw/state.ts";
import { isFields, isNumber } from "../station.ts";

export const COMPARES = ["none", "scale", "recipe", "activations", "starts", "optimizers"] as const;
export type Compare = (typeof COMPARES)[number];
export const SEED_COUNTS = [0, 16, 32, 64] as const;
export const MOST_STEPS = 200_000;
export const MOST_UNITS = 64;
const MOST_CHANGES = 40;
const MOST_SEED = 1e6;

export interface State {
  /** The same as in Draw: the sine, a drawing, a formula, a table. */
  target: Target;
  /** Standard deviation of what is added to y, as a share of y's own. */
  noise: number;
  settings: Settings;
  /** What was changed while the run was under way, in order. */
  changes: readonly Change[];
  compare: Compare;
  /** Which of the networks side by side is looked at. */
  lane: number;
  step: number;
  /** How many seeds are trained for the distribution. */
  seeds: number;
  /** Whether the best possible network is shown. */
  best: boolean;
  /** What Python trains, where there is one. */
  larger: Larger;
}

export const LARGER_DATA = ["rows", "spiral", "digits"] as const;
export const LARGER_SEEDS = [1, 8, 32, 64] as const;
export const MOST_WIDTH = 256;

export interface Larger {
  readonly hidden: readonly number[];
  readonly data: (typeof LARGER_DATA)[number];
  readonly seeds: number;
  /** Units that bend nothing are moved, as the library's recipe does. */
  readonly relocate: boolean;
}

export type SettingKey = keyof Settings;

export type Action =
  | { kind: "set"; key: SettingKey; value: Settings[SettingKey]; at: number }
  | { kind: "preset"; preset: PresetName }
  | { kind: "compare"; compare: Compare }
  | { kind: "lane"; lane: number }
  | { kind: "step"; step: number }
  | { kind: "noise"; noise: number }
  | { kind: "seeds"; seeds: number }
  | { kind: "best"; on: boolean }
  | { kind: "larger"; larger: Larger }
  | Extract<DrawAction, { kind: "target" | "stroke" | "wipe" }>;

const FORUM: Settings = {
  activation: "relu", units: 10, init: "keras", kinks: "init", standardize: false, optimizer: "adam", learningRate: 1e-3,
  schedule: "constant", steps: 50_000, batch: 32, l1: 0, l2: 0, validation: 0.1, seed: 6,
};

/** Settings by name; units and seed stay as they are. */
export const PRESETS = {
  forum: FORUM,
  normalised: { ...FORUM, standardize: true },
  torch: { ...FORUM, init: "torch" },
  recipe: { ...FORUM, kinks: "stratified", standardize: true, learningRate: 2e-2, schedule: "cosine", steps: 10_000 },
} as const satisfies Record<string, Settings>;
export type PresetName = keyof typeof PRESETS;

export function initial(): State {
  return { target: { kind: "sine" }, noise: 0, settings: FORUM, changes: [], compare: "none", lane: 0, step: 0, seeds: 0, best: true, larger: { hidden: [40, 20, 10], data: "rows", seeds: 8, relocate: false } };
}

/** Gives the preset that these settings are, but for units and seed. */
export function presetOf(settings: Settings): PresetName | undefined {
  const same = (preset: Settings): boolean =>
    (Object.keys(preset) as SettingKey[]).every((key) => key === "units" || key === "seed" || preset[key] === settings[key]);
  return (Object.keys(PRESETS) as PresetName[]).find((name) => same(PRESETS[name]));
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "set": return withSetting(state, action.key, action.value, action.at);
    case "preset": {
      const preset: Settings | undefined = Object.hasOwn(PRESETS, action.preset) ? PRESETS[action.preset] : undefined;
      if (!preset || (presetOf(state.settings) === action.preset && state.changes.length === 0)) return state;
      return restarted(state, { settings: { ...preset, units: state.settings.units, seed: state.settings.seed } });
    }
    case "compare":
      if (!COMPARES.includes(action.compare) || action.compare === state.compare) return state;
      return restarted(state, { compare: action.compare, lane: ownLane(action.compare, state.settings), changes: state.changes });
    case "lane":
      return isWhole(action.lane, 0, 9) && action.lane !== state.lane ? { ...state, lane: action.lane } : state;
    case "step": {
      if (!isNumber(action.step)) return state;
      const step = Math.min(state.settings.steps, Math.max(0, Math.round(action.step)));
      return step === state.step ? state : { ...state, step };
    }
    case "noise":
      return isNumber(action.noise, 2) && action.noise >= 0 && action.noise !== state.noise ? restarted(state, { noise: action.noise }) : state;
    case "seeds":
      return isSeedCount(action.seeds) && action.seeds !== state.seeds ? { ...state, seeds: action.seeds } : state;
    case "best":
      return typeof action.on === "boolean" && action.on !== state.best ? { ...state, best: action.on } : state;
    case "larger": {
      const larger = checkedLarger(action.larger);
      return typeof larger === "string" || JSON.stringify(larger) === JSON.stringify(state.larger) ? state : { ...state, larger };
    }
    case "target": case "stroke": case "wipe": {
      const { target } = advanceDraw({ ...initialDraw(), target: state.target }, action);
      return target === state.target || target.kind === "doodle" ? state : restarted(state, { target });
    }
    default: return state;
  }
}

function restarted(state: State, changes: Partial<State>): State {
  return { ...state, changes: [], step: 0, ...changes };
}

/** Side by side with others, the network in hand stays in hand where it is one of them. */
function ownLane(compare: Compare, { activation, standardize, init, kinks, optimizer }: Settings): number {
  if (compare === "scale") return standardize ? 0 : 1; // the one that is new is looked at
  if (compare === "recipe") return 1;
  if (compare === "activations") return Math.max(0, RACED.indexOf(activation));
  if (compare === "starts") return 2 * Number(init === "torch") + Number(kinks === "stratified");
  if (compare === "optimizers") return ["adam", "sgd", "rmsprop"].indexOf(optimizer);
  return 0;
}

/** The activations that race: all but the one that bends nothing. */
export const RACED: readonly Activation[] = ["relu", "leaky_relu", "tanh", "sigmoid", "softplus"];

function withSetting(state: State, key: SettingKey, value: unknown, at: number): State {
  if (!Object.hasOwn(CHECKS, key) || problemOf(key, value) || !isWhole(at, 0, MOST_STEPS)) return state;
  const step = Math.min(at, state.settings.steps);
  if ((LIVE as readonly string[]).includes(key) && step > 0) return withChange(state, key as LiveKey, value, step);
  if (state.settings[key] === value && state.changes.length === 0) return state;
  const settings = { ...state.settings, [key]: value };
  if (key === "steps") {
    const steps = settings.steps;
    return { ...state, settings, changes: state.changes.filter((each) => each.at < steps), step: Math.min(step, steps) };
  }
  return restarted(state, { settings });
}

/** A change on the way: the future after it is another one. */
function withChange(state: State, key: LiveKey, value: unknown, at: number): State {
  if (settingsAt(state.settings, state.changes, at)[key] === value) return state;
  const before = state.changes.filter((each) => each.at < at);
  const here = state.changes.find((each) => each.at === at)?.to;
  if (before.length >= MOST_CHANGES) return state;
  return { ...state, changes: [...before, { at, to: { ...here, [key]: value } }], step: at };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Train is no object.";
  const first = initial();
  const { target = first.target, noise = 0, settings = first.settings, changes = [], compare = "none", lane = 0, step = 0, seeds = 0, best = true, larger = first.larger } = raw;
  const drawn = checkDraw({ target });
  if (typeof drawn === "string") return drawn;
  if (drawn.target.kind === "doodle") return "A doodle is no function of x, which is what is learned here.";
  const found = checkedSettings(settings);
  if (typeof found === "string") return found;
  const marked = checkedChanges(changes, found.steps);
  if (typeof marked === "string") return marked;
  if (!isNumber(noise, 2) || noise < 0) return "noise must be a number from 0 to 2.";
  if (!COMPARES.includes(compare as Compare)) return `compare must be one of ${COMPARES.join(", ")}.`;
  if (!isWhole(lane, 0, 9)) return "lane must be a whole number from 0 to 9.";
  if (!isWhole(step, 0, found.steps)) return `step must be a whole number from 0 to ${found.steps}.`;
  if (!isSeedCount(seeds)) return "seeds must be 0, 16, 32 or 64.";
  if (typeof best !== "boolean") return "best must be true or false.";
  const more = checkedLarger(larger);
  if (typeof more === "string") return more;
  return { target: drawn.target, noise, settings: found, changes: marked, compare: compare as Compare, lane, step, seeds, best, larger: more };
}

function checkedLarger(raw: unknown): Larger | string {
  if (!isFields(raw)) return "larger must be an object.";
  const { hidden, data, seeds, relocate } = { ...initial().larger, ...raw } as Record<string, unknown>;
  if (!Array.isArray(hidden) || hidden.length < 1 || hidden.length > 4 || !hidden.every((each) => isWhole(each, 1, MOST_WIDTH))) return `hidden must hold one to four widths from 1 to ${MOST_WIDTH}.`;
  if (!LARGER_DATA.includes(data as Larger["data"])) return `data must be one of ${LARGER_DATA.join(", ")}.`;
  if (!(LARGER_SEEDS as readonly unknown[]).includes(seeds)) return "The seeds in Python must be 1, 8, 32 or 64.";
  if (typeof relocate !== "boolean") return "relocate must be true or false.";
  return { hidden: hidden as number[], data: data as Larger["data"], seeds: seeds as number, relocate };
}

function checkedSettings(raw: unknown): Settings | string {
  if (!isFields(raw)) return "settings must be an object.";
  const complete = { ...FORUM, ...raw };
  for (const key of Object.keys(raw)) if (!Object.hasOwn(CHECKS, key)) return `There is no setting “${key.slice(0, 30)}”.`;
  for (const key of Object.keys(CHECKS) as SettingKey[]) {
    const problem = problemOf(key, complete[key]);
    if (problem) return problem;
  }
  return complete;
}

function checkedChanges(raw: unknown, steps: number): readonly Change[] | string {
  if (!Array.isArray(raw) || raw.length > MOST_CHANGES) return `changes must be a list of at most ${MOST_CHANGES}.`;
  let last = 0;
  for (const each of raw as unknown[]) {
    if (!isFields(each) || !isWhole(each.at, last + 1, steps) || !isFields(each.to)) return "Each change needs a step after the one before, and what it changes.";
    last = each.at;
    for (const [key, value] of Object.entries(each.to)) {
      if (!(LIVE as readonly string[]).includes(key)) return `“${key.slice(0, 30)}” cannot change on the way.`;
      const problem = problemOf(key as SettingKey, value);
      if (problem) return problem;
    }
  }
  return raw as Change[];
}

const oneOf = (...words: readonly string[]) => (value: unknown): string => (words.includes(value as string) ? "" : `one of ${words.join(", ")}`);
const whole = (least: number, most: number) => (value: unknown): string =>
  isWhole(value, least, most) ? "" : `a whole number from ${least} to ${most.toLocaleString("en")}`;
const number = (least: number, most: number) => (value: unknown): string =>
  isNumber(value, most) && value >= least ? "" : `a number from ${least} to ${most}`;

/** Of each setting, what is wrong with a value: "" where nothing is. */
const CHECKS: Readonly<Record<SettingKey, (value: unknown) => string>> = {
  activation: oneOf(...ACTIVATIONS),
  units: whole(1, MOST_UNITS),
  init: oneOf("keras", "torch"),
  kinks: oneOf("init", "stratified"),
  standardize: (value) => (typeof value === "boolean" ? "" : "true or false"),
  optimizer: oneOf("adam", "sgd", "rmsprop"),
  learningRate: (value) => (isNumber(value, 1e9) && value >= 1e-9 ? "" : "a number from 1e-9 to 1e9"),
  schedule: oneOf("constant", "cosine"),
  steps: whole(1, MOST_STEPS),
  batch: whole(0, 1000),
  l1: number(0, 1000),
  l2: number(0, 1000),
  validation: number(0, 0.9),
  seed: whole(0, MOST_SEED - 1),
};

function problemOf(key: SettingKey, value: unknown): string {
  const wanted = CHECKS[key](value);
  return wanted && `${key} must be ${wanted}.`;
}

function isWhole(raw: unknown, least: number, most: number): raw is number {
  return isNumber(raw, most) && Number.isInteger(raw) && raw >= least;
}

function isSeedCount(raw: unknown): raw is number {
  return (SEED_COUNTS as readonly unknown[]).includes(raw);
}
