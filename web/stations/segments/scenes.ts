/** Segments as layers of plots: the curve with what a number moves, the build-up, the fans. */

import {
  combined, type Influence, influence, type Network, parameterValue, type PiecewiseLinear, random, restricted, toFunction,
  withParameter, hingeFunction, type Interval,
} from "../../engine/index.ts";
import { type Colour, type Layer, type Series, unitColour } from "../../kit/index.ts";
import { INTERVAL, type Name, parameterOf, type Unit } from "./state.ts";
import { ray, scaled } from "./words.ts";

/** What the plots show of x. */
export const WIDE: Interval = [-1.16, 1.16];
const ROOMS = [2, 3, 5, 8, 12, 20, 30, 50];
const FAN = 24;

export function seriesOf(f: PiecewiseLinear): Series {
  return { x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope };
}

/** Gives a view of y that holds the functions on the interval; it changes in steps, so that a drag does not zoom. */
export function roomFor(functions: readonly PiecewiseLinear[], least = 2): number {
  const most = Math.max(least, ...functions.flatMap((f) => restricted(f, INTERVAL).values.map(Math.abs)));
  const known = ROOMS.find((room) => most <= room * 1.0001);
  if (known) return known;
  const power = 10 ** Math.floor(Math.log10(most));
  return power * Math.ceil(most / power);
}

export function viewOf(room: number): Interval {
  return [-1.12 * room, 1.12 * room];
}

/** The colour of a number's unit; the output bias has the function's. */
export function colourOf(name: Name): Colour {
  return name === "b0" ? "fit" : unitColour(Number(name.slice(1)) - 1);
}

export function curveLayers(f: PiecewiseLinear, moved: Influence | undefined): Layer[] {
  const outside: Layer = { kind: "curve", id: "outside", ...seriesOf(f), look: "ghost" };
  const line: Layer = { kind: "curve", id: "curve", ...seriesOf(f), only: INTERVAL, addable: true };
  if (!moved) return [outside, line];
  const glow = moved.stretches.map((only, i): Layer => ({ kind: "curve", id: `glow${i}`, ...seriesOf(f), look: "glow", only }));
  const after = moved.stretches.map((only, i): Layer => ({
    kind: "curve", id: `after${i}`, ...seriesOf(moved.after), look: "dash", colour: "muted", only,
  }));
  return [outside, ...glow, ...after, line];
}

// ------------------------------------------------------------------------------------------------ build-up

export interface Built {
  layers: Layer[];
  room: number;
}

/** Gives the scene of a stage: the rays, the scaled rays, the partial sums, the whole. */
export function built(units: readonly Unit[], b0: number, stage: number): Built {
  if (stage < 2) return rays(units, stage === 1);
  const parts = units.map(({ v, b, w }) => hingeFunction(v, b, w));
  const sums = partialSums(parts);
  const whole = shifted(sums[sums.length - 1]!, b0);
  const room = roomFor([...sums, whole]);
  const goal: Layer = { kind: "curve", id: "goal", ...seriesOf(whole), look: "target", only: INTERVAL };
  if (stage === units.length + 2) {
    const before = sums[sums.length - 1]!;
    const height = restricted(before, INTERVAL).values[0]!;
    return {
      room,
      layers: [
        goal,
        { kind: "curve", id: "before", ...seriesOf(before), look: "dash", colour: "muted", only: INTERVAL },
        ...(b0 === 0 ? [] : [{ kind: "arrow", id: "drop", from: [-1, height], to: [-1, height + b0], colour: "fit" } as const]),
        { kind: "curve", id: "sum", ...seriesOf(whole), only: INTERVAL },
      ],
    };
  }
  return { room, layers: [goal, ...joinLayers(parts, sums, stage - 2)] };
}

