/** Principal components: the directions along which a set of vectors spreads most. */

export interface Components {
  /** The mean of the vectors. */
  mean: number[];
  /** Orthonormal directions, the widest spread first; each one's largest entry is positive. */
  directions: number[][];
  /** The variance along each. */
  variances: number[];
}

const SWEEPS = 30;

/** Gives the principal components of rows of equal length, by Jacobi's rotations of their covariance. */
export function principalComponents(rows: readonly (readonly number[])[]): Components {
  const size = rows[0]?.length ?? 0;
  const mean = Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[j]!, 0) / rows.length);
  const matrix = mean.map((_, i) => mean.map((_unused, j) =>
    rows.reduce((sum, row) => sum + (row[i]! - mean[i]!) * (row[j]! - mean[j]!), 0) / rows.length));
  const vectors = mean.map((_, i) => mean.map((_unused, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let turned = false;
    for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) turned = rotated(matrix, vectors, p, q) || turned;
    if (!turned) break;
  }
  const order = mean.map((_, k) => k).sort((a, b) => matrix[b]![b]! - matrix[a]![a]!);
  return {
    mean,
    directions: order.map((k) => upright(vectors.map((row) => row[k]!))),
    variances: order.map((k) => Math.max(0, matrix[k]![k]!)),
  };
}

/** Gives the place of a vector along the first `count` directions. */
export function projected(components: Components, values: readonly number[], count: number): number[] {
  return components.directions.slice(0, count).map((direction) =>
    direction.reduce((sum, each, j) => sum + each * (values[j]! - components.mean[j]!), 0));
}

/** Turns the plane of entries p and q so that the matrix is 0 there; says whether there was anything to turn. */
function rotated(matrix: number[][], vectors: number[][], p: number, q: number): boolean {
  const off = matrix[p]![q]!;
  const [a, b] = [matrix[p]![p]!, matrix[q]![q]!];
  if (Math.abs(off) <= 1e-15 * Math.sqrt(Math.abs(a * b)) || off === 0) return false;
  const theta = (b - a) / (2 * off);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (const row of [...matrix, ...vectors]) {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  const [first, second] = [matrix[p]!, matrix[q]!];
  for (let j = 0; j < first.length; j += 1) {
    const [x, y] = [first[j]!, second[j]!];
    first[j] = c * x - s * y;
    second[j] = s * x + c * y;
  }
  return true;
}

function upright(direction: number[]): number[] {
  const largest = direction.reduce((best, each) => (Math.abs(each) > Math.abs(best) ? each : best), 0);
  return largest < 0 ? direction.map((each) => -each) : direction;
}
