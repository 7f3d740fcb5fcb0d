/** What one number of a network moves: where, and by how much. */

import { toFunction } from "./convert.ts";
import { type Network, type Parameter, parameterValue, withParameter } from "./network.ts";
import { type Interval, type PiecewiseLinear, restricted, subtracted } from "./pwl.ts";

export interface Influence {
  /** The function with the parameter changed, and that minus the function as it was (both of the first output). */
  readonly after: PiecewiseLinear;
  readonly difference: PiecewiseLinear;
  /** The stretches of the interval on which it moves, from left to right. */
  readonly stretches: readonly Interval[];
  /** The largest move on the interval, with its sign, and where it is. */
  readonly largest: number;
  readonly at: number;
}

/** A move smaller than this part of the function's largest value on the interval is rounding. */
const NOTHING = 1e-12;

/** Gives what adding `delta` to a parameter does to the function of a network of one input on an interval. */
export function influence(network: Network, parameter: Parameter, delta: number, interval: Interval): Influence {
  const before = toFunction(network);
  const after = toFunction(withParameter(network, parameter, parameterValue(network, parameter) + delta));
  const difference = restricted(subtracted(after, before), interval);
  const scale = Math.max(...restricted(before, interval).values.map(Math.abs), ...restricted(after, interval).values.map(Math.abs));
  const { breakpoints: t, values: y } = difference;
  const moves = y.map((value) => Math.abs(value) > NOTHING * scale);
  let at = 0;
  const stretches: [number, number][] = [];
  t.forEach((x, i) => {
    if (Math.abs(y[i]!) > Math.abs(y[at]!)) at = i;
    if (i === 0 || !(moves[i - 1] || moves[i])) return;
    const open = stretches[stretches.length - 1];
    if (open && open[1] === t[i - 1] && (moves[i - 1] || !moves[i])) open[1] = x;
    else stretches.push([t[i - 1]!, x]);
  });
  return { after, difference, stretches, largest: moves[at] ? y[at]! : 0, at: t[at]! };
}
