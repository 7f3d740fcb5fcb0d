/** Squared error: the best continuous pieces and the best units found, bounded by unconnected lines. */

import type { PiecewiseLinear } from "../pwl.ts";
import type { Found, Search } from "./best.ts";
import { better, filled, settled } from "./hops.ts";
import type { Rows } from "./rows.ts";
import { crossings, runErrors, type Segmentations, segmentations } from "./segments.ts";
import { rankedPatterns } from "./signs.ts";
import { type Kinks, kinksAt, type Problem, problemOf, project, trainKinks } from "./varpro.ts";

const CLOSED = 1e-9; // relative gap at which a bracket counts as closed
const GOOD = 1e-6; // relative distance from N + 1 pieces at which the search for N units ends
const NEAR = 1e-3;
const WORK = 96; // units times sign patterns that are tried with a few steps, at least four patterns
const ENOUGH = 3; // patterns after which one within NEAR will do
const FINISHED = 2; // of which the best few are trained to the end
const ALL_PATTERNS = 3; // units up to which every pattern is tried
const SETTLED = 12; // units up to which hinges hop; beyond, the gap stays visible instead

export class SquareSearch implements Search {
  private readonly skip: Problem;
  private readonly plain: Problem;
  /** The squares that no function of x can avoid. */
  private readonly floor: number;
  private segments: Segmentations | undefined;
  private readonly known = new Map<number, { kinks: Kinks; lower: number }>();

  constructor(readonly rows: Rows, private readonly most: number) {
    this.skip = problemOf(rows, true);
    this.plain = problemOf(rows, false);
    this.floor = rows.within.reduce((a, b) => a + b, 0);
  }

  *pieces(count: number): Generator<undefined, { function: PiecewiseLinear; lower: number }> {
    const { kinks, lower } = yield* this.kinksOf(count);
    return { function: this.functionOf(kinks), lower };
  }

  /** Gives the best kinks found for a function of at most so many pieces, and the bound. */
  private *kinksOf(count: number): Generator<undefined, { kinks: Kinks; lower: number }> {
    const present = this.known.get(count);
    if (present) return present;
    this.segments ??= yield* segmentations(runErrors(this.rows), this.rows.u.length, this.most);
    const at = crossings(this.rows, this.segments.runs(count));
    const lower = this.segments.errors[count]!;
    let kinks = kinksAt(this.skip, at, at.map(() => false));
    const open = (): boolean => kinks.error + this.floor - lower > CLOSED * (kinks.error + this.floor);
    if (open()) kinks = better(kinks, yield* trainKinks(this.skip, filled(this.skip, at, count - 1)));
    const before = this.known.get(count - 1);
    if (open() && before) kinks = better(kinks, yield* trainKinks(this.skip, filled(this.skip, before.kinks.at, count - 1)));
    if (open()) kinks = better(kinks, yield* settled(this.skip, kinks, count <= SETTLED ? 4 : 1));
    const result = { kinks, lower };
    this.known.set(count, result);
    return result;
  }

  private functionOf(kinks: Kinks): PiecewiseLinear {
    const { u } = this.rows;
    const [low, high] = [u[0]!, u[u.length - 1]!];
    const inner = [...new Set(kinks.at)].filter((t) => low < t && t < high).sort((a, b) => a - b);
    const { coefficients } = project(this.skip, inner, inner.map(() => false));
    const t = [low, ...inner, high];
    const values = t.map((x) => inner.reduce((sum, kink, k) => sum + coefficients[k + 2]! * Math.max(x - kink, 0), coefficients[0]! + coefficients[1]! * x));
    const slope = (i: number): number => (values[i + 1]! - values[i]!) / (t[i + 1]! - t[i]!);
    return { breakpoints: t, values, leftSlope: slope(0), rightSlope: slope(t.length - 2) };
  }

  *units(count: number): Generator<undefined, { found: Found; lower: number }> {
    const { kinks: bound, lower } = yield* this.kinksOf(count + 1);
    const goal = bound.error;
    let best = yield* this.bestPattern(bound, count, goal * (1 + GOOD));
    if (best.error > goal * (1 + GOOD)) best = better(best, yield* this.closedForm(count));
    if (best.error > goal * (1 + NEAR)) {
      best = better(best, yield* settled(this.plain, best, count <= SETTLED ? 4 : 1));
      if (count <= ALL_PATTERNS) best = yield* this.allPatterns(bound, count, best);
    }
    const { coefficients } = project(this.plain, best.at, best.left);
    const found = {
      kinks: best.at,
      facing: best.left.map((left) => (left ? -1 : 1)),
      coefficients: [...coefficients.subarray(1)],
      constant: coefficients[0]!,
    };
    return { found, lower };
  }

  /** The best function of N pieces is always a network of N units: one unit, on everywhere, is its slope. */
  private *closedForm(count: number): Generator<undefined, Kinks> {
    const { kinks } = yield* this.kinksOf(count);
    const at = [...new Array<number>(count - kinks.at.length).fill(this.rows.u[0]!), ...kinks.at];
    const start = kinksAt(this.plain, at, at.map(() => false));
    return better(start, yield* trainKinks(this.plain, start));
  }

  private *bestPattern(bound: Kinks, count: number, goal: number): Generator<undefined, Kinks> {
    const at = spread(bound.at, count, this.rows);
    const { coefficients } = project(this.skip, at, at.map(() => false));
    const tried: Kinks[] = [];
    for (const left of rankedPatterns(coefficients[1]!, [...coefficients.subarray(2)], Math.max(4, Math.min(16, Math.floor(WORK / count))))) {
      yield;
      let trial = yield* trainKinks(this.plain, kinksAt(this.plain, at, left), 6);
      if (trial.error <= goal * (1 + NEAR)) trial = yield* trainKinks(this.plain, trial);
      tried.push(trial);
      if (trial.error <= goal) return trial;
      if (tried.length >= ENOUGH && tried.some((each) => each.error <= goal * (1 + NEAR))) break;
    }
    tried.sort((a, b) => a.error - b.error);
    let best = tried[0]!;
    for (const kinks of tried.slice(0, FINISHED)) best = better(best, yield* trainKinks(this.plain, kinks));
    return best;
  }

  private *allPatterns(bound: Kinks, count: number, start: Kinks): Generator<undefined, Kinks> {
    const tried: Kinks[] = [];
    for (const at of [spread(bound.at, count, this.rows), spread([], count, this.rows)]) {
      for (let code = 0; code < 2 ** count; code += 1) {
        const left = at.map((_, k) => ((code >> k) & 1) === 1);
        tried.push(yield* trainKinks(this.plain, kinksAt(this.plain, at, left), 12));
      }
    }
    tried.sort((a, b) => a.error - b.error);
    let best = start;
    for (const kinks of tried.slice(0, 4)) best = better(best, yield* settled(this.plain, kinks, 2));
    return best;
  }
}

/** Gives `count` kinks: those given, and where there are too few, more spread over the rows. */
function spread(given: readonly number[], count: number, { u }: Rows): number[] {
  const spare = count - given.length;
  const more = Array.from({ length: Math.max(spare, 0) }, (_, k) => u[Math.floor(((k + 0.5) / spare) * u.length)]!);
  return [...given, ...more].sort((a, b) => a - b).slice(0, count);
}
