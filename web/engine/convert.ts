/** Function <-> network, for one input: hinge sums exactly, deeper networks by propagating breakpoints. */

import { isPiecewiseLinear } from "./activations.ts";
import { EngineError } from "./errors.ts";
import { DoubleSum, exactSum } from "./exact.ts";
import { dense, type Hinge, fromHinges, hingesOf, inputs, isOneLayer, kinkOf, type Network, outputs } from "./network.ts";
import { propagated } from "./propagate.ts";
import { countUpTo, evaluate, type Interval, type PiecewiseLinear, type Point, simplified, slopeChanges, slopes } from "./pwl.ts";

/**
 * Gives the function of one input that an output of a network computes.
 *
 * For one hidden ReLU layer kinks are -b/w rounded once, coincident ones merged; whether kinks cancel is decided
 * exactly, and values are summed in twice the precision. For other piecewise-linear networks see `propagated`.
 */
export function toFunction(network: Network, output = 0): PiecewiseLinear {
  if (inputs(network) !== 1) throw new EngineError(`the network has ${inputs(network)} inputs: only one of one input is a function of x`);
  if (output < 0 || output >= outputs(network)) throw new EngineError(`the network has no output ${output}`);
  const smooth = network.activations.findIndex((name) => !isPiecewiseLinear(name));
  if (smooth >= 0) {
    throw new EngineError(`layer ${smooth} is ${network.activations[smooth]}, which is not piecewise linear: draw it from samples`);
  }
  if (isOneLayer(network)) return hingeSum(hingesOf(network, output), network.biases[1]![output]!);
  return propagated(network, output);
}

/** Gives the sum of hinges and a constant as a function, without vertices that do not bend it. */
export function hingeSum(hinges: readonly Hinge[], constant: number): PiecewiseLinear {
  const groups = new Map<number, Hinge[]>();
  for (const hinge of hinges) {
    const kink = kinkOf(hinge);
    if (!Number.isFinite(kink)) continue;
    const group = groups.get(kink);
    if (group) group.push(hinge);
    else groups.set(kink, [hinge]);
  }
  const t = [...groups.keys()].sort((a, b) => a - b);
  const bends = t.filter((kink) => {
    const group = groups.get(kink)!;
    return group.length === 1 ? group[0]!.coefficient !== 0 : exactSum(group.map((h) => [h.coefficient, Math.abs(h.weight)])) !== 0;
  });
  const kept = bends.length > 0 ? bends : [t[0] ?? 0];
  const side = (right: boolean): number => {
    const on = hinges.filter((h) => (right ? h.weight > 0 : h.weight < 0));
    return exactSum(on.map((h) => [h.coefficient, h.weight]));
  };
  return { breakpoints: kept, values: kept.map((x) => sumAt(hinges, constant, x)), leftSlope: side(false), rightSlope: side(true) };
}

function sumAt(hinges: readonly Hinge[], constant: number, x: number): number {
  const total = new DoubleSum().add(constant);
  for (const { weight, bias, coefficient } of hinges) {
    if (kinkOf({ weight, bias, coefficient }) === x) continue; // its z is 0 at the kink itself, not at the rounded one
    const z = new DoubleSum().addProduct(weight, x).add(bias).value;
    if (z > 0) total.addProduct(coefficient, z);
  }
  return total.value;
}

/**
 * Gives the network of one hidden ReLU layer that equals f: with an interval one right-facing hinge for each piece
 * of f on it (input weights 1, biases minus the kink, the value at the left end as the output bias); without, equal
 * on the whole line. Coefficients are decided as exactly as `slopeChanges`.
 */
export function toNetwork(f: PiecewiseLinear, interval?: Interval): Network {
  if (!interval) return onLine(simplified(f));
  const [a, b] = interval;
  if (!(a < b)) throw new EngineError(`the interval from ${a} to ${b} is empty`);
  const changes = slopeChanges(f);
  const later = f.breakpoints.flatMap((t, i) => (a < t && t < b && changes[i] !== 0 ? [right(t, changes[i]!)] : []));
  return fromHinges([right(a, slopes(f)[countUpTo(f.breakpoints, a)]!), ...later], evaluate(f, a));
}

/**
 * Gives the network through points (any order): one hinge a segment, in order, also where the function does not
 * bend there (its coefficient is then 0), the value at the first point as the output bias.
 */
export function networkThrough(points: readonly Point[]): Network {
  const sorted = [...points].sort((p, q) => p[0] - q[0]);
  if (sorted.length < 2) throw new EngineError("a network through points needs at least two of them");
  sorted.forEach(([x], i) => {
    if (i > 0 && !(x > sorted[i - 1]![0])) throw new EngineError(`two points stand at x = ${x}`);
  });
  const f = { breakpoints: sorted.map((p) => p[0]), values: sorted.map((p) => p[1]) };
  const inner = slopes({ ...f, leftSlope: 0, rightSlope: 0 }).slice(1, -1);
  const whole = { ...f, leftSlope: inner[0]!, rightSlope: inner[inner.length - 1]! };
  const changes = slopeChanges(whole);
  const coefficients = [inner[0]!, ...changes.slice(1, -1)];
  const hinges = coefficients.map((coefficient, i) => ({ weight: 1, bias: -sorted[i]![0] + 0, coefficient }));
  return fromHinges(hinges, sorted[0]![1]);
}

function onLine(f: PiecewiseLinear): Network {
  const [first] = f.breakpoints;
  const all = slopes(f);
  const changes = slopeChanges(f);
  const hinges: Hinge[] = [];
  if (all[0] !== 0) hinges.push({ weight: -1, bias: first! + 0, coefficient: -all[0]! });
  if (all[1] !== 0) hinges.push(right(first!, all[1]!));
  f.breakpoints.forEach((t, i) => {
    if (i > 0) hinges.push(right(t, changes[i]!));
  });
  return hinges.length > 0 ? fromHinges(hinges, f.values[0]!) : fromHinges([right(first!, 0)], f.values[0]!);
}

function right(kink: number, coefficient: number): Hinge {
  return { weight: 1, bias: -kink + 0, coefficient };
}

/** Gives the same network with linear hidden units: whatever its depth, one straight line (the collapse). */
export function withLinearUnits(network: Network): Network {
  return dense(network.weights, network.biases, "linear");
}

/** Gives slope and intercept of the line to which a network of one input with linear units collapses. */
export function collapsed(network: Network, output = 0): { slope: number; intercept: number } {
  const f = propagated(withLinearUnits(network), output);
  return { slope: f.rightSlope, intercept: evaluate(f, 0) };
}
