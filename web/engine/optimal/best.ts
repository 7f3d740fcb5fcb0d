/**
 * The best that N units or N pieces can do on up to 300 points, in the page. What is found is approximate; `lower` is
 * a bound that holds in real arithmetic, computed here in float64 (Python's is certified in rationals).
 */

import { networkThrough, toFunction, toNetwork } from "../convert.ts";
import { EngineError } from "../errors.ts";
import { fromHinges, type Network, valueAt } from "../network.ts";
import { evaluate, type PiecewiseLinear, simplified, slopes } from "../pwl.ts";
import { atOnce } from "../slices.ts";
import { LargestSearch } from "./largest.ts";
import { type Data, prepared, type Rows } from "./rows.ts";
import { SquareSearch } from "./squares.ts";

export type Loss = "mse" | "max";

/** A result: the function and network found, its error, and what no function or network of that size can undercut. */
export interface Best {
  /** Units or pieces, as asked for. */
  readonly size: number;
  readonly loss: Loss;
  /** Mean squared or largest absolute error on the data, as measured. */
  readonly error: number;
  readonly lower: number;
  /** How much lower, relative to the error, the best possible can be at most. */
  readonly gap: number;
  readonly function: PiecewiseLinear;
  readonly network: Network;
}

/** Hinges in scaled units, as the searches give them. */
export interface Found {
  readonly kinks: readonly number[];
  readonly facing: readonly number[];
  readonly coefficients: readonly number[];
  readonly constant: number;
}

/** A function in scaled units. */
export type FoundFunction = PiecewiseLinear;

export interface Search {
  readonly rows: Rows;
  pieces(count: number): Generator<undefined, { function: FoundFunction; lower: number }>;
  units(count: number): Generator<undefined, { found: Found; lower: number }>;
}

function searchFor(data: Data, loss: Loss, most: number): Search {
  const rows = prepared(data);
  return loss === "mse" ? new SquareSearch(rows, most + 1) : new LargestSearch(rows);
}

/** Gives the best continuous function of at most so many pieces; its network has one right-facing unit a piece. */
export function bestPieces(data: Data, pieces: number, loss: Loss = "mse"): Best {
  return atOnce(piecesIn(searchFor(data, loss, checked(pieces)), pieces, loss)).result;
}

/** Gives the best network of one hidden layer of at most so many ReLU units. */
export function bestUnits(data: Data, units: number, loss: Loss = "mse"): Best {
  return atOnce(unitsIn(searchFor(data, loss, checked(units)), units, loss)).result;
}

/** Gives `bestUnits` for 1, 2, ..., most units, one after the other; yields also undefined, where it can pause. */
export function* errorCurve(data: Data, most: number, loss: Loss = "mse"): Generator<Best | undefined, Best[]> {
  const search = searchFor(data, loss, checked(most));
  const curve: Best[] = [];
  for (let units = 1; units <= most; units += 1) {
    let best = yield* unitsIn(search, units, loss);
    const before = curve[curve.length - 1];
    if (before && before.error < best.error) best = withBound({ ...before, size: units }, Math.min(best.lower, before.error));
    curve.push(best);
    yield best;
  }
  return curve;
}

function checked(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new EngineError(`the number must be whole and from 1 to 64, not ${count}`);
  return count;
}

function* piecesIn(search: Search, count: number, loss: Loss): Generator<undefined, Best> {
  const { rows } = search;
  const enough = count >= rows.u.length - 1;
  const answer = enough ? { function: interpolated(rows), lower: floorOf(rows, loss) } : yield* search.pieces(count);
  const f = simplified(unscaled(answer.function, rows));
  const network = rows.u.length === 1 ? toNetwork(f) : toNetwork(f, [rows.x[0]!, rows.x[rows.x.length - 1]!]);
  return finished(count, loss, rows, answer.lower, f, network, (x) => evaluate(f, x));
}

function* unitsIn(search: Search, count: number, loss: Loss): Generator<undefined, Best> {
  const { rows } = search;
  if (count >= rows.u.length - 1) {
    const f = unscaled(interpolated(rows), rows);
    const network = rows.u.length === 1 ? toNetwork(f) : networkThrough(f.breakpoints.map((t, i) => [t, f.values[i]!]));
    return finished(count, loss, rows, floorOf(rows, loss), toFunction(network), network, (x) => valueAt(network, x));
  }
  const { found, lower } = yield* search.units(count);
  const hinges = found.kinks.map((kink, k) => ({
    weight: found.facing[k]!,
    bias: -found.facing[k]! * (kink * rows.xUnit + rows.xCentre) + 0,
    coefficient: (found.coefficients[k]! * rows.yUnit) / rows.xUnit,
  }));
  const order = hinges.map((_, k) => k).sort((a, b) => found.kinks[a]! - found.kinks[b]!);
  const network = fromHinges(order.map((k) => hinges[k]!), found.constant * rows.yUnit + rows.yCentre);
  return finished(count, loss, rows, lower, toFunction(network), network, (x) => valueAt(network, x));
}

function finished(size: number, loss: Loss, rows: Rows, lower: number, f: PiecewiseLinear, network: Network, value: (x: number) => number): Best {
  let sum = 0;
  let most = 0;
  rows.x.forEach((x, i) => {
    const error = value(x) - rows.y[i]!;
    sum += error * error;
    most = Math.max(most, Math.abs(error));
  });
  const error = loss === "mse" ? sum / rows.x.length : most;
  const scaledLower = loss === "mse" ? (lower * rows.yUnit ** 2) / rows.x.length : lower * rows.yUnit;
  return withBound({ size, loss, error, lower: 0, gap: 0, function: f, network }, Math.min(scaledLower, error));
}

function withBound(best: Best, lower: number): Best {
  return { ...best, lower, gap: best.error > 0 ? (best.error - lower) / best.error : 0 };
}

function floorOf(rows: Rows, loss: Loss): number {
  if (loss === "mse") return rows.within.reduce((a, b) => a + b, 0);
  return rows.low.reduce((most, low, i) => Math.max(most, (rows.high[i]! - low) / 2), 0);
}

/** Gives the function through the mean (mse) of each distinct x; where rows differ at an x, their middle for max. */
function interpolated(rows: Rows): PiecewiseLinear {
  const values = [...rows.v];
  const t = [...rows.u];
  const slope = (i: number): number => (t.length > 1 ? (values[i + 1]! - values[i]!) / (t[i + 1]! - t[i]!) : 0);
  return { breakpoints: t, values, leftSlope: slope(0), rightSlope: slope(Math.max(0, t.length - 2)) };
}

function unscaled(f: FoundFunction, rows: Rows): PiecewiseLinear {
  const slope = rows.yUnit / rows.xUnit;
  const scaled = slopes(f);
  const result = {
    breakpoints: f.breakpoints.map((t) => t * rows.xUnit + rows.xCentre),
    values: f.values.map((y) => y * rows.yUnit + rows.yCentre),
    leftSlope: f.leftSlope * slope,
    rightSlope: f.rightSlope * slope,
  };
  // Ends that go straight on still do after rounding.
  const now = slopes(result);
  const last = now.length - 1;
  if (last > 1 && scaled[0] === scaled[1]) result.leftSlope = now[1]!;
  if (last > 1 && scaled[last] === scaled[last - 1]) result.rightSlope = now[last - 1]!;
  return result;
}
