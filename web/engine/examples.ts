/** The library's named examples, row for row: the same numbers as Python's `example(name)`. */

import { EngineError } from "./errors.ts";
import { NILE, SINE_X, SPIRAL_SCATTER } from "./examples-data.ts";

export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const CURVES: Record<string, () => Curve> = {
  sine: () => ({ x: SINE_X, y: SINE_X.map(Math.sin) }),
  "relu-lab": () => ({ x: [0, 1, 2, 3], y: [2, 0, 1, 4] }),
  nile: () => ({ x: NILE.map((_, i) => 1871 + i), y: NILE }),
};

/** The names of the examples with one input and one output. */
export const CURVE_NAMES: readonly string[] = Object.keys(CURVES);

/** Gives the rows of `sine` (150), `relu-lab` (4) or `nile` (100 years). */
export function example(name: string): Curve {
  const make = CURVES[name];
  if (!make) throw new EngineError(`there is no example “${name}”: there are ${CURVE_NAMES.join(", ")}`);
  return make();
}

/** Gives the 300 points of three spiral arms and the arm of each. */
export function spiral(): { points: [number, number][]; labels: number[] } {
  const points = SPIRAL_SCATTER.map((scatter, i): [number, number] => {
    const arm = Math.floor(i / 100);
    const share = (i % 100) / 99;
    const angle = 2.5 * (4 * arm + 4 * share + 0.2 * scatter);
    return [share * Math.sin(angle), share * Math.cos(angle)];
  });
  return { points, labels: points.map((_, i) => Math.floor(i / 100)) };
}
