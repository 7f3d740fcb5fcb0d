/** The settings of a training run, named as the Python library's, and what may change while it runs. */

import type { Activation } from "../activations.ts";
import type { Optimizer } from "./trainer.ts";

export interface Settings {
  readonly activation: Activation;
  readonly units: number;
  readonly init: "keras" | "torch";
  /** stratified: one kink in each of as many equally filled parts of the data as there are units. */
  readonly kinks: "init" | "stratified";
  readonly standardize: boolean;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** cosine: the rate falls to zero at the last step. */
  readonly schedule: "constant" | "cosine";
  readonly steps: number;
  /** Rows in a step; 0 takes all. */
  readonly batch: number;
  readonly l1: number;
  readonly l2: number;
  /** Share of the rows, the last ones, kept out of training. */
  readonly validation: number;
  readonly seed: number;
}

/** What takes effect at once while a run is under way; the rest needs a new start. */
export const LIVE = ["optimizer", "learningRate", "schedule", "batch", "l1", "l2"] as const;
export type LiveKey = (typeof LIVE)[number];

/** From step `at` on, these hold. */
export interface Change {
  readonly at: number;
  readonly to: Partial<Pick<Settings, LiveKey>>;
}

/** Gives the settings that hold for the step after `step` steps. */
export function settingsAt(settings: Settings, changes: readonly Change[], step: number): Settings {
  return changes.reduce((now, change) => (change.at <= step ? { ...now, ...change.to } : now), settings);
}

/** Gives the learning rate of a step, counted from 0. */
export function rateOf({ learningRate, schedule, steps }: Settings, step: number): number {
  return schedule === "constant" ? learningRate : learningRate * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}
