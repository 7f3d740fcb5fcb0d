/** A sine from two hidden layers of eight units, by hand: the steps of Python's `sine_by_hand`, same numbers. */

import { type Chain, chains } from "./bricks.ts";
import type { Network } from "./network.ts";

const RAMPS = 8;
const INNER = RAMPS - 1;
const GRID = 2 ** 30; // kinks are rounded to this grid, so that the difference of two is a float64 number
const HALVINGS = 60;
const CIRCLE = 2 * Math.PI;

export interface BuildStep {
  readonly title: string;
  readonly sentence: string;
  readonly network: Network;
  /** The pairs so far, one unit chained into one unit each. */
  readonly pairs: readonly Chain[];
}

/** Gives the eight steps in which a 1-8-8-1 network becomes sin(2 pi x) on [0, 1]. */
export function sineByHand(): BuildStep[] {
  const { kinks, slopes, start } = bestHalf();
  const bends = slopes.map((slope, i) => slope - (slopes[i - 1] ?? 0));
  const pairs = kinks.map((kink, i) => pair(kink, bends[i]!));
  return kinks.map((kink, i) => {
    const end = kinks[i + 1];
    const follows = end === undefined
      ? `everywhere, never farther than ${start.toFixed(4)} from it`
      : `up to x = ${end.toFixed(4)}`;
    return step(i, kink, bends[i]!, start, follows, pairs.slice(0, i + 1));
  });
}

function pair(kink: number, bend: number): Chain {
  const right = 1 - kink;
  return { w1: -1, b1: right, w2: -1, b2: right - kink, outputWeight: bend };
}

function step(i: number, left: number, bend: number, start: number, follows: string, pairs: Chain[]): BuildStep {
  const right = 1 - left;
  const formula = `R(${(right - left).toFixed(4)} - R(${right.toFixed(4)} - x)), times ${bend.toFixed(4)}`;
  const title = i === 0 ? "Pair 1: one long ramp" : `Pair ${i + 1}: bend at ${left.toFixed(3)} and ${right.toFixed(3)}`;
  const does = i === 0
    ? `From ${start.toFixed(4)} at x = 0 the curve climbs as the sine begins: ${formula}.`
    : `Between its two kinks the curve climbs by ${(-bend).toFixed(4)} less: ${formula}.`;
  return { title, sentence: `${does} It follows the sine ${follows}.`, network: chains(pairs, start), pairs };
}

/** The best fifteen segments: see Python's `construct/_sine.py` for why the first half decides all. */
function bestHalf(): { kinks: number[]; slopes: number[]; start: number } {
  let low = 1e-4;
  let high = 0.1;
  for (let i = 0; i < HALVINGS; i += 1) {
    const error = (low + high) / 2;
    const found = firstSegments(error);
    const last = found?.[found.length - 1] ?? 0;
    if (!found || sag(last, wave(last) + error, 0.5, 0) < error) high = error;
    else low = error;
  }
  const kinks = firstSegments(low)!.map((x) => Math.round(x * GRID) / GRID);
  const values = kinks.map((x) => wave(x) + low);
  const slopes = kinks.map((x, i) => ((values[i + 1] ?? 0) - values[i]!) / ((kinks[i + 1] ?? 0.5) - x));
  return { kinks, slopes, start: values[0]! };
}

function firstSegments(error: number): number[] | undefined {
  const kinks = [0];
  for (let i = 0; i < INNER; i += 1) {
    const start = kinks[i]!;
    if (sag(start, wave(start), 0.5, wave(0.5)) <= 2 * error) return undefined;
    let low = start;
    let high = 0.5;
    for (let k = 0; k < HALVINGS; k += 1) {
      const middle = (low + high) / 2;
      if (sag(start, wave(start), middle, wave(middle)) < 2 * error) low = middle;
      else high = middle;
    }
    kinks.push(low);
  }
  return kinks;
}

function wave(x: number): number {
  return Math.sin(CIRCLE * x);
}

function sag(x0: number, y0: number, x1: number, y1: number): number {
  const slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : CIRCLE * Math.cos(CIRCLE * x0);
  const touch = Math.acos(Math.min(Math.max(slope / CIRCLE, -1), 1)) / CIRCLE;
  const inside = Math.min(Math.max(touch, x0), x1);
  return wave(inside) - (y0 + slope * (inside - x0));
}
