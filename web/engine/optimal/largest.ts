/** Largest error: the best continuous pieces by the tube and bisection, the best units by linear programs. */

import { evaluate, kinks as kinksOf, type PiecewiseLinear, slopeChanges, slopes } from "../pwl.ts";
import type { Found, Search } from "./best.ts";
import { improved, largest, type Points, pointsOf, refinedSum, type Sum } from "./chebyshev.ts";
import type { Rows } from "./rows.ts";
import { rankedPatterns } from "./signs.ts";
import { knots, reaches } from "./tube.ts";

const BRACKET = 1e-13;
const NOISE = 1e-15; // rounding of the tube, in units of half the data's spread
const CLOSE = 1e-6; // a network this close to the bound is as good as the bound
const PATTERNS = 6;
const REFINED = 2;
const STEPS = 10;

interface Bound {
  readonly function: PiecewiseLinear;
  readonly lower: number;
}

export class LargestSearch implements Search {
  private readonly points: Points;
  private readonly known = new Map<number, Bound>();

  constructor(readonly rows: Rows) {
    this.points = pointsOf(rows);
  }

  *pieces(count: number): Generator<undefined, Bound> {
    const present = this.known.get(count);
    if (present) return present;
    const { u, low, high } = this.rows;
    const floor = low.reduce((most, each, i) => Math.max(most, (high[i]! - each) / 2), 0);
    let [below, above] = [floor, 1];
    for (const [pieces, bound] of this.known) if (pieces > count) below = Math.max(below, bound.lower);
    yield;
    while (above - below > BRACKET * above + NOISE) {
      const middle = (below + above) / 2;
      if (reaches(u, lowered(high, middle), lowered(low, -middle), count)) above = middle;
      else below = middle;
    }
    const [bottom, top] = [lowered(high, above), lowered(low, -above)];
    const found = knots(reaches(u, bottom, top, count) ?? reaches(u, lowered(high, 1), lowered(low, -1))!, u, bottom, top);
    const bound = { function: rising(found.x, found.y, found.left, found.right), lower: below };
    this.known.set(count, bound);
    return bound;
  }

  *units(count: number): Generator<undefined, { found: Found; lower: number }> {
    const bound = yield* this.pieces(count + 1);
    const fallback = yield* this.pieces(count);
    const { lower } = bound;
    let best = closedForm(kinksOf(bound.function).length < count ? bound.function : fallback.function, count, this.rows);
    let error = largest(best, this.points);
    const target = lower * (1 + CLOSE) + 8 * Number.EPSILON;
    const starts: { sum: Sum; error: number }[] = [];
    const keep = (sum: Sum): void => {
      const reached = largest(sum, this.points);
      starts.push({ sum, error: reached });
      if (reached < error) [best, error] = [sum, reached];
    };
    for (const start of this.patterns(bound.function, count)) {
      if (error <= target) break;
      yield;
      keep((yield* improved(start, this.points, 0)).sum);
    }
    starts.push({ sum: best, error });
    starts.sort((a, b) => a.error - b.error);
    for (const { sum } of starts.slice(0, count <= 4 ? starts.length : REFINED)) {
      if (error <= target) break;
      keep(yield* refinedSum(sum, this.points, target, count <= 4 ? 3 * STEPS : STEPS));
    }
    return { found: best, lower };
  }

  /** Gives sums with the kinks of a function and the facings that suit it best; for few units all facings. */
  private *patterns(f: PiecewiseLinear, count: number): Generator<Sum> {
    const all = slopeChanges(f);
    const at = f.breakpoints.filter((_, k) => all[k] !== 0);
    if (at.length !== count) return;
    const changes = all.filter((change) => change !== 0);
    const most = count <= 4 ? 2 ** count : PATTERNS;
    for (const left of rankedPatterns(f.leftSlope, changes, most)) {
      yield { facing: left.map((each) => (each ? -1 : 1)), kinks: at, coefficients: changes, constant: evaluate(f, at[0]!) };
    }
    if (count > 3) return;
    const { u } = this.rows; // for very few units the balanced network can lie far from the bound's function
    const places = at.map((_, k) => u[Math.floor(((k + 1) / (count + 1)) * u.length)]!);
    for (let code = 0; code < 2 ** count; code += 1) {
      const facing = at.map((_, k) => (((code >> k) & 1) === 1 ? -1 : 1));
      yield { facing, kinks: places, coefficients: at.map(() => 0), constant: 0 };
    }
  }
}

function lowered(values: Float64Array, by: number): Float64Array {
  return values.map((each) => each - by);
}

function rising(x: readonly number[], y: readonly number[], leftSlope: number, rightSlope: number): PiecewiseLinear {
  const kept = x.flatMap((t, i) => (i === 0 || t > x[i - 1]! ? [i] : []));
  return { breakpoints: kept.map((i) => x[i]!), values: kept.map((i) => y[i]!), leftSlope, rightSlope };
}

/** Writes a function with fewer kinks than units: one hinge at the data's left end carries the first slope. */
function closedForm(f: PiecewiseLinear, count: number, { u }: Rows): Sum {
  const start = u[0]!;
  const changes = slopeChanges(f);
  const inside = f.breakpoints.flatMap((t, k) => (t > start && changes[k] !== 0 ? [k] : []));
  const slope = slopes(f)[f.breakpoints.filter((t) => t <= start).length]!;
  const spare = Math.max(0, count - 1 - inside.length);
  return {
    facing: new Array<number>(count).fill(1),
    kinks: [start, ...inside.map((k) => f.breakpoints[k]!), ...new Array<number>(spare).fill(start)].slice(0, count),
    coefficients: [slope, ...inside.map((k) => changes[k]!), ...new Array<number>(spare).fill(0)].slice(0, count),
    constant: evaluate(f, start),
  };
}
