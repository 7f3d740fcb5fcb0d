/** Several functions with shared breakpoints: a curve t -> (x, y) by so many pieces, with a bound. */

import { EngineError } from "../errors.ts";
import { dense, type Network } from "../network.ts";
import { evaluate, type PiecewiseLinear, slopes } from "../pwl.ts";
import { atOnce } from "../slices.ts";
import { filled } from "./hops.ts";
import { prepared, type Rows } from "./rows.ts";
import { crossings, runErrors, type Segmentations, segmentations } from "./segments.ts";
import { type Kinks, type Problem, problemOf, project, trainKinks } from "./varpro.ts";

/** A result: its error is the mean of squares over rows and outputs; `lower` is a bound as in `Best`. */
export interface Shared {
  /** Pieces, as asked for; the network has as many units. */
  readonly size: number;
  readonly error: number;
  readonly lower: number;
  readonly gap: number;
  readonly functions: readonly PiecewiseLinear[];
  readonly network: Network;
}

/** Gives functions of `t`, one an output, that share the breakpoints of at most so many pieces. Found: approximate. */
export function sharedPieces(t: readonly number[], outputs: readonly (readonly number[])[], pieces: number): Shared {
  return atOnce(sharedCurve(t, outputs, pieces)).result[pieces - 1]!;
}

/** Gives `sharedPieces` for 1, 2, ..., most pieces, one after the other; yields also undefined, where it can pause. */
export function* sharedCurve(t: readonly number[], outputs: readonly (readonly number[])[], most: number): Generator<Shared | undefined, Shared[]> {
  if (!Number.isInteger(most) || most < 1 || most > 64) throw new EngineError(`the number must be whole and from 1 to 64, not ${most}`);
  if (outputs.length === 0) throw new EngineError("there is no output: give at least one");
  const search = new SharedSearch(outputs.map((y) => prepared({ x: t, y })));
  const curve: Shared[] = [];
  for (let pieces = 1; pieces <= most; pieces += 1) {
    const found = yield* search.pieces(pieces, most);
    const before = curve[curve.length - 1];
    curve.push(before && before.error < found.error ? { ...before, size: pieces, lower: Math.min(found.lower, before.error), gap: gapOf(before.error, found.lower) } : found);
    yield curve[curve.length - 1];
  }
  return curve;
}

const HOPPED = 12; // pieces up to which kinks hop

class SharedSearch {
  private readonly problems: readonly Problem[];
  private readonly factors: readonly number[];
  private readonly unit: number;
  private segments: Segmentations | undefined;
  private last: Kinks | undefined;

  /** Rows of the same t, an output each. */
  constructor(private readonly outputs: readonly Rows[]) {
    this.unit = Math.max(...outputs.map((rows) => rows.yUnit));
    this.factors = outputs.map((rows) => rows.yUnit / this.unit); // so that one unit is as long in every output
    this.problems = outputs.map((rows, o) => {
      const problem = problemOf(rows, true);
      return { ...problem, target: problem.target.map((v) => v * this.factors[o]!) };
    });
  }

  *pieces(count: number, most: number): Generator<undefined, Shared> {
    const rows = this.outputs[0]!;
    const m = rows.u.length;
    if (count >= m - 1) return this.finished(count, [...rows.u.subarray(1, Math.max(1, m - 1))], this.floor());
    this.segments ??= yield* segmentations(this.table(), m, most);
    const runs = this.segments.runs(count);
    const places = this.outputs.map((each) => crossings(each, runs));
    const middle = runs.slice(1).map((_, k) => places.reduce((sum, at) => sum + at[k]!, 0) / places.length);
    let kinks = yield* trainKinks(this.problems, this.kinksAt(middle));
    if (this.last) kinks = better(kinks, yield* trainKinks(this.problems, this.filled(this.last.at, count - 1)));
    if (count <= HOPPED) kinks = yield* this.hopped(kinks);
    this.last = kinks;
    return this.finished(count, kinks.at, this.segments.errors[count]!);
  }

