/** The pictures of Doctor as layers: the curve with a tick for every unit, and what the remedies do to the loss. */

import { short as plain } from "../../engine/index.ts";
import { extent, type Layer } from "../../kit/index.ts";
import type { Diagnosis, Kink, LayerUnits, Repaired } from "./answers.ts";
import { between, type Picture, place } from "./compute.ts";

const STEP = 0.05; // of the rows' height: from one tick of a stack to the next
const LEAST = 3; // ticks that there is always room for
const MOST = 8; // beyond, they come closer
const LONG = 0.72; // of a step: a tick
const TOGETHER = 0.012; // of the width: kinks no further apart stand on each other
const CROWD = 3; // ticks in one place that are worth a word
const EDGE = 0.012; // of the width: ticks of kinks beyond stand this far inside

/** The tick of a unit. */
export interface Tick {
  readonly unit: number;
  readonly x: number;
  readonly y: number;
  readonly state: Kink["state"];
}

/** The range of y, and the step from one tick of a stack to the next. */
export interface Room {
  readonly y: readonly [number, number];
  readonly step: number;
}

/** Gives the range of y that shows rows and curves, with room below for the ticks of both. */
export function roomOf({ rows, before, after, span, x }: Picture): Room {
  const seen = [before, after].flatMap((shape) => (shape ? shape.f.values.filter((_, i) => shape.f.breakpoints[i]! >= span[0] && shape.f.breakpoints[i]! <= span[1]) : []));
  const [low, high] = extent([...rows.y, ...seen]);
  const stacks = [before, after].flatMap((shape) => stacksOf(shape?.kinks ?? [], x).map((stack) => stack.length));
  const most = Math.max(LEAST, ...stacks);
  const step = (STEP * (high - low) * Math.min(most, MOST)) / most;
  return { y: [low - step * (most + 1), high], step };
}

type Placed = { unit: number; x: number; state: Kink["state"] };

/** Gives the units that bend somewhere, those in one place together. */
function stacksOf(kinks: readonly Kink[], view: readonly [number, number]): Placed[][] {
  const width = view[1] - view[0];
  const inner: [number, number] = [view[0] + EDGE * width, view[1] - EDGE * width];
  const placed = kinks.flatMap(({ at, state }, unit) => {
    const x = place(at, inner);
    return x === null ? [] : [{ unit, x, state }];
  }).sort((a, b) => a.x - b.x || a.unit - b.unit);
  const stacks: Placed[][] = [];
  for (const each of placed) {
    const last = stacks[stacks.length - 1];
    if (last && each.x - last[0]!.x <= TOGETHER * width) last.push(each);
    else stacks.push([each]);
  }
  return stacks;
}

/** Gives a tick for every unit that bends somewhere, those in one place on top of each other. */
export function ticksOf(kinks: readonly Kink[], view: readonly [number, number], { y, step }: Room): Tick[] {
  return stacksOf(kinks, view).flatMap((stack) => stack.map((each, level) => ({ ...each, x: stack[0]!.x, y: y[0] + (level + 0.15) * step })));
}

