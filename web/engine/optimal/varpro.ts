/**
 * Variable projection: kinks are moved while least squares keeps everything else best (Golub and Pereyra 1973, with
 * the Jacobian of Kaufman 1975), as in the Python library.
 */

import type { Rows } from "./rows.ts";

const RANK = 1e-11; // a column this close to the span of the others adds rounding, not fit

const STALLED = 1e-7; // relative gain of a step that counts as none; three in a row end a search

const MANY = 12; // kinks beyond which a search ends after fewer steps

/** With `skip` the model has a free slope besides its hinges; without it is a plain ReLU network. */
export interface Problem {
  readonly u: Float64Array;
  readonly target: Float64Array;
  readonly root: Float64Array;
  readonly skip: boolean;
}

export interface Kinks {
  readonly at: readonly number[];
  readonly left: readonly boolean[];
  /** The sum of squares (scaled) of the best coefficients. */
  readonly error: number;
}

/** The best coefficients for kinks: constant, with `skip` the slope, then one a hinge. */
export interface Projection {
  readonly basis: readonly Float64Array[];
  readonly residual: Float64Array;
  readonly coefficients: Float64Array;
  readonly error: number;
}

export function problemOf(rows: Rows, skip: boolean): Problem {
  const root = rows.w.map(Math.sqrt);
  return { u: rows.u, root, target: rows.v.map((v, i) => v * root[i]!), skip };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(a: Float64Array, factor: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i += 1) a[i]! -= factor * b[i]!;
}

/** Gives the least-squares coefficients, by orthogonalising the columns one after the other, twice. */
export function project(problem: Problem, at: readonly number[], left: readonly boolean[]): Projection {
  const { u, root, target, skip } = problem;
  const count = (skip ? 2 : 1) + at.length;
  const basis: Float64Array[] = [];
  const kept: number[] = [];
  const upper: Float64Array[] = [];
  for (let j = 0; j < count; j += 1) {
    const column = new Float64Array(u.length);
    const k = j - (count - at.length);
    for (let i = 0; i < u.length; i += 1) {
      const raw = j === 0 ? 1 : k < 0 ? u[i]! : left[k] ? at[k]! - u[i]! : u[i]! - at[k]!;
      column[i] = (k >= 0 && raw < 0 ? 0 : raw) * root[i]!;
    }
    const size = Math.sqrt(dot(column, column));
    const above = new Float64Array(basis.length + 1);
    let rest = size;
    for (let pass = 0; pass < 2; pass += 1) {
      const had = rest;
      for (let b = 0; b < basis.length; b += 1) {
        const part = dot(basis[b]!, column);
        above[b]! += part;
        subtract(column, part, basis[b]!);
      }
      rest = Math.sqrt(dot(column, column));
      if (rest > 0.5 * had) break; // little was taken away, so that little rounding is left
    }
    if (!(rest > RANK * size)) continue;
    above[basis.length] = rest;
    for (let i = 0; i < column.length; i += 1) column[i]! /= rest;
    basis.push(column);
    kept.push(j);
    upper.push(above);
  }
  const residual = Float64Array.from(target);
  const seen = basis.map((column) => {
    const part = dot(column, residual);
    subtract(residual, part, column);
    return part;
  });
  const coefficients = new Float64Array(count);
  for (let b = basis.length - 1; b >= 0; b -= 1) {
    let value = seen[b]!;
    for (let c = b + 1; c < basis.length; c += 1) value -= upper[c]![b]! * coefficients[kept[c]!]!;
    coefficients[kept[b]!] = value / upper[b]![b]!;
  }
  return { basis, residual, coefficients, error: dot(residual, residual) };
}

export function kinksAt(problem: Problem, at: readonly number[], left: readonly boolean[]): Kinks {
  return { at, left, error: project(problem, at, left).error };
}

/**
 * Moves the kinks, facings fixed, to a local optimum (Levenberg and Marquardt): never worse, approximate. Of several
 * problems on the same rows, which then share their kinks, the errors are summed.
 */
export function* trainKinks(problem: Problem | readonly Problem[], start: Kinks, most = start.at.length > MANY ? 20 : 60): Generator<undefined, Kinks> {
  const problems = "u" in problem ? [problem] : problem;
  const { u } = problems[0]!;
  const low = u[0]!, high = u[u.length - 1]!;
  let at = start.at.map((each) => Math.min(Math.max(each, low), high));
  const { left } = start;
  let best = problems.map((each) => project(each, at, left));
  let error = total(best);
  let damping = 1e-3;
  let stalled = 0;
  for (let step = 0; step < most && stalled < 3 && at.length > 0; step += 1) {
    yield;
    const { normal, gradient } = normalEquations(problems, at, left, best);
    const trace = gradient.reduce((sum, _, k) => sum + normal[k]![k]!, 0);
    let moved = false;
    for (let trial = 0; trial < 6 && !moved; trial += 1) {
      const change = solved(normal, gradient, damping, 1e-12 * trace + 1e-300);
      const next = at.map((each, k) => Math.min(Math.max(each - change[k]!, low), high));
      const found = problems.map((each) => project(each, next, left));
      const reached = total(found);
      if (reached < error) {
        stalled = error - reached <= STALLED * error ? stalled + 1 : 0;
        [at, best, error, moved] = [next, found, reached, true];
        damping = Math.max(damping / 6, 1e-10);
      } else {
        damping *= 8;
      }
    }
    if (!moved) break;
  }
  return { at, left, error };
}

function total(found: readonly Projection[]): number {
  return found.reduce((sum, each) => sum + each.error, 0);
}

function normalEquations(problems: readonly Problem[], at: readonly number[], left: readonly boolean[], best: readonly Projection[]): { normal: Float64Array[]; gradient: Float64Array } {
  const normal = at.map(() => new Float64Array(at.length));
  const gradient = new Float64Array(at.length);
  problems.forEach(({ u, root }, o) => {
    const { basis, coefficients, residual } = best[o]!;
    const columns = at.map((kink, k) => {
      const coefficient = coefficients[coefficients.length - at.length + k]! * (left[k] ? -1 : 1);
      const column = Float64Array.from(u, (each, i) => ((left[k] ? kink > each : each > kink) ? coefficient * root[i]! : 0));
      for (const vector of basis) subtract(column, dot(vector, column), vector);
      return column;
    });
    columns.forEach((one, k) => {
      columns.forEach((two, l) => (normal[k]![l]! += dot(one, two)));
      gradient[k]! += dot(one, residual);
    });
  });
  return { normal, gradient };
}

/** Solves (normal + damping * its diagonal) x = right by Cholesky's method. */
function solved(normal: readonly Float64Array[], right: Float64Array, damping: number, least: number): Float64Array {
  const n = right.length;
  const factor = normal.map((row, i) => Float64Array.from(row, (each, j) => (i === j ? each + damping * (each + least) : each)));
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i += 1) {
    const row = factor[i]!;
    for (let j = 0; j <= i; j += 1) {
      let sum = row[j]!;
      for (let k = 0; k < j; k += 1) sum -= row[k]! * factor[j]![k]!;
      row[j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / factor[j]![j]!;
    }
  }
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) x[i]! -= factor[i]![k]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}
