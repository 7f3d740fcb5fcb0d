/** A doodle: a curve in the plane as the pen goes, t -> (x, y), and the hinges that trace it with shared breakpoints. */

import { atOnce, type Shared, sharedCurve } from "../../engine/index.ts";

export interface Doodle {
  kind: "doodle";
  /** Places along the way, evenly spaced, in the order of the pen. */
  x: readonly number[];
  y: readonly number[];
}

/** The plane that a doodle lies in, and how many places of its way are kept. */
export const PLANE = { x: [-5, 5] as const, y: [-3, 3] as const };
export const PLACES = 121;
export const MOST_PIECES = 20;

const circle = Array.from({ length: 241 }, (_, i) => (2 * Math.PI * i) / 240);

/** Doodles to begin with, for those who have no pen at hand. */
export const SHAPES: Readonly<Record<string, () => Doodle>> = {
  heart: () => traced(circle.map((a) => [2.6 * Math.sin(a) ** 3, 0.3 + 0.165 * (13 * Math.cos(a) - 5 * Math.cos(2 * a) - 2 * Math.cos(3 * a) - Math.cos(4 * a))] as const))!,
  eight: () => traced(circle.map((a) => [4 * Math.sin(a), 2 * Math.sin(2 * a)] as const))!,
  spiral: () => traced(circle.map((a) => [0.42 * a * Math.cos(2 * a), 0.42 * a * Math.sin(2 * a)] as const))!,
};

/** Gives the doodle of a stroke: as many places as are kept, evenly spaced along its way; undefined where it is a point. */
export function traced(points: readonly (readonly [number, number])[]): Doodle | undefined {
  const lengths = [0];
  for (let i = 1; i < points.length; i += 1) {
    const [a, b] = [points[i - 1]!, points[i]!];
    lengths.push(lengths[i - 1]! + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  const whole = lengths[lengths.length - 1]!;
  if (!(whole > 1e-3)) return undefined;
  const [x, y]: [number[], number[]] = [[], []];
  let i = 1;
  for (let k = 0; k < PLACES; k += 1) {
    const at = (whole * k) / (PLACES - 1);
    while (i < points.length - 1 && lengths[i]! < at) i += 1;
    const [from, to] = [lengths[i - 1]!, lengths[i]!];
    const share = to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : 0;
    const [a, b] = [points[i - 1]!, points[i]!];
    x.push(inside(a[0] + share * (b[0] - a[0]), PLANE.x));
    y.push(inside(a[1] + share * (b[1] - a[1]), PLANE.y));
  }
  return { kind: "doodle", x, y };
}

function inside(value: number, [low, high]: readonly [number, number]): number {
  return Math.round(1000 * Math.min(high, Math.max(low, value))) / 1000 + 0;
}

/** Gives how far along its way, from 0 to 1, each place of a doodle lies. */
export function wayOf({ x }: Doodle): number[] {
  return x.map((_, i) => i / (x.length - 1));
}

const kept = new WeakMap<Doodle, Shared[]>();

/** Gives what has been found so far for 1, 2, ... pieces. */
export function foundOf(doodle: Doodle): readonly Shared[] {
  return kept.get(doodle) ?? [];
}

/** Computes what is missing in steps; what it yields is new. */
export function* computeDoodle(doodle: Doodle, most = MOST_PIECES): Generator<Shared | undefined, void> {
  if (foundOf(doodle).length >= most) return;
  const found: Shared[] = [];
  for (const shared of sharedCurve(wayOf(doodle), [doodle.x, doodle.y], most)) {
    if (shared) {
      found.push(shared);
      if (found.length > foundOf(doodle).length) kept.set(doodle, [...found]);
    }
    yield shared;
  }
}

/** Gives the trace by so many pieces; computes what is missing at once. */
export function traceNow(doodle: Doodle, pieces: number): Shared {
  if (foundOf(doodle).length < pieces) atOnce(computeDoodle(doodle, pieces));
  return foundOf(doodle)[pieces - 1]!;
}
