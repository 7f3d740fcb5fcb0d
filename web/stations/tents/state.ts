/** Tents: one neuron, two of them, tents pulled by the apex, a sine of eight pairs, and the line folded layer by layer. */

import { dense, fromHinges, type Network, sawtooth, sineByHand, type BuildStep, tents, type Tent } from "../../engine/index.ts";
import { isFields, isNumber } from "../station.ts";

export const CHAPTERS = ["neuron", "tents", "sine", "fold"] as const;
export type Chapter = (typeof CHAPTERS)[number];
export const PAIRS = ["printed", "described", "hinges", "layers", "minimum"] as const;
export type Pair = (typeof PAIRS)[number];

/** c R(w x + b). */
export interface Neuron {
  readonly w: number;
  readonly b: number;
  readonly c: number;
}

export interface State {
  readonly chapter: Chapter;
  readonly neuron: Neuron;
  readonly pair: Pair;
  readonly tents: readonly Tent[];
  readonly layers: 1 | 2;
  /** How many pairs of the sine stand, from 1. */
  readonly step: number;
  /** How many layers fold. */
  readonly depth: number;
}

export type Action =
  | { kind: "chapter"; chapter: Chapter }
  | { kind: "neuron"; w?: number; b?: number; c?: number }
  | { kind: "pair"; pair: Pair }
  | { kind: "apex"; index: number; x: number; y: number }
  | { kind: "foot"; index: number; side: "left" | "right"; x: number }
  | { kind: "height"; index: number; value: number }
  | { kind: "add" }
  | { kind: "remove"; index: number }
  | { kind: "layers"; layers: 1 | 2 }
  | { kind: "step"; step: number }
  | { kind: "depth"; depth: number };

export const HIGHEST = 2;
export const LIMITS = { w: 4, b: 4, c: 2 } as const;
export const MOST_TENTS = 3;
export const DEEPEST = 8;
export const STEPS = 8;
export const GAP = 0.02;

export function initial(): State {
  return {
    chapter: "tents",
    neuron: { w: 1, b: 0, c: 1 },
    pair: "printed",
    tents: [{ left: 0, apex: 0.25, right: 0.5, height: 1 }, { left: 0.5, apex: 0.75, right: 1, height: -1 }],
    layers: 2,
    step: 1,
    depth: 3,
  };
}

/** The neuron as a network of one unit. */
export function neuronNetwork({ w, b, c }: Neuron): Network {
  return fromHinges([{ weight: w, bias: b, coefficient: c }], 0);
}

/** The document's pair on (0.2, 0.8), as printed and as meant, and the true tents of the same place. */
export function pairNetwork(pair: Pair): Network {
  switch (pair) {
    case "printed":
      return dense([[[1, -1]], [[1], [1]]], [[-0.2, 0.8], [0]]);
    case "described":
      return dense([[[1, 1]], [[1], [-1]]], [[-0.2, -0.8], [0]]);
    case "hinges":
      return dense([[[1, 1, 1]], [[1], [-2], [1]]], [[-0.2, -0.5, -0.8], [0]]);
    case "layers":
      return dense([[[1, -1]], [[-1], [-1]], [[1]]], [[-0.5, 0.5], [0.3], [0]]);
    case "minimum":
      return dense([[[1, -1]], [[1, 1], [0, -1]], [[1], [-1]]], [[-0.2, 0.8], [0, 0], [0]]);
  }
}

let built: BuildStep[] | undefined;

/** The eight steps of the sine, computed once. */
export function sineSteps(): readonly BuildStep[] {
  built ??= sineByHand();
  return built;
}

/** The network of the chapter that is open. */
export function networkOf(state: State): Network {
  switch (state.chapter) {
    case "neuron":
      return neuronNetwork(state.neuron);
    case "tents":
      return tents(state.tents, state.layers);
    case "sine":
      return sineSteps()[state.step - 1]!.network;
    case "fold":
      return sawtooth(state.depth);
  }
}

export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "chapter":
      return CHAPTERS.includes(action.chapter) ? put(state, "chapter", action.chapter) : state;
    case "neuron":
      return withNeuron(state, action);
    case "pair":
      return PAIRS.includes(action.pair) ? put(state, "pair", action.pair) : state;
    case "apex":
      return isNumber(action.x) && isNumber(action.y) ? withTent(state, action.index, (t) => withApex(t, action.x, action.y)) : state;
    case "foot":
      return isNumber(action.x) ? withTent(state, action.index, (t) => withFoot(t, action.side, action.x)) : state;
    case "height":
      return isNumber(action.value) ? withTent(state, action.index, (t) => ({ ...t, height: within(action.value, -HIGHEST, HIGHEST) })) : state;
    case "add":
      return state.tents.length < MOST_TENTS ? { ...state, tents: [...state.tents, nextTent(state.tents)] } : state;
    case "remove":
      return state.tents.length > 1 && state.tents[action.index]
        ? { ...state, tents: state.tents.filter((_, i) => i !== action.index) } : state;
    case "layers":
      return action.layers === 1 || action.layers === 2 ? put(state, "layers", action.layers) : state;
    case "step":
      return isNumber(action.step) ? put(state, "step", within(Math.round(action.step), 1, STEPS)) : state;
    case "depth":
      return isNumber(action.depth) ? put(state, "depth", within(Math.round(action.depth), 1, DEEPEST)) : state;
    default:
      return state;
  }
}

