/** Where the answers come from: the page itself, for the networks that come with the lab, or Python. */

import type { Show, Sort } from "./state.ts";

type Numbers = ArrayLike<number>;

export interface About {
  readonly inputs: number;
  readonly outputs: number;
  /** Units of each hidden layer. */
  readonly layers: readonly number[];
  readonly rows: number;
  /** Rows and columns of pixels, where the inputs are an image. */
  readonly shape: readonly [number, number] | undefined;
  /** Between which values each input is moved. */
  readonly low: Numbers;
  readonly high: Numbers;
  readonly names: readonly string[];
}

export interface Sample {
  readonly x: Numbers;
  readonly label: string;
}

/** Of every feature, moved alone from its low to its high value. */
export interface Sweep {
  /** At how many places some unit switches. */
  readonly kinks: Numbers;
  /** The most that a curve leaves the straight line between its ends. */
  readonly bend: Numbers;
  /** The largest value less the smallest, of the curve that moves most. */
  readonly swing: Numbers;
  /** The base itself, and the values of the curves there. */
  readonly base: Numbers;
  readonly values: Numbers;
  /** Decisions that were left open, where any were. */
  readonly unresolved: number;
}

/** Exact curves over one line by their vertices; t goes from 0 to 1. */
export interface Curves {
  readonly t: Numbers;
  readonly y: readonly Numbers[];
}

export interface Panel extends Curves {
  readonly feature: number;
}

export interface Between extends Curves {
  /** Of each inner breakpoint, the units that switch there, and whether no output bends. */
  readonly owners: readonly (readonly { readonly layer: number; readonly index: number }[])[];
  readonly silent: readonly boolean[];
}

/** Why the curves are as straight as they are. */
export interface Why {
  readonly units: number;
  readonly on: number;
  /** Medians: of |z| at the base, of |w| over all features and units, and of |z| / |w|, the way to the kink. */
  readonly z: number;
  readonly w: number;
  readonly way: number;
  /** At each full per cent: within which way so many of all pairs of a feature and a unit have their kink. */
  readonly ways: Numbers;
  /** How far a feature is moved, in the median. */
  readonly range: number;
  readonly kinks: number;
  readonly most: number;
  /** Means over features and outputs, in parts of the outputs' standard deviation over the data. */
  readonly bend: number;
  readonly swing: number;
}

/** Each gives what is known, or undefined: then it is asked for, and `onAnswer` of the source is called when it is there. */
export interface Source {
  /** What went wrong with what is asked for now, as a sentence: with the features' curves, or with the others. */
  readonly problem: string;
  problemOf(what: "line" | "why"): string;
  /** Grows with every answer that was not there at once. */
  readonly answers: number;
  about(): About | undefined;
  sample(row: number): Sample | undefined;
  /** The whole strip at once, so that it is one question. */
  samples(from: number, count: number): readonly Sample[] | undefined;
  /** `first` says which curves will be asked for next. */
  sweep(base: number | null, show: Show, first: { sort: Sort; page: number }): Sweep | undefined;
  panels(base: number | null, show: Show, features: readonly number[]): readonly Panel[] | undefined;
  between(line: readonly [number, number], show: Show): Between | undefined;
  why(base: number | null): Why | undefined;
  destroy(): void;
}

/** Gives the order of all features: by a measure from large to small, equals in their own order. */
export function ordered(sweep: Sweep, sort: Sort): number[] {
  const order = Array.from(sweep.kinks, (_, j) => j);
  return sort === "position" ? order : order.sort((i, j) => sweep[sort][j]! - sweep[sort][i]! || i - j);
}
