/** The pictures of Train as layers: the curve over its data, the losses over the steps, and the rain of kinks. */

import {
  activate, ALWAYS_ON, type Best, BENDS, DEAD, evaluate, indexOf, isPiecewiseLinear, type Measures, type Parameters, type Run, trainingRows,
} from "../../engine/index.ts";
import { type Colour, extent, type Layer, type PanelCurve, type Trail, unitColour } from "../../kit/index.ts";
import type { Lane } from "./lanes.ts";
import type { State } from "./state.ts";

export interface Rows {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A network side by side with others, as it is at the step shown. */
export interface Shown {
  readonly lane: Lane;
  readonly run: Run;
  readonly step: number;
  readonly measures: Measures;
  readonly parameters: Parameters;
}

export interface Space {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** The smallest and the largest x of the rows. */
  readonly data: readonly [number, number];
}

const SAMPLES = 160;
const MOST_PLACES = 9000; // of all trails together
const MOST_LOSSES = 260; // of one line
const MARGIN = 0.09; // of the data's width, on either side: what lies outside is drawn in there
const LEAST = 1e-12;
export const GOOD = 0.01;

export function shownOf(lane: Lane, run: Run): Shown {
  return { lane, run, step: run.step, measures: run.measures(), parameters: run.parameters };
}

/** Gives the colour of a network among others; alone it has that of results. */
export function laneColour(lane: number, lanes: number): Colour {
  return lanes === 1 ? "fit" : (["negative", "positive", "good", "unit-3", "unit-6"] as const)[lane % 5]!;
}

export function spaceOf({ x, y }: Rows): Space {
  const data = extent(x, 0);
  const room = MARGIN * (data[1] - data[0]);
  return { x: [data[0] - room, data[1] + room], y: extent(y, 0.3), data };
}

/** Gives the network's value at a place. */
export function valueOf(p: Parameters, activation: Lane["settings"]["activation"], x: number): number {
  const n = (p.length - 1) / 3;
  let sum = p[3 * n]!;
  for (let j = 0; j < n; j += 1) sum += activate(activation, x * p[j]! + p[n + j]!) * p[2 * n + j]!;
  return sum;
}

export function kinkOf(p: Parameters, unit: number): number {
  const n = (p.length - 1) / 3;
  return p[unit] === 0 ? NaN : -p[n + unit]! / p[unit]!;
}

/** Gives the network's curve: its kinks and the ends, or enough places of a smooth one. */
export function curveOf({ parameters: p, lane }: Shown, [from, to]: readonly [number, number]): { x: number[]; y: number[] } {
  const { activation } = lane.settings;
  const n = (p.length - 1) / 3;
  const x = isPiecewiseLinear(activation)
    ? [from, ...Array.from({ length: n }, (_, j) => kinkOf(p, j)).filter((t) => t > from && t < to).sort((a, b) => a - b), to]
    : Array.from({ length: SAMPLES + 1 }, (_, i) => from + ((to - from) * i) / SAMPLES);
  return { x, y: x.map((each) => valueOf(p, activation, each)) };
}

export function curveLayers(state: State, rows: Rows, all: readonly Shown[], best: Best | undefined, space: Space, active: number | undefined): Layer[] {
  const shown = all[state.lane] ?? all[0]!;
  const split = trainingRows(rows.x.length, state.settings.validation);
  const size = rows.x.length > 150 ? 4 : 5;
  const layers: Layer[] = [
    { kind: "band", id: "left", x: [space.x[0], space.data[0]], colour: "muted" },
    { kind: "band", id: "right", x: [space.data[1], space.x[1]], colour: "muted" },
    { kind: "points", id: "rows", x: rows.x.slice(0, split), y: rows.y.slice(0, split), size, colour: "data" },
  ];
  if (split < rows.x.length) layers.push({ kind: "points", id: "held", x: rows.x.slice(split), y: rows.y.slice(split), size: size + 1, colour: "data", look: "ring" });
  if (best && state.best) {
    const f = best.function;
    layers.push({ kind: "curve", id: "best", x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope, look: "dash", colour: "ghost" });
  }
  all.forEach((each, i) => {
    if (each !== shown) layers.push({ kind: "curve", id: `lane ${i}`, ...curveOf(each, space.x), look: "thin", colour: laneColour(i, all.length) });
  });
  layers.push({ kind: "curve", id: "network", ...curveOf(shown, space.x), colour: laneColour(all.indexOf(shown), all.length) });
  return [...layers, ...kinkLayers(shown, space, active)];
}

/** Kinks inside stand on the curve, in the colour of their unit. */
function kinkLayers({ parameters: p, lane, measures }: Shown, space: Space, active: number | undefined): Layer[] {
  const groups = new Map<Colour, number[]>();
  const n = (p.length - 1) / 3;
  for (let j = 0; j < n; j += 1) {
    const t = kinkOf(p, j);
    if (lane.settings.activation === "linear" || measures.units[j] !== BENDS || !(t > space.x[0] && t < space.x[1])) continue;
    groups.set(unitColour(j), [...(groups.get(unitColour(j)) ?? []), t]);
  }
  const at = (t: number): number => valueOf(p, lane.settings.activation, t);
  const layers: Layer[] = [...groups].map(([colour, x]) => ({ kind: "points", id: `kinks ${colour}`, x, y: x.map(at), size: 8, colour }));
  const lit = active === undefined ? NaN : kinkOf(p, active);
  if (lit > space.x[0] && lit < space.x[1]) layers.push({ kind: "rule", id: "lit", x: lit, look: "dash", colour: unitColour(active!) });
  return layers;
}

/** Where a kink is drawn: inside the data where it is, outside in the margin, the farther the nearer to the edge. */
export function placeOf(kink: number, { x, data }: Space): number {
  const width = data[1] - data[0];
  const margin = data[0] - x[0];
  const pressed = (far: number): number => margin * (0.12 + 0.76 * (far / (far + 0.5 * width)));
  if (kink < data[0]) return data[0] - pressed(Math.min(data[0] - kink, 1e9 * width));
  if (kink > data[1]) return data[1] + pressed(Math.min(kink - data[1], 1e9 * width));
  return kink;
}

/** Gives the trail of each unit's kink up to the step shown. */
export function trailsOf({ run, step, parameters }: Shown, space: Space, active: number | undefined): Trail[] {
  const { record } = run;
  const count = Math.min(record.length, indexOf(record, step) + 1);
  const n = (parameters.length - 1) / 3;
  const stride = Math.max(1, Math.ceil((count * n) / MOST_PLACES));
  const moments = record.filter((_, k) => k < count && (k % stride === 0 || k === count - 1));
  const half = (space.x[1] - space.x[0]) / 2;
  return Array.from({ length: n }, (_, j) => {
    const x: number[] = [], y: number[] = [];
    const add = (kink: number, at: number): void => {
      const place = placeOf(kink, space);
      if (Math.abs(place - x[x.length - 1]!) > half) {
        x.push(NaN); // it went round by way of infinity
        y.push(at);
      }
      x.push(place);
      y.push(at);
    };
    for (const moment of moments) add(moment.kinks[j]!, moment.step);
    add(kinkOf(parameters, j), step);
    return { colour: unitColour(j), x, y, faint: active !== undefined && active !== j };
  });
}

/** The margins, where changes were made, and each kink where it is now: a dot, a ring (always on) or a cross (dead). */
export function rainLayers(state: State, { parameters, measures, step }: Shown, space: Space): Layer[] {
  const layers: Layer[] = [
    { kind: "band", id: "left", x: [space.x[0], space.data[0]], colour: "muted" },
    { kind: "band", id: "right", x: [space.data[1], space.x[1]], colour: "muted" },
    { kind: "rule", id: "now", y: step, colour: "muted" },
  ];
  if (state.changes.length > 0) layers.push({ kind: "rule", id: "changes", y: state.changes.map((each) => each.at), look: "dash", colour: "warning" });
  const n = (parameters.length - 1) / 3;
  const groups = new Map<string, { colour: Colour; look: "dot" | "ring" | "cross"; x: number[] }>();
  for (let j = 0; j < n; j += 1) {
    const look = measures.units[j] === DEAD ? "cross" : measures.units[j] === ALWAYS_ON ? "ring" : "dot";
    const key = `${look} ${unitColour(j)}`;
    const group = groups.get(key) ?? { colour: unitColour(j), look, x: [] };
    group.x.push(placeOf(kinkOf(parameters, j), space));
    groups.set(key, group);
  }
  for (const [id, { colour, look, x }] of groups) layers.push({ kind: "points", id, x, y: x.map(() => step), size: look === "dot" ? 7 : 8, colour, look });
  return layers;
}

export function power(loss: number): number {
  return Math.log10(Math.max(LEAST, loss));
}

/** Gives the height of the losses: whole powers of ten around all of them. */
export function powersOf(all: readonly Shown[], best: Best | undefined): [number, number] {
  let [low, high] = [power(GOOD), -Infinity];
  const take = (loss: number): void => {
    if (!Number.isFinite(loss)) return;
    low = Math.min(low, power(loss));
    high = Math.max(high, power(loss));
  };
  if (best && best.error > LEAST) take(best.error);
  for (const { run, measures } of all) {
    for (const moment of run.record) take(moment.loss), take(moment.held);
    take(measures.loss);
  }
  return [Math.floor(low - 0.05), Math.max(0.3, Math.min(6, high + 0.25))];
}

export function lossLayers(state: State, all: readonly Shown[], best: Best | undefined, now: number, scrub: { onMove(step: number): void; onEnd(): void }): Layer[] {
  const { steps } = state.settings;
  const layers: Layer[] = [{ kind: "rule", id: "good", y: power(GOOD), colour: "axis", look: "dash" }];
  if (best && state.best) {
    layers.push({ kind: "rule", id: "best", y: power(best.error), colour: "ghost" });
    layers.push({ kind: "label", id: "best words", x: steps, y: power(best.error), text: "the best possible", anchor: "end", shift: [-6, 6], colour: "muted" });
  }
  if (state.changes.length > 0) layers.push({ kind: "rule", id: "changes", x: state.changes.map((each) => each.at), look: "dash", colour: "warning" });
  all.forEach((each, i) => {
    const colour = laneColour(i, all.length);
    const { x, loss, held } = lossesOf(each);
    layers.push({ kind: "curve", id: `loss ${i}`, x, y: loss, colour, look: all.length > 1 && i !== state.lane ? "thin" : "line" });
    if (held.some(Number.isFinite)) layers.push({ kind: "curve", id: `held ${i}`, x, y: held, colour, look: all.length > 1 ? "ghost" : "dash" });
    if (each.run.frozen !== undefined) layers.push({ kind: "points", id: `frozen ${i}`, x: [each.run.frozen], y: [loss[loss.length - 1]!], size: 11, colour: "error", look: "cross" });
  });
  const shown = all[state.lane] ?? all[0]!;
  layers.push({
    kind: "handle", id: "now", x: now, y: power(shown.measures.loss), axis: "x", step: Number.isFinite(shown.run.stride) ? shown.run.stride : 1,
    colour: laneColour(all.indexOf(shown), all.length), label: "the step shown", text: `step ${now.toLocaleString("en")}`, bounds: { x: [0, steps] },
    onMove: (x) => scrub.onMove(x), onEnd: scrub.onEnd,
  });
  return layers;
}

/** The losses recorded, also those after the step shown. */
function lossesOf({ run, step, measures }: Shown): { x: number[]; loss: number[]; held: number[] } {
  const stride = Math.max(1, Math.ceil(run.record.length / MOST_LOSSES));
  const moments = run.record.filter((_, k) => k % stride === 0 || k === run.record.length - 1);
  const x = moments.map((each) => each.step);
  const loss = moments.map((each) => power(each.loss));
  const held = moments.map((each) => (Number.isNaN(each.held) ? NaN : power(each.held)));
  if (step > (x[x.length - 1] ?? -1)) {
    x.push(step);
    loss.push(power(measures.loss));
    held.push(Number.isNaN(measures.held) ? NaN : power(measures.held));
  }
  return { x, loss, held };
}

/** Gives the curves of one small picture. */
export function panelCurves(rows: Rows, shown: Shown, colour: Colour, space: Space): PanelCurve[] {
  const order = rows.x.map((_, i) => i).sort((a, b) => rows.x[a]! - rows.x[b]!);
  return [
    { x: order.map((i) => rows.x[i]!), y: order.map((i) => rows.y[i]!), look: "target" },
    { ...curveOf(shown, space.x), colour },
  ];
}

/** Gives readings for the crosshair. */
export function readAt(state: State, all: readonly Shown[], best: Best | undefined, x: number): { label: string; y: number; colour?: Colour }[] {
  const readings: { label: string; y: number; colour?: Colour }[] = all.map(({ lane, parameters }, i) =>
    ({ label: all.length > 1 ? lane.name : "network", y: valueOf(parameters, lane.settings.activation, x), colour: laneColour(i, all.length) }));
  if (best && state.best) readings.push({ label: "best", y: evaluate(best.function, x), colour: "ghost" });
  return readings;
}