function put<K extends keyof State>(state: State, key: K, value: State[K]): State {
  return state[key] === value ? state : { ...state, [key]: value };
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value)) + 0;
}

function withNeuron(state: State, changes: Partial<Neuron>): State {
  const next = { ...state.neuron };
  for (const key of ["w", "b", "c"] as const) {
    const value = changes[key];
    if (isNumber(value)) next[key] = within(value, -LIMITS[key], LIMITS[key]);
  }
  const same = next.w === state.neuron.w && next.b === state.neuron.b && next.c === state.neuron.c;
  return same ? state : { ...state, neuron: next };
}

function withTent(state: State, index: number, change: (tent: Tent) => Tent): State {
  const now = state.tents[index];
  if (!now) return state;
  const next = change(now);
  if (next.left === now.left && next.apex === now.apex && next.right === now.right && next.height === now.height) return state;
  return { ...state, tents: state.tents.map((each, i) => (i === index ? next : each)) };
}

function withApex(tent: Tent, x: number, y: number): Tent {
  return { ...tent, apex: within(x, tent.left + GAP, tent.right - GAP), height: within(y, -HIGHEST, HIGHEST) };
}

function withFoot(tent: Tent, side: "left" | "right", x: number): Tent {
  if (side === "left") return { ...tent, left: within(x, 0, tent.apex - GAP) };
  return side === "right" ? { ...tent, right: within(x, tent.apex + GAP, 1) } : tent;
}

/** A tent for the middle, or where there is most room. */
function nextTent(present: readonly Tent[]): Tent {
  const places = [0.5, 0.25, 0.75];
  const apart = (x: number): number => Math.min(...present.map((each) => Math.abs(each.apex - x)));
  const apex = places.reduce((best, x) => (apart(x) > apart(best) + 1e-9 ? x : best));
  return { left: apex - 0.2, apex, right: apex + 0.2, height: 0.6 };
}

/** Gives a state from outside, or the sentence that says what is wrong with it. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "This is no state of Tents: it has no fields.";
  const given = { ...initial(), ...raw } as Record<keyof State, unknown>;
  if (!CHAPTERS.includes(given.chapter as Chapter)) return `The chapter must be one of ${CHAPTERS.join(", ")}.`;
  if (!PAIRS.includes(given.pair as Pair)) return `The pair must be one of ${PAIRS.join(", ")}.`;
  if (given.layers !== 1 && given.layers !== 2) return "The tents stand in 1 or 2 hidden layers.";
  if (!isWhole(given.step, STEPS)) return `The step of the sine must be a whole number from 1 to ${STEPS}.`;
  if (!isWhole(given.depth, DEEPEST)) return `The depth must be a whole number from 1 to ${DEEPEST}.`;
  const neuron = given.neuron;
  if (!isFields(neuron) || !(["w", "b", "c"] as const).every((key) => isNumber(neuron[key], LIMITS[key]))) {
    return `The neuron needs w and b between −${LIMITS.w} and ${LIMITS.w}, and c between −${LIMITS.c} and ${LIMITS.c}.`;
  }
  const bricks = checkedTents(given.tents);
  if (typeof bricks === "string") return bricks;
  return {
    chapter: given.chapter as Chapter, pair: given.pair as Pair, layers: given.layers, step: given.step, depth: given.depth,
    neuron: { w: neuron.w as number, b: neuron.b as number, c: neuron.c as number }, tents: bricks,
  };
}

function isWhole(raw: unknown, most: number): raw is number {
  return isNumber(raw) && Number.isInteger(raw) && raw >= 1 && raw <= most;
}

function checkedTents(raw: unknown): Tent[] | string {
  if (!Array.isArray(raw) || raw.length < 1 || raw.length > MOST_TENTS) return `There must be from 1 to ${MOST_TENTS} tents.`;
  const bad = raw.findIndex((each) => !isFields(each)
    || !isNumber(each.left, 1) || !isNumber(each.apex, 1) || !isNumber(each.right, 1) || !isNumber(each.height, HIGHEST)
    || !(each.left >= 0 && each.apex - each.left >= GAP / 2 && each.right - each.apex >= GAP / 2));
  if (bad >= 0) return `Tent ${bad + 1} needs left, apex and right rising from 0 to 1, and a height of at most ${HIGHEST}.`;
  return (raw as Tent[]).map(({ left, apex, right, height }) => ({ left, apex, right, height }));
}