  /** Takes each kink away and puts one where the worst output wants it, as long as that helps. */
  private *hopped(start: Kinks): Generator<undefined, Kinks> {
    let kinks = start;
    for (let k = 0; k < start.at.length; k += 1) {
      yield;
      const moved = this.filled(kinks.at.filter((_, i) => i !== k), kinks.at.length);
      if (moved.error < 1.5 * kinks.error) kinks = better(kinks, yield* trainKinks(this.problems, moved));
    }
    return kinks;
  }

  private filled(at: readonly number[], count: number): Kinks {
    let all = [...at];
    while (all.length < count) {
      const left = all.map(() => false);
      const errors = this.problems.map((problem) => project(problem, all, left).error);
      const worst = this.problems[errors.indexOf(Math.max(...errors))]!;
      all = [...filled(worst, all, all.length + 1).at];
    }
    return this.kinksAt(all);
  }

  private kinksAt(at: readonly number[]): Kinks {
    const left = at.map(() => false);
    return { at, left, error: this.problems.reduce((sum, problem) => sum + project(problem, at, left).error, 0) };
  }

  /** Sums of squares about the best lines of every run, over all outputs. */
  private table(): Float64Array {
    const sums = this.outputs.map(runErrors);
    return sums[0]!.map((_, i) => sums.reduce((sum, each, o) => sum + this.factors[o]! ** 2 * each[i]!, 0));
  }

  private floor(): number {
    return this.outputs.reduce((sum, { within }, o) => sum + this.factors[o]! ** 2 * within.reduce((a, b) => a + b, 0), 0);
  }

  private finished(size: number, kinks: readonly number[], lower: number): Shared {
    const { u, x, xCentre, xUnit } = this.outputs[0]!;
    const [low, high] = [u[0]!, u[u.length - 1]!];
    const inner = [...new Set(kinks)].filter((t) => low < t && t < high).sort((a, b) => a - b);
    const t = low < high ? [low, ...inner, high] : [low];
    const breakpoints = t.map((each) => each * xUnit + xCentre);
    const functions = this.outputs.map(({ yCentre }, o) => {
      const { coefficients } = project(this.problems[o]!, inner, inner.map(() => false));
      const values = t.map((each) => yCentre + this.unit * inner.reduce((sum, kink, k) => sum + coefficients[k + 2]! * Math.max(each - kink, 0), coefficients[0]! + coefficients[1]! * each));
      const slope = (i: number): number => (t.length > 1 ? (values[i + 1]! - values[i]!) / (breakpoints[i + 1]! - breakpoints[i]!) : 0);
      return { breakpoints, values, leftSlope: slope(0), rightSlope: slope(t.length - 2) };
    });
    const rows = x.length * functions.length;
    const error = functions.reduce((sum, f, o) => sum + this.outputs[o]!.x.reduce((part, at, i) => part + (evaluate(f, at) - this.outputs[o]!.y[i]!) ** 2, 0), 0) / rows;
    const bound = Math.min((lower * this.unit ** 2) / rows, error);
    return { size, error, lower: bound, gap: gapOf(error, bound), functions, network: networkOf(functions) };
  }
}

/** Gives the network that equals the functions between their ends: one right-facing unit a piece, weights 1. */
function networkOf(functions: readonly PiecewiseLinear[]): Network {
  const { breakpoints } = functions[0]!;
  const starts = breakpoints.length > 1 ? breakpoints.slice(0, -1) : breakpoints;
  const inside = functions.map((f) => slopes(f).slice(1));
  const changes = starts.map((_, k) => inside.map((slope) => (breakpoints.length > 1 ? slope[k]! - (k > 0 ? slope[k - 1]! : 0) : 0)));
  return dense([[starts.map(() => 1)], changes], [starts.map((at) => -at + 0), functions.map((f) => f.values[0]!)]);
}

function better(one: Kinks, two: Kinks): Kinks {
  return two.error < one.error ? two : one;
}

function gapOf(error: number, lower: number): number {
  return error > 0 ? Math.max(0, (error - lower) / error) : 0;
}
