/** What Match says about a state: how far each segment is off, which one to work on, and a sentence. */

import { collapsed, distance, evaluate, layerValues, toFunction, valueAt, type PiecewiseLinear } from "../../engine/index.ts";
import { formatNumber, type Tone } from "../../kit/index.ts";
import { once } from "../once.ts";
import { hingeAt, networkOf, targetOf, unitsOf, type Kind, type State } from "./state.ts";
import { DOMAIN, targetFunction, type Unit } from "./target.ts";

const EXACT = 1e-9; // rounding of sums of tenths stays far below
const SAMPLES = 200; // of a smooth curve

export interface Report {
  /** Largest error on each segment. */
  errors: readonly { value: number; at: number }[];
  matched: boolean;
  /** The segment to work on: the first that is not matched. */
  current: number | undefined;
  sentence: string;
  tone: Tone;
}

const curvesOf = once((state: State) => {
  const known = new Map<Kind, PiecewiseLinear>();
  return (kind: Kind): PiecewiseLinear => {
    const curve = known.get(kind) ?? computedCurve(state, kind);
    known.set(kind, curve);
    return curve;
  };
});

/** Gives the network's curve on the line with these units: exact, or sampled where it is smooth. */
export function curveOf(state: State, kind: Kind = state.activation): PiecewiseLinear {
  return curvesOf(state)(kind);
}

function computedCurve(state: State, kind: Kind): PiecewiseLinear {
  const network = networkOf(state, kind);
  if (kind !== "sigmoid") return toFunction(network);
  const x = Array.from({ length: SAMPLES + 1 }, (_, i) => DOMAIN[0] + (i * (DOMAIN[1] - DOMAIN[0])) / SAMPLES);
  return { breakpoints: x, values: x.map((each) => valueAt(network, each)), leftSlope: 0, rightSlope: 0 };
}

export const report = once((state: State): Report => {
  const target = targetOf(state);
  const [curve, goal] = [curveOf(state), targetFunction(target)];
  const errors = [0, 1, 2].map((i) => distance(curve, goal, [target.x[i]!, target.x[i + 1]!]));
  const first = errors.findIndex((error) => error.value > EXACT);
  const matched = first < 0;
  return { errors, matched, current: matched ? undefined : first, ...said(state, errors, first) };
});

function said(state: State, errors: Report["errors"], current: number): Pick<Report, "sentence" | "tone"> {
  if (state.activation === "linear") return { sentence: collapse(state), tone: "warning" };
  if (state.activation === "sigmoid") {
    return { sentence: "Sigmoid units bend everywhere a little and nowhere sharply: their sum has no straight segment.", tone: "warning" };
  }
  if (current < 0) return { sentence: "Exact match: the sum of the three units is the target, everywhere from 0 to 3.", tone: "good" };
  const trouble = troubles(state);
  if (trouble) return { sentence: trouble, tone: "warning" };
  const { value, at } = errors[current]!;
  const done = current === 0 ? "" : `${current === 1 ? "Segment 1 is" : "Segments 1 and 2 are"} matched. `;
  return { sentence: `${done}Segment ${current + 1} is off by at most ${short(value)}, at x = ${short(at)}.`, tone: "plain" };
}

function collapse(state: State): string {
  const { slope, intercept } = collapsed(networkOf(state, "linear"));
  const sign = intercept < 0 ? "−" : "+";
  return `Linear units never switch off: three lines add up to one line, ${short(slope)} x ${sign} ${short(Math.abs(intercept))}. No slider can bend it.`;
}

/** What keeps a unit from doing its work, if anything. */
function troubles(state: State): string {
  const off = [1, 2].filter((i) => isOff(unitsOf(state)[i]!));
  if (off.length === 2) return "Units 1 and 2 are off everywhere from 0 to 3, so the curve is unit 0 alone. Raise a weight or a bias to wake one up.";
  const flat = [1, 2].find((i) => unitsOf(state)[i]!.w === 0 && unitsOf(state)[i]!.b !== 0);
  if (flat !== undefined) {
    const { b } = unitsOf(state)[flat]!;
    return b > 0
      ? `With w${flat} = 0 unit ${flat} is ${short(b)} everywhere: it lifts the whole curve and has no hinge.`
      : `With w${flat} = 0 and a negative bias unit ${flat} is off everywhere: it has no hinge to drag.`;
  }
  return "";
}

function isOff(unit: Unit): boolean {
  return DOMAIN.every((x) => unit.w * x + unit.b <= 0);
}

/** Gives the stretch of [0, 3] where a unit is off, if there is one. */
export function offStretch(unit: Unit): readonly [number, number] | undefined {
  const [a, b] = DOMAIN;
  if (isOff(unit)) return [a, b];
  const kink = hingeAt(unit);
  if (!(kink > a && kink < b)) return undefined;
  return unit.w > 0 ? [a, kink] : [kink, b];
}

/** Writes a number in at most three decimals. */
export function short(value: number): string {
  const rounded = Math.round(value * 1000) / 1000;
  return rounded === 0 && value !== 0 ? "less than 0.001" : formatNumber(rounded);
}

/** Gives what there is to add up at x: z and a of each unit, their sum, and the target. */
export function sumAt(state: State, x: number): { z: number[]; a: number[]; sum: number; target: number } {
  const [hidden, output] = layerValues(networkOf(state), [x]);
  return { z: hidden!.z, a: hidden!.a, sum: output!.a[0]!, target: evaluate(targetFunction(targetOf(state)), x) };
}
