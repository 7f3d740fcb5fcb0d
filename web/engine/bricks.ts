/** Tents, ramps and what depth alone can do: closed forms, the same numbers as in Python's `construct`. */

import { EngineError, finite } from "./errors.ts";
import { dense, type Matrix, type Network } from "./network.ts";

export interface Tent {
  readonly left: number;
  readonly apex: number;
  readonly right: number;
  readonly height: number;
}

/**
 * Gives the hat that is `height` at `apex` and 0 outside (left, right), of three units: with one hidden layer
 * u R(x - l) - (u + d) R(x - m) + d R(x - r), with two R(h - d R(x - m) - u R(m - x)); u and d are its two slopes.
 */
export function tent(brick: Tent, layers: 1 | 2 = 1): Network {
  return tents([brick], layers);
}

/** Gives the sum of tents, each with three units of its own. */
export function tents(bricks: readonly Tent[], layers: 1 | 2 = 1): Network {
  if (bricks.length === 0) throw new EngineError("there is no tent: give at least one");
  bricks.forEach(checked);
  return layers === 1 ? tentsInOneLayer(bricks) : tentsInTwoLayers(bricks);
}

function rise(t: Tent): number {
  return t.height / (t.apex - t.left);
}

function fall(t: Tent): number {
  return t.height / (t.right - t.apex);
}

function checked(t: Tent): void {
  if (!(t.left < t.apex && t.apex < t.right)) {
    throw new EngineError(`left = ${t.left}, apex = ${t.apex} and right = ${t.right} must rise`);
  }
  finite(rise(t) + fall(t), "the tent's slope");
}

function tentsInOneLayer(bricks: readonly Tent[]): Network {
  const kinks = bricks.flatMap((t) => [t.left, t.apex, t.right]);
  const coefficients = bricks.flatMap((t) => [rise(t), -(rise(t) + fall(t)), fall(t)]);
  return dense([[kinks.map(() => 1)], coefficients.map((c) => [c])], [kinks.map((k) => -k + 0), [0]]);
}

function tentsInTwoLayers(bricks: readonly Tent[]): Network {
  const away = bricks.flatMap(() => [1, -1]);
  const slopes = bricks.flatMap((t, i) => [
    bricks.map((_, j) => (i === j ? -Math.abs(fall(t)) : 0)),
    bricks.map((_, j) => (i === j ? -Math.abs(rise(t)) : 0)),
  ]);
  const first = bricks.flatMap((t) => [-t.apex + 0, t.apex + 0]);
  const heights = bricks.map((t) => Math.abs(t.height));
  return dense([[away], slopes, bricks.map((t) => [Math.sign(t.height)])], [first, heights, [0]]);
}

/** Gives the ramp that is 0 up to `left`, climbs to `height` at `right` and stays, of two units side by side or chained. */
export function ramp(left: number, right: number, height = 1, layers: 1 | 2 = 1): Network {
  if (!(left < right)) throw new EngineError(`left = ${left} must be less than right = ${right}`);
  const slope = finite(height / (right - left), "the ramp's slope");
  if (layers === 1) return dense([[[1, 1]], [[slope], [-slope]]], [[-left + 0, -right + 0], [0]]);
  return dense([[[-1]], [[-1]], [[slope]]], [[right], [right - left], [0]]);
}

/** One unit chained into one unit: outputWeight * R(w2 R(w1 x + b1) + b2) + outputBias, a ramp clipped on both sides. */
export interface Chain {
  readonly w1: number;
  readonly b1: number;
  readonly w2: number;
  readonly b2: number;
  readonly outputWeight: number;
}

/** Gives the sum of chains side by side: two hidden layers of as many units, the second one's weights diagonal. */
export function chains(pairs: readonly Chain[], outputBias = 0): Network {
  if (pairs.length === 0) throw new EngineError("there is no chain: give at least one");
  const middle = pairs.map((pair, i) => pairs.map((_, j) => (i === j ? pair.w2 : 0)));
  return dense(
    [[pairs.map((p) => p.w1)], middle, pairs.map((p) => [p.outputWeight])],
    [pairs.map((p) => p.b1), pairs.map((p) => p.b2), [outputBias]],
  );
}

const TENT_MAP = [2, -4];
const BENDS = [0, -0.5];

/** Gives the tent map 2 R(y) - 4 R(y - 1/2) composed `depth` times: 2**(depth - 1) teeth on [0, 1]. */
export function sawtooth(depth: number): Network {
  checkDepth(depth);
  const again = TENT_MAP.map((c) => [c, c]);
  const weights = [[[1, 1]], ...repeated(depth - 1, () => again), TENT_MAP.map((c) => [c])];
  return dense(weights, [...repeated(depth, () => BENDS), [0]]);
}

/** Gives the network that equals x**2 at the multiples of 2**-depth in [0, 1]: x minus ever finer sawtooths. */
export function square(depth: number): Network {
  checkDepth(depth);
  const weights: Matrix[] = [[[1, 1]]];
  for (let step = 1; step <= depth; step += 1) {
    const carried = step === 1 ? [1, 0] : [0, 0, 1];
    const tooth = carried.map((_, i) => TENT_MAP[i] ?? 0);
    const total = carried.map((c, i) => c - tooth[i]! / 4 ** step);
    weights.push(step < depth ? carried.map((_, i) => [tooth[i]!, tooth[i]!, total[i]!]) : total.map((c) => [c]));
  }
  return dense(weights, [BENDS, ...repeated(depth - 1, () => [...BENDS, 0]), [0]]);
}

function checkDepth(depth: number): void {
  if (!Number.isInteger(depth) || depth < 1 || depth > 500) throw new EngineError(`depth must be a whole number from 1 to 500, not ${depth}`);
}

function repeated<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
