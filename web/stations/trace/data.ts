/** The points of the plane that Trace shows beside the one in hand. */

import { spiral } from "../../engine/index.ts";

export interface Cloud {
  readonly points: readonly (readonly [number, number])[];
  readonly labels: readonly number[];
}

export type DataName = "none" | "spiral" | "blobs";

const CENTRES: readonly (readonly [number, number])[] = [[-0.55, -0.35], [0.55, -0.4], [0, 0.6]];
const EACH = 60;

/** Three round clouds in sunflower order; tools/train_trace_networks.py has the same formula. */
function blobs(): Cloud {
  const points = CENTRES.flatMap(([x, y]) => Array.from({ length: EACH }, (_, i): [number, number] => {
    const radius = 0.16 * Math.sqrt(-2 * Math.log(1 - (i + 0.5) / EACH));
    const angle = 2.399963229728653 * i;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  }));
  return { points, labels: points.map((_, i) => Math.floor(i / EACH)) };
}

const CLOUDS: Readonly<Record<DataName, Cloud>> = { none: { points: [], labels: [] }, spiral: spiral(), blobs: blobs() };

export function cloud(name: DataName): Cloud {
  return CLOUDS[name];
}

/** Gives the row nearest to a point, -1 where there is none. */
export function nearest({ points }: Cloud, [x, y]: readonly number[]): number {
  let [best, least] = [-1, Infinity];
  points.forEach(([a, b], i) => {
    const far = (a - x!) ** 2 + (b - y!) ** 2;
    if (far < least) [best, least] = [i, far];
  });
  return best;
}