function rays(units: readonly Unit[], times: boolean): Built {
  const parts = units.map(({ v, b, w }) => hingeFunction(v, b, times ? w : 1));
  const plain = units.map(({ v, b }) => hingeFunction(v, b, 1));
  const room = roomFor(parts, times ? 2 : 1);
  const layers = parts.flatMap((part, i): Layer[] => {
    const inside = restricted(part, INTERVAL).values;
    const end = inside[inside.length - 1]!;
    const atRight = Math.abs(end) >= Math.abs(inside[0]!);
    return [
      ...(times ? [{ kind: "curve", id: `plain${i}`, ...seriesOf(plain[i]!), look: "ghost", colour: unitColour(i), only: INTERVAL } as const] : []),
      { kind: "curve", id: `ray${i}`, ...seriesOf(part), colour: unitColour(i), only: INTERVAL },
      {
        kind: "label", id: `name${i}`, x: atRight ? 1 : -1, y: atRight ? end : inside[0]!, colour: unitColour(i),
        text: times ? scaled(units[i]!) : ray(units[i]!), anchor: atRight ? "end" : "start", shift: [atRight ? -4 : 4, end < 0 ? -14 : 9],
      },
    ];
  });
  return { layers, room };
}

function partialSums(parts: readonly PiecewiseLinear[]): PiecewiseLinear[] {
  return parts.map((_, i) => combined(parts.slice(0, i + 1).map((part) => [1, part] as const)));
}

function shifted(f: PiecewiseLinear, by: number): PiecewiseLinear {
  return { ...f, values: f.values.map((y) => y + by) };
}

function joinLayers(parts: readonly PiecewiseLinear[], sums: readonly PiecewiseLinear[], index: number): Layer[] {
  const part = parts[index]!;
  const colour = unitColour(index);
  const { breakpoints: t, leftSlope, rightSlope } = part;
  const only: Interval | undefined = rightSlope !== 0 ? [Math.max(-1, t[0]!), 1] : leftSlope !== 0 ? [-1, Math.min(1, t[0]!)] : undefined;
  const before = sums[index - 1];
  return [
    ...(only && only[0] < only[1] ? [{ kind: "curve", id: "bent", ...seriesOf(sums[index]!), look: "glow", only } as const] : []),
    { kind: "curve", id: "part", ...seriesOf(part), look: "thin", colour, only: INTERVAL },
    ...(before ? [{ kind: "curve", id: "before", ...seriesOf(before), look: "dash", colour: "muted", only: INTERVAL } as const] : []),
    { kind: "curve", id: "sum", ...seriesOf(sums[index]!), only: INTERVAL },
    ...(only && t[0]! > -1 && t[0]! < 1 ? [{ kind: "rule", id: "kink", x: t[0]!, look: "dash", colour } as const] : []),
  ];
}

// ------------------------------------------------------------------------------------------------ fan

export interface Fan {
  functions: PiecewiseLinear[];
  /** What any of the changes moved. */
  stretch: Interval | undefined;
}

/** Gives random changes of one number; the same seed gives the same. */
export function fan(network: Network, name: Name, spread: number, seed: number): Fan {
  const draw = random(seed);
  const parameter = parameterOf(name);
  const value = parameterValue(network, parameter);
  const changes = Array.from({ length: FAN }, () => spread * draw.normal());
  const moved = changes.flatMap((change) => influence(network, parameter, change, INTERVAL).stretches);
  return {
    functions: changes.map((change) => toFunction(withParameter(network, parameter, value + change))),
    stretch: moved.length > 0 ? [Math.min(...moved.map((each) => each[0])), Math.max(...moved.map((each) => each[1]))] : undefined,
  };
}

export function fanLayers(f: PiecewiseLinear, { functions, stretch }: Fan, colour: Colour): Layer[] {
  return [
    ...(stretch ? [{ kind: "band", id: "stretch", x: stretch, colour: "glow" } as const] : []),
    ...functions.map((each, i): Layer => ({ kind: "curve", id: `fan${i}`, ...seriesOf(each), look: "ghost", colour, only: INTERVAL })),
    { kind: "curve", id: "curve", ...seriesOf(f), only: INTERVAL },
  ];
}
