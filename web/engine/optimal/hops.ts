/** Hops: take a hinge away and put it where it helps most, over the whole line at once. */

import { dot, type Kinks, kinksAt, type Problem, project, type Projection, trainKinks } from "./varpro.ts";

const DEPENDENT = 1e-9; // of a column's own square: less is left of it than rounding after projection

interface NewHinge {
  readonly at: number;
  readonly left: boolean;
  readonly gain: number;
}

/** Alternates small steps and single hops until neither gains: never worse, approximate. */
export function* settled(problem: Problem, start: Kinks, rounds = 4): Generator<undefined, Kinks> {
  let kinks = start;
  for (let round = 0; round < rounds; round += 1) {
    const before = kinks.error;
    kinks = better(kinks, yield* trainKinks(problem, kinks));
    for (let k = 0; k < kinks.at.length; k += 1) {
      yield;
      kinks = better(kinks, replaced(problem, kinks, k));
    }
    if (kinks.error >= before * (1 - 1e-7)) break;
  }
  return kinks;
}

export function better(one: Kinks, two: Kinks): Kinks {
  return two.error < one.error ? two : one;
}

/** Gives as many kinks as asked: those given, and then one best new hinge after the other. */
export function filled(problem: Problem, at: readonly number[], count: number): Kinks {
  const all = at.slice(0, count);
  const left = all.map(() => false);
  while (all.length < count) {
    const added = bestNewHinge(problem, project(problem, all, left));
    all.push(added.at);
    left.push(added.left);
  }
  return kinksAt(problem, all, left);
}

function replaced(problem: Problem, kinks: Kinks, dropped: number): Kinks {
  const at = kinks.at.filter((_, k) => k !== dropped);
  const left = kinks.left.filter((_, k) => k !== dropped);
  const fitted = project(problem, at, left);
  const hinge = bestNewHinge(problem, fitted);
  const error = fitted.error - hinge.gain;
  const result = { at: [...at, hinge.at], left: [...left, hinge.left], error };
  return error < kinks.error * (1 - 1e-9) ? kinksAt(problem, result.at, result.left) : result;
}

/** Gives the hinge that lowers the projected error most, over all kinks on and between the rows and both facings. */
function bestNewHinge(problem: Problem, fitted: Projection): NewHinge {
  const right = bestRight(problem.u, problem.root, fitted.basis, fitted.residual, !problem.skip);
  if (problem.skip) return { ...right, left: false };
  const back = (list: Float64Array): Float64Array => Float64Array.from(list).reverse();
  const mirrored = bestRight(back(problem.u).map((each) => -each), back(problem.root), fitted.basis.map(back), back(fitted.residual), true);
  return mirrored.gain > right.gain ? { at: -mirrored.at, left: true, gain: mirrored.gain } : { ...right, left: false };
}

/**
 * Between two rows a hinge is a combination of the columns u and 1 on the rows beyond; the best one is the best kink
 * if it lies between them, else the best kink is one of the two. All sums run over the rows from the last to j.
 */
function bestRight(u: Float64Array, root: Float64Array, basis: readonly Float64Array[], residual: Float64Array, edge: boolean): { at: number; gain: number } {
  const heads = new Float64Array(basis.length);
  const arms = new Float64Array(basis.length); // of u * basis
  const armsHere = new Float64Array(basis.length);
  let weight = 0, first = 0, second = 0, toOnes = 0, toAllU = 0;
  let best = { at: u[u.length - 1]!, gain: 0 };
  for (let j = u.length - 1; j >= 0; j -= 1) {
    const t = u[j]!, r = root[j]!, w = r * r;
    weight += w;
    first += w * t;
    second += w * t * t;
    toOnes += r * residual[j]!;
    toAllU += r * t * residual[j]!;
    for (let b = 0; b < basis.length; b += 1) {
      const part = r * basis[b]![j]!;
      heads[b]! += part;
      arms[b]! += t * part;
      armsHere[b] = arms[b]! - t * heads[b]!;
    }
    const rawUU = second - 2 * t * first + t * t * weight;
    const uu = rawUU - dot(armsHere, armsHere);
    const uv = first - t * weight - dot(armsHere, heads);
    const vv = weight - dot(heads, heads);
    const toU = toAllU - t * toOnes;
    if (uu > DEPENDENT * rawUU && (j > 0 || edge)) {
      const gain = (toU * toU) / uu;
      if (gain > best.gain) best = { at: t, gain };
    }
    const determinant = uu * vv - uv * uv;
    if (j === 0 || !(determinant > DEPENDENT * rawUU * weight)) continue;
    const slope = (toU * vv - toOnes * uv) / determinant;
    const jump = (toOnes * uu - toU * uv) / determinant;
    const at = t - jump / slope;
    const gain = toU * slope + toOnes * jump;
    if (at < t && at > u[j - 1]! && gain > best.gain) best = { at, gain };
  }
  return best;
}
