/** What is to be matched: three segments on [0, 3], each a sum of three hinges on the grid of the sliders. */

import { random, type PiecewiseLinear } from "../../engine/index.ts";

export const DOMAIN = [0, 3] as const;

export interface Unit {
  w: number;
  b: number;
}

export interface Target {
  /** Vertices: 0, the two kinks, 3. */
  x: readonly number[];
  y: readonly number[];
  /** Unit 0, which is given. */
  first: Unit;
  /** What the output unit does with each unit: 1 adds it, -1 subtracts it. */
  signs: readonly (1 | -1)[];
}

export const TARGETS = ["original", "plateau", "peak", "random"] as const;
export type TargetName = (typeof TARGETS)[number];

/** Limits of the sliders; no answer lies on one of them. */
export const LIMITS = { w: 6, b: 9 } as const;

/** Gives the target of this name; `seed` decides the random one. */
export function targetNamed(name: TargetName, seed: number): Target {
  if (name === "original") return assembled(1, 2, [-2, 1, 2], [1, 1]);
  if (name === "plateau") return assembled(1, 2, [-2, 2, 2], [1, -1]);
  if (name === "peak") return assembled(1, 2, [-1, 2, 3], [1, -1]);
  return randomTarget(seed);
}

/** Gives the units that match a target (in any order of the last two, where their signs agree). */
export function answerTo({ x, y, first, signs }: Target): [Unit, Unit, Unit] {
  const slope = (i: number): number => (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  const unit = (i: number, change: number): Unit => {
    const w = tenths(change * signs[i]!);
    return { w, b: tenths(-w * x[i]!) };
  };
  return [first, unit(1, slope(1)), unit(2, slope(2) - slope(1))];
}

export function targetFunction({ x, y }: Target): PiecewiseLinear {
  const slope = (i: number): number => (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!);
  return { breakpoints: x, values: y, leftSlope: slope(0), rightSlope: slope(2) };
}

/** Unit 0 falls (or rises) to 0 at the first kink; the others face right from their kinks on. */
function assembled(k1: number, k2: number, w: readonly [number, number, number], others: readonly [1 | -1, 1 | -1], sign: 1 | -1 = 1): Target {
  const first = { w: w[0], b: tenths(-w[0] * k1) };
  const at2 = tenths(others[0] * w[1] * (k2 - k1));
  const at3 = tenths(others[0] * w[1] * (3 - k1) + others[1] * w[2] * (3 - k2));
  return { x: [0, k1, k2, 3], y: [tenths(sign * first.b), 0, at2, at3], first, signs: [sign, ...others] };
}

function randomTarget(seed: number): Target {
  const source = random(seed);
  for (let tries = 0; tries < 200; tries += 1) {
    const k1 = [0.5, 1, 1.5][source.integer(3)]!;
    const k2 = [k1 + 0.5, k1 + 1][source.integer(2)]!;
    const weight = (): number => tenths(0.6 + 0.2 * source.integer(13)); // 0.6 to 3.0: with kinks on halves, biases are on the grid
    const sign = (): 1 | -1 => (source.integer(2) ? 1 : -1);
    const target = assembled(k1, k2, [-weight(), weight(), weight()], [sign(), sign()], sign());
    const rise = Math.abs(target.y[3]! - target.y[2]!);
    if (k2 <= 2.5 && target.y.every((y) => Math.abs(y) <= 4) && rise >= 0.2) return target;
  }
  return assembled(1, 2, [-2, 1, 2], [1, 1]);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}
