/** Match: three units, of which two are to be set so that their sum is the target. */

import { dense, kinkOf, type Network } from "../../engine/index.ts";
import { once } from "../once.ts";
import { isCommit, isFields, isNumber } from "../station.ts";
import { LIMITS, TARGETS, targetNamed, type Target, type TargetName, type Unit } from "./target.ts";

export const KINDS = ["linear", "relu", "sigmoid"] as const;
export type Kind = (typeof KINDS)[number];

export interface State {
  target: TargetName;
  /** Of the random target. */
  seed: number;
  /** Units 1 and 2; unit 0 comes with the target. */
  units: readonly [Unit, Unit];
  activation: Kind;
}

export type Action =
  | { kind: "weight" | "bias"; unit: 1 | 2; value: number }
  | { kind: "hinge"; unit: 1 | 2; x: number }
  | { kind: "activation"; name: Kind }
  | { kind: "target"; name: TargetName; seed?: number };

const START: State["units"] = [{ w: 0.5, b: -1 }, { w: 0, b: 0 }];
const MOST_SEED = 2 ** 31;

export function initial(): State {
  return { target: "original", seed: 1, units: START, activation: "relu" };
}

/** Pure; gives the same object where nothing changes. */
export function advance(state: State, action: Action): State {
  if (!isFields(action) || isCommit(action)) return state;
  if (action.kind === "activation") return changed(state, { activation: KINDS.includes(action.name) ? action.name : state.activation });
  if (action.kind === "target") return withTarget(state, action.name, action.seed);
  return withUnit(state, action);
}

function withTarget(state: State, name: TargetName, seed: number = state.seed): State {
  if (!TARGETS.includes(name) || !isSeed(seed) || (name === state.target && seed === state.seed)) return state;
  return { ...state, target: name, seed, units: START };
}

function withUnit(state: State, action: Exclude<Action, { kind: "activation" | "target" }>): State {
  if (action.unit !== 1 && action.unit !== 2) return state;
  const unit = state.units[action.unit - 1]!;
  const next = moved(unit, action);
  if (!next || (next.w === unit.w && next.b === unit.b)) return state;
  return { ...state, units: action.unit === 1 ? [next, state.units[1]] : [state.units[0], next] };
}

function moved(unit: Unit, action: Exclude<Action, { kind: "activation" | "target" }>): Unit | undefined {
  if (action.kind === "weight" && isNumber(action.value, LIMITS.w)) return { ...unit, w: action.value + 0 };
  if (action.kind === "bias" && isNumber(action.value, LIMITS.b)) return { ...unit, b: action.value + 0 };
  // The hinge is where w x + b = 0: to move it, only the bias changes, on the grid of its slider.
  if (action.kind === "hinge" && isNumber(action.x) && unit.w !== 0) {
    const b = Math.round(-unit.w * action.x * 10) / 10 + 0;
    return { ...unit, b: Math.min(LIMITS.b, Math.max(-LIMITS.b, b)) };
  }
  return undefined;
}

function changed(state: State, changes: Partial<State>): State {
  const keys = Object.keys(changes) as (keyof State)[];
  return keys.every((key) => state[key] === changes[key]) ? state : { ...state, ...changes };
}

/** Gives a state from outside, completed; or the sentence that says what is wrong with it. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "A state of Match is an object.";
  const known = Object.keys(initial());
  const stranger = Object.keys(raw).find((key) => !known.includes(key));
  if (stranger !== undefined) return `Match has no “${stranger.slice(0, 30)}”: it has ${known.join(", ")}.`;
  const { target, seed, units, activation } = { ...initial(), ...raw } as Record<keyof State, unknown>;
  if (!TARGETS.includes(target as TargetName)) return `The target is one of ${TARGETS.join(", ")}.`;
  if (!isSeed(seed)) return "The seed is a whole number from 0 to 2147483647.";
  if (!KINDS.includes(activation as Kind)) return `The activation is one of ${KINDS.join(", ")}.`;
  if (!Array.isArray(units) || units.length !== 2) return "The units are two objects with w and b: units 1 and 2.";
  const read = units.map(unitOf);
  const bad = read.findIndex((unit) => !unit);
  if (bad >= 0) return `Unit ${bad + 1} needs a w from -${LIMITS.w} to ${LIMITS.w} and a b from -${LIMITS.b} to ${LIMITS.b}.`;
  return { target: target as TargetName, seed, units: [read[0]!, read[1]!], activation: activation as Kind };
}

function unitOf(raw: unknown): Unit | undefined {
  if (!isFields(raw) || !isNumber(raw.w, LIMITS.w) || !isNumber(raw.b, LIMITS.b)) return undefined;
  return { w: raw.w + 0, b: raw.b + 0 };
}

function isSeed(raw: unknown): raw is number {
  return Number.isInteger(raw) && (raw as number) >= 0 && (raw as number) < MOST_SEED;
}

export const targetOf = once((state: State): Target => targetNamed(state.target, state.seed));

/** Gives all three units, the fixed one first. */
export function unitsOf(state: State): readonly [Unit, Unit, Unit] {
  return [targetOf(state).first, ...state.units];
}

/** Gives the network as it stands; with another activation, what it would be with that. */
export function networkOf(state: State, activation: Kind = state.activation): Network {
  const units = unitsOf(state);
  const { signs } = targetOf(state);
  return dense([[units.map((unit) => unit.w)], signs.map((sign) => [sign])], [units.map((unit) => unit.b), [0]], activation);
}

/** Gives where a unit's hinge is, NaN without one. */
export function hingeAt({ w, b }: Unit): number {
  return kinkOf({ weight: w, bias: b, coefficient: 1 });
}
