/** What has been computed, kept by its data, so that sliding N forth and back computes nothing twice. */

import { atOnce, type Best, errorCurve } from "../../engine/index.ts";
import type { Descent } from "./descent.ts";
import { enough, type Points } from "./points.ts";
import { type Loss, MOST_UNITS, type State, type Way } from "./state.ts";

type Good = Extract<Points, { ok: true }>;

interface Kept {
  curves: Partial<Record<Loss, Best[]>>;
  descents: Map<string, Descent>;
}

const kept = new WeakMap<readonly number[], Kept>();

function of(points: Good): Kept {
  const known = kept.get(points.y) ?? { curves: {}, descents: new Map() };
  kept.set(points.y, known);
  return known;
}

/** How many numbers of units the curve of these points has. */
export function mostUnits(points: Good): number {
  return Math.min(MOST_UNITS, enough(points.x));
}

/** Gives the best networks found so far, for 1, 2, ... units. */
export function curveOf(points: Good, loss: Loss): readonly Best[] {
  return of(points).curves[loss] ?? [];
}

/** Computes the curve in steps, from where it stands on; what it yields is new. */
export function* computeCurve(points: Good, loss: Loss): Generator<Best | undefined, void> {
  const most = mostUnits(points);
  if (curveOf(points, loss).length >= most) return;
  const curve: Best[] = [];
  for (const best of errorCurve(points, most, loss)) {
    if (best) {
      curve.push(best);
      if (curve.length > curveOf(points, loss).length) of(points).curves[loss] = [...curve];
    }
    yield best;
  }
}

/** Gives the best network of so many units; computes what is missing at once. */
export function bestNow(points: Good, loss: Loss, units: number): Best {
  const wanted = Math.min(units, mostUnits(points));
  const known = curveOf(points, loss);
  const curve = known.length >= wanted ? known : atOnce(errorCurve(points, wanted, loss)).result;
  if (curve.length > known.length) of(points).curves[loss] = [...curve];
  return curve[wanted - 1]!;
}

export function errorIn(found: { mse: number; largest: number }, loss: Loss): number {
  return loss === "mse" ? found.mse : found.largest;
}

function key(units: number, way: Way, seed: number): string {
  return `${way} ${units} ${seed}`;
}

/** Gives what gradient descent has reached, if it ran. */
export function descentOf(points: Good, state: State, way: Way, units = state.units): Descent | undefined {
  return of(points).descents.get(key(units, way, state.seed));
}

export function keepDescent(points: Good, state: State, way: Way, found: Descent): void {
  const all = of(points).descents;
  all.set(key(state.units, way, state.seed), found);
  const oldest = all.keys().next().value;
  if (all.size > 200 && oldest !== undefined) all.delete(oldest);
}