/** Gives the curve with its rows, the ticks, and what is held of them. */
export function curveLayers(picture: Picture, share: number, lit: ReadonlySet<number>, places: readonly (readonly [number, number])[]): { layers: Layer[]; ticks: Tick[] } {
  const { rows, x, span, before } = picture;
  const room = roomOf(picture);
  const { step } = room;
  const { f, kinks } = between(picture, share);
  const ticks = kinks ? ticksOf(kinks, x, room) : [];
  const layers: Layer[] = [
    { kind: "band", id: "left", x: [x[0], span[0]], colour: "muted" },
    { kind: "band", id: "right", x: [span[1], x[1]], colour: "muted" },
    ...places.map(([a, b], i): Layer => (a < b ? { kind: "band", id: `place ${i}`, x: [a, b], colour: "warning" } : { kind: "rule", id: `place ${i}`, x: a, look: "dash", colour: "warning" })),
    { kind: "points", id: "rows", x: rows.x, y: rows.y, size: rows.x.length > 150 ? 4 : 5, colour: "data" },
  ];
  if (share > 0) layers.push({ kind: "curve", id: "before", ...series(before.f), look: "dash", colour: "muted" });
  layers.push({ kind: "curve", id: "network", ...series(f), colour: "fit" });
  for (const state of ["bends", "dead", "always on"] as const) {
    const those = ticks.filter((tick) => tick.state === state);
    const colour = state === "bends" ? "text" : "error";
    const middle = those.map((tick) => tick.y + (LONG / 2) * step);
    layers.push({ kind: "sticks", id: `${state} ticks`, x: those.map((t) => t.x), y: those.map((t) => t.y), y2: those.map((t) => t.y + LONG * step), colour });
    if (state !== "bends") layers.push({ kind: "points", id: state, x: those.map((t) => t.x), y: middle, size: state === "dead" ? 8 : 7, look: state === "dead" ? "cross" : "ring", colour });
  }
  const held = ticks.filter((tick) => lit.has(tick.unit));
  layers.push({ kind: "rule", id: "held rules", x: [...new Set(held.map((t) => t.x))].slice(0, 40), look: "dash", colour: "accent" });
  layers.push({ kind: "points", id: "held", x: held.map((t) => t.x), y: held.map((t) => t.y + (LONG / 2) * step), size: 12, look: "ring", colour: "accent" });
  layers.push(...crowds(ticks, x, step), ...(kinks ? beyond(kinks, ticks, x, step) : []));
  return { layers, ticks };
}

/** Gives the number of ticks in one place, where they are many. */
function crowds(ticks: readonly Tick[], view: readonly [number, number], step: number): Layer[] {
  const found: Layer[] = [];
  for (const x of new Set(ticks.map((tick) => tick.x))) {
    const those = ticks.filter((tick) => tick.x === x);
    if (those.length < CROWD) continue;
    const kind = those.every((tick) => tick.state === "dead") ? "dead" : "together";
    const right = x < (view[0] + view[1]) / 2;
    found.push({ kind: "label", id: `crowd ${x}`, x, y: those[those.length - 1]!.y + step / 2, text: `${those.length} ${kind}`, anchor: right ? "start" : "end", shift: [right ? 10 : -10, -4], colour: those.some((tick) => tick.state !== "bends") ? "error" : "text" });
  }
  return found;
}

/** Gives, at each border, how many kinks lie beyond it, above their ticks. */
function beyond(kinks: readonly Kink[], ticks: readonly Tick[], view: readonly [number, number], step: number): Layer[] {
  const count = (test: (at: number) => boolean): number => kinks.filter(({ at }) => at !== null && test(at)).length;
  const [left, right] = [count((at) => at < view[0]), count((at) => at > view[1])];
  const layers: Layer[] = [];
  const top = (unit: number): number => ticks.filter((tick) => tick.x === ticks[unit]!.x).reduce((most, tick) => Math.max(most, tick.y), -Infinity) + step;
  if (left) layers.push({ kind: "label", id: "beyond left", x: view[0], y: top(0), text: `◂ ${left}`, anchor: "start", shift: [6, 6], colour: "error" });
  if (right) layers.push({ kind: "label", id: "beyond right", x: view[1], y: top(ticks.length - 1), text: `${right} ▸`, anchor: "end", shift: [-6, 6], colour: "error" });
  return layers;
}

function series({ breakpoints, values, leftSlope, rightSlope }: Picture["before"]["f"]): { x: readonly number[]; y: readonly number[]; left: number; right: number } {
  return { x: breakpoints, y: values, left: leftSlope, right: rightSlope };
}

