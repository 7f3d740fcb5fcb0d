/** How well a space tells the classes of its points apart: the two shares of Python's `separation`, each row judged by the others. */

import { type Components, principalComponents } from "../../engine/index.ts";

export interface Separation {
  /** The share of rows nearer to the mean of their own class (without them) than to any other mean. */
  readonly means: number;
  /** The share that a least-squares map from the space to the classes, found without them, puts into their class. */
  readonly linear: number;
}

type Rows = readonly (readonly number[])[];

const RIDGE = 1e-6; // of the largest squared singular value
const NOTHING = 1e-14; // of it: a direction in which the rows do not lie at all

/** Gives both shares; `components` of the rows where they are known already. */
export function separationOf(rows: Rows, labels: readonly number[], components: Components = principalComponents(rows)): Separation {
  const classes = Math.max(...labels) + 1;
  return { means: byMeans(rows, labels, classes), linear: byMap(rows, labels, classes, components) };
}

function byMeans(rows: Rows, labels: readonly number[], classes: number): number {
  const counts = Array.from({ length: classes }, (_, k) => labels.filter((label) => label === k).length);
  const means = counts.map((count, k) => rows[0]!.map((_, j) => rows.reduce((sum, row, i) => sum + (labels[i] === k ? row[j]! : 0), 0) / count));
  const right = rows.filter((row, i) => {
    const squares = means.map((mean) => mean.reduce((sum, each, j) => sum + (row[j]! - each) ** 2, 0));
    const own = labels[i]!;
    const size = counts[own]!;
    const alone = squares[own]! * (size / (size - 1)) ** 2; // from the mean of the others of its class
    return size > 1 && squares.every((each, k) => k === own || alone < each);
  });
  return right.length / rows.length;
}

/** Leaving out a row changes its residual from e to e / (1 - h), h its entry on the diagonal of the hat matrix. */
function byMap(rows: Rows, labels: readonly number[], classes: number, { mean, directions, variances }: Components): number {
  const n = rows.length;
  const largest = Math.max(...variances);
  const along = directions.flatMap((direction, k) => (variances[k]! > NOTHING * largest ? [{ direction, square: n * variances[k]! }] : []));
  // The rows in an orthonormal basis of their span, and how much of each direction the ridge leaves.
  const basis = rows.map((row) => along.map(({ direction, square }) => direction.reduce((sum, each, j) => sum + each * (row[j]! - mean[j]!), 0) / Math.sqrt(square)));
  const left = along.map(({ square }) => square / (square + RIDGE * n * largest));
  const shares = Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length / n);
  const maps = shares.map((share, c) => along.map((_, k) => basis.reduce((sum, row, i) => sum + row[k]! * (Number(labels[i] === c) - share), 0)));
  const right = basis.filter((row, i) => {
    const h = 1 / n + row.reduce((sum, each, k) => sum + each * each * left[k]!, 0);
    const judged = shares.map((share, c) => {
      const wanted = Number(labels[i] === c);
      const fitted = share + row.reduce((sum, each, k) => sum + each * left[k]! * maps[c]![k]!, 0);
      return wanted - (wanted - fitted) / Math.max(1 - h, 1e-12);
    });
    const own = labels[i]!;
    return judged.every((each, c) => c === own || judged[own]! > each);
  });
  return right.length / n;
}
