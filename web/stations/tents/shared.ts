/** What the chapters of Tents share. */

import type { PiecewiseLinear } from "../../engine/index.ts";
import type { Series } from "../../kit/index.ts";

export function seriesOf(f: PiecewiseLinear): Series {
  return { x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope };
}

const SAMPLES = 256;

/** One period of the sine on [0, 1], finely sampled. */
export const SINE: Series = (() => {
  const x = Array.from({ length: SAMPLES + 1 }, (_, i) => i / SAMPLES);
  return { x, y: x.map((each) => Math.sin(2 * Math.PI * each)) };
})();