/** Gives each unit's share of the rows on which it is on, layer after layer, before and after. */
export function shareLayers(layers: readonly LayerUnits[], after: readonly LayerUnits[] | undefined, lit: (layer: number, unit: number) => boolean): { layers: Layer[]; x: [number, number] } {
  const units = layers.flatMap((layer, l) => (layer.shares ?? []).map((share, k) => ({ share, l, k })));
  const later = after?.flatMap((layer) => layer.shares ?? []);
  const shown = units.map((unit, i) => ({ ...unit, x: i + 1, now: later?.[i] ?? unit.share }));
  const found: Layer[] = [{ kind: "sticks", id: "shares", x: shown.map((u) => u.x), y: shown.map(() => 0), y2: shown.map((u) => u.now), colour: "fit" }];
  const starts = shown.filter((unit, i) => i > 0 && unit.k === 0);
  if (starts.length > 0) found.push({ kind: "rule", id: "borders", x: starts.map((u) => u.x - 0.5), look: "dash", colour: "muted" });
  if (later) found.push({ kind: "points", id: "before", x: shown.map((u) => u.x), y: shown.map((u) => u.share), size: 5, colour: "muted" });
  const among = (test: (share: number) => boolean): { x: number[]; y: number[] } => {
    const those = shown.filter((u) => test(u.now));
    return { x: those.map((u) => u.x), y: those.map((u) => u.now) };
  };
  found.push({ kind: "points", id: "bends", ...among((share) => share > 0 && share < 1), size: 7, colour: "fit" });
  found.push({ kind: "points", id: "dead", ...among((share) => share === 0), size: 8, look: "cross", colour: "error" });
  found.push({ kind: "points", id: "always on", ...among((share) => share === 1), size: 8, look: "ring", colour: "error" });
  const held = shown.filter((u) => lit(u.l, u.k));
  found.push({ kind: "points", id: "held", x: held.map((u) => u.x), y: held.map((u) => u.now), size: 15, look: "ring", colour: "accent" });
  return { layers: found, x: [0.5, Math.max(1, shown.length) + 0.5] };
}

const TINY = 1e-16;

function power(loss: number): number {
  return Math.log10(Math.max(TINY, loss));
}

/** Gives what each remedy that was tried does to the loss, between the best constant and the floor. */
export function lossLayers(diagnosis: Diagnosis, repair: Repaired | undefined, active: number | null): { layers: Layer[]; x: [number, number]; y: [number, number] } {
  const { findings, loss, constant, floor } = diagnosis;
  const tried = findings.flatMap(({ remedy }, k) => (remedy?.after === null || !remedy || remedy.before === null ? [] : [{ k, before: remedy.before, after: remedy.after }]));
  const all = [loss, constant ?? loss, floor?.lower ?? loss, repair?.after ?? loss, ...tried.map((each) => each.after)].filter((each) => each > 0).map(power);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x: [number, number] = [0.5, Math.max(2, findings.length) + 0.5];
  const y: [number, number] = [low - Math.max(0.35, 0.16 * (high - low)), high + Math.max(0.3, 0.14 * (high - low))];
  const layers: Layer[] = [];
  const line = (id: string, value: number, words: string, colour: "muted" | "text" | "good" | "fit", right: boolean, look: "line" | "dash" = "line"): void => {
    layers.push({ kind: "rule", id, y: power(value), look, colour });
    layers.push({ kind: "label", id, x: right ? x[1] : x[0], y: power(value), text: words, anchor: right ? "end" : "start", shift: [right ? -6 : 6, id === "floor" ? -14 : 6], colour });
  };
  if (constant !== null && constant > 0) line("constant", constant, diagnosis.loss_name === "mse" ? "always the mean" : "guessing", "muted", true, "dash");
  if (floor && floor.lower > 0) line("floor", floor.lower, `floor${floor.certified ? ", certified" : ""}`, "good", false, "dash");
  if (loss > 0) line("now", loss, "now", "text", false);
  if (repair?.improved && repair.after < loss) line("repaired", repair.after, "repaired", "fit", true);
  const at = tried.map(({ k }) => k + 1);
  layers.push({ kind: "sticks", id: "remedies", x: at, y: tried.map(({ before }) => power(before)), y2: tried.map(({ after }) => power(after)), colour: "fit" });
  layers.push({ kind: "points", id: "after", x: at, y: tried.map(({ after }) => power(after)), size: 9, colour: "fit" });
  const held = tried.find(({ k }) => k === active);
  if (held) layers.push({ kind: "points", id: "held", x: [held.k + 1], y: [power(held.after)], size: 16, look: "ring", colour: "accent" });
  return { layers, x, y };
}

/** Gives a number as the page writes it. */
export function short(x: number, digits = 4): string {
  return plain(x, digits).replaceAll("-", "\u2212");
}
