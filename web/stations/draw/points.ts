/** The points that a state asks to be fitted, or the sentence that says why there are none. */

import { example } from "../../engine/index.ts";
import { parseFormula } from "./formula.ts";
import { BOARD, type State } from "./state.ts";

export const FORMULA_POINTS = 200;

export type Points = { ok: true; x: readonly number[]; y: readonly number[] } | { ok: false; sentence: string };

/** Gives the points of a state; the same state gives the same object. */
export function pointsOf(state: State): Points {
  const known = memo.get(state.target);
  if (known) return known;
  const points = checked(computed(state));
  memo.set(state.target, points);
  return points;
}

export interface Rows {
  x: readonly number[];
  y: readonly number[];
}

const wholes = new WeakMap<readonly number[], Rows>();

/** Keeps all rows of a file beside the points that are shown of it, as long as those are there. */
export function keepWhole(shown: Rows, whole: Rows): void {
  wholes.set(shown.x, whole);
}

/** Gives all rows that stand behind the points of the page: what Python can take. */
export function wholeOf(shown: Rows): Rows {
  return wholes.get(shown.x) ?? shown;
}

const memo = new WeakMap<State["target"], Points>();

function computed({ target }: State): Points {
  switch (target.kind) {
    case "sine": return { ok: true, ...example("sine") };
    case "table": return { ok: true, x: target.x, y: target.y };
    case "doodle": return { ok: false, sentence: "A doodle is no function of x." };
    case "formula": return sampled(target.formula, target.from, target.to);
    default: {
      const kept = target.y.flatMap((y, i) => (y === null ? [] : [[BOARD.at(i), y] as const]));
      if (kept.length === 0) return { ok: false, sentence: "The board is empty: draw a curve on it with mouse, pen or finger." };
      return { ok: true, x: kept.map(([x]) => x), y: kept.map(([, y]) => y) };
    }
  }
}

function sampled(formula: string, from: number, to: number): Points {
  const parsed = parseFormula(formula);
  if (!parsed.ok) return parsed;
  const x = Array.from({ length: FORMULA_POINTS }, (_, i) => from + ((to - from) * i) / (FORMULA_POINTS - 1));
  const y = x.map(parsed.f);
  const bad = y.findIndex((each) => !Number.isFinite(each));
  if (bad >= 0) return { ok: false, sentence: `The formula has no finite value at x = ${Number(x[bad]!.toPrecision(4))}: change it, or the range of x.` };
  if (y.some((each) => Math.abs(each) > 1e9)) return { ok: false, sentence: "The formula grows past 1e9 on this range of x: choose a smaller one." };
  return { ok: true, x, y };
}

function checked(points: Points): Points {
  if (!points.ok) return points;
  const distinct = new Set(points.x).size;
  if (distinct === 1) {
    return { ok: false, sentence: `All points have x = ${points.x[0]}: a function of x needs at least two different x.` };
  }
  return points;
}

/** How many units bring the error of these points to nothing but what points of equal x disagree about. */
export function enough(x: readonly number[]): number {
  return Math.max(1, new Set(x).size - 1);
}
