/** What runs side by side, from a state: the rows, and the settings of each network. Runs are kept by what they follow from. */

import { type Activation, type Change, random, Run, type Settings, spreadOf } from "../../engine/index.ts";
import { pointsOf } from "../draw/points.ts";
import { initial as initialDraw } from "../draw/state.ts";
import { PRESETS, RACED, type State } from "./state.ts";

export interface Lane {
  readonly name: string;
  readonly settings: Settings;
}

export type Rows = { ok: true; x: readonly number[]; y: readonly number[] } | { ok: false; sentence: string };

const NOISE_SEED = 20; // of the noise, which all runs share
const BUDGET = 12_000_000; // bytes of all records that are shown at once
const MOST_KEPT = 12; // runs that one can come back to, by undo or another choice

export const ACTIVATION_NAME: Readonly<Record<Activation, string>> = {
  linear: "linear", relu: "ReLU", leaky_relu: "leaky ReLU", tanh: "tanh", sigmoid: "sigmoid", softplus: "softplus",
};

const rowsKept = new WeakMap<State["target"], Map<number, Rows>>();

/** Gives the rows that are learned, with their noise; the same state gives the same object. */
export function rowsOf({ target, noise }: Pick<State, "target" | "noise">): Rows {
  const kept = rowsKept.get(target) ?? new Map<number, Rows>();
  rowsKept.set(target, kept);
  const known = kept.get(noise);
  if (known) return known;
  const points = pointsOf({ ...initialDraw(), target });
  const rows = !points.ok || noise === 0 ? points : { ...points, y: noisy(points.y, noise) };
  kept.set(noise, rows);
  return rows;
}

function noisy(y: readonly number[], noise: number): number[] {
  const source = random(NOISE_SEED);
  const size = noise * spreadOf(y).size;
  return y.map((each) => each + size * source.normal());
}

/** Gives the networks that run side by side; alone, it is one. */
export function lanesOf({ settings, compare }: Pick<State, "settings" | "compare">): Lane[] {
  const lane = (name: string, changes: Partial<Settings>): Lane => ({ name, settings: { ...settings, ...changes } });
  switch (compare) {
    case "scale": return [lane("x, y as they are", { standardize: false }), lane("normalised", { standardize: true })];
    case "recipe": {
      const { kinks, standardize, learningRate, schedule, optimizer } = PRESETS.recipe;
      return [lane("these settings", {}), lane("the recipe", { kinks, standardize, learningRate, schedule, optimizer })];
    }
    case "activations": return RACED.map((activation) => lane(ACTIVATION_NAME[activation], { activation }));
    case "starts": return [
      lane("Keras", { init: "keras", kinks: "init" }), lane("Keras, kinks spread", { init: "keras", kinks: "stratified" }),
      lane("torch", { init: "torch", kinks: "init" }), lane("torch, kinks spread", { init: "torch", kinks: "stratified" }),
    ];
    case "optimizers": return [lane("Adam", { optimizer: "adam" }), lane("SGD", { optimizer: "sgd" }), lane("RMSprop", { optimizer: "rmsprop" })];
    default: return [lane("the network", {})];
  }
}

interface Kept {
  readonly y: readonly number[];
  readonly base: string;
  readonly run: Run;
}

const kept: Kept[] = [];

/** Gives the run of a lane; one that was the same up to some step hands over what it recorded up to there. */
export function runOf(rows: { x: readonly number[]; y: readonly number[] }, settings: Settings, changes: readonly Change[], lanes: number): Run {
  const budget = Math.floor(BUDGET / lanes);
  const base = JSON.stringify([settings, budget]);
  const alike = kept.filter((each) => each.y === rows.y && each.base === base);
  const found = alike.find((each) => sameUntil(each.run.changes, changes) === Infinity);
  if (found) {
    kept.splice(kept.indexOf(found), 1);
    kept.push(found);
    return found.run;
  }
  const run = new Run({ x: rows.x, y: rows.y, settings, changes, budget });
  for (const each of alike) run.adopt(each.run, sameUntil(each.run.changes, changes));
  kept.push({ y: rows.y, base, run });
  if (kept.length > MOST_KEPT) kept.shift();
  return run;
}

/** Gives the step up to which two lists of changes are one. */
function sameUntil(one: readonly Change[], other: readonly Change[]): number {
  for (let k = 0; k < Math.max(one.length, other.length); k += 1) {
    const [a, b] = [one[k], other[k]];
    if (!a || !b || a.at !== b.at || JSON.stringify(a.to) !== JSON.stringify(b.to)) return Math.min(a?.at ?? Infinity, b?.at ?? Infinity);
  }
  return Infinity;
}
