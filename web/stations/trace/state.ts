/** Trace: a point of the plane, and the network it goes through. */

import { isFields, isNumber } from "../station.ts";
import type { DataName } from "./data.ts";
import trained from "./trained.json";

export type Preset = "source" | keyof typeof trained;

/** [input][unit] of each layer. */
export type Weights = readonly (readonly (readonly number[])[])[];
export type Biases = readonly (readonly number[])[];

export type Room = "units" | "components";

export interface State {
  data: DataName;
  point: readonly [number, number];
  weights: Weights;
  biases: Biases;
  /** Without, every bias counts as 0. */
  bias: boolean;
  /** How far the point has come: four lines a layer (products, sum, bias, ReLU). */
  step: number;
  /** The three units of the first layer along the axes of the hidden space. */
  axes: readonly [number, number, number];
  /** What the axes of the hidden space are: units, or the principal components of the points' signatures. */
  room: Room;
  /** Whether the hidden space before training stands beside that after it, where it is known. */
  before: boolean;
  /** Radians about the upright axis, and up or down. */
  turn: readonly [number, number];
}

export type Action =
  | { kind: "preset"; preset: Preset }
  | { kind: "data"; data: DataName }
  | { kind: "point"; point: readonly [number, number] }
  | { kind: "weight"; layer: number; from: number; to: number; value: number }
  | { kind: "unit-bias"; layer: number; unit: number; value: number }
  | { kind: "bias"; on: boolean }
  | { kind: "step"; step: number }
  | { kind: "axis"; axis: number; unit: number }
  | { kind: "room"; room: Room }
  | { kind: "before"; on: boolean }
  | { kind: "turn"; turn: readonly [number, number] };

export const LINES = 4;
export const PLANE = 2;
const MOST_UNITS = 64;
const MOST = 1000;
const ROOMS: readonly Room[] = ["units", "components"];
const DATA: readonly DataName[] = ["none", "spiral", "blobs"];

const SOURCE = { weights: [[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], biases: [[2, 3, 0.5]] };
interface Numbers {
  readonly weights: Weights;
  readonly biases: Biases;
}

/** A trained network with its data, and what it was before training. */
function onSpiral({ weights, biases, start }: Numbers & { start: Numbers }): Numbers & { data: DataName; point: readonly [number, number]; start: Numbers } {
  return { weights, biases, start, data: "spiral", point: [0.3, 0.4] };
}

export const PRESETS: Readonly<Record<Preset, Numbers & { data: DataName; point: readonly [number, number]; start?: Numbers }>> = {
  source: { ...SOURCE, data: "none", point: [0.5, 1] },
  "blobs-3": { ...trained["blobs-3"], data: "blobs", point: [0, 0.6] },
  "spiral-3": onSpiral(trained["spiral-3"]),
  "spiral-8": onSpiral(trained["spiral-8"]),
  "spiral-24": onSpiral(trained["spiral-24"]),
  "spiral-64": onSpiral(trained["spiral-64"]),
};

export function initial(): State {
  return { ...PRESETS.source, bias: true, before: true, step: LINES - 1, axes: [0, 1, 2], room: "units", turn: [-0.6, 0.45] };
}

/** Gives the preset whose numbers a state has, if it has one's. */
export function presetOf(state: State): Preset | undefined {
  const numbers = JSON.stringify([state.weights, state.biases]);
  return (Object.keys(PRESETS) as Preset[]).find((name) => JSON.stringify([PRESETS[name].weights, PRESETS[name].biases]) === numbers);
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "preset": {
      if (!Object.hasOwn(PRESETS, action.preset) || presetOf(state) === action.preset) return state;
      const { start: _, ...preset } = PRESETS[action.preset];
      return { ...state, ...preset, step: LINES * preset.weights.length - 1, axes: [0, 1, 2] };
    }
    case "data": return DATA.includes(action.data) && action.data !== state.data ? { ...state, data: action.data } : state;
    case "point": return isPoint(action.point) && !same(action.point, state.point) ? { ...state, point: [action.point[0], action.point[1]] } : state;
    case "weight": return withWeight(state, action);
    case "unit-bias": return withBias(state, action);
    case "bias": return typeof action.on === "boolean" && action.on !== state.bias ? { ...state, bias: action.on } : state;
    case "step": return isIndex(action.step, LINES * state.weights.length) && action.step !== state.step ? { ...state, step: action.step } : state;
    case "axis": return withAxis(state, action.axis, action.unit);
    case "before": return typeof action.on === "boolean" && action.on !== state.before ? { ...state, before: action.on } : state;
    case "room": return ROOMS.includes(action.room) && action.room !== state.room ? { ...state, room: action.room } : state;
    case "turn": return isTurn(action.turn) && !same(action.turn, state.turn) ? { ...state, turn: [action.turn[0], action.turn[1]] } : state;
    default: return state;
  }
}

function withWeight(state: State, { layer, from, to, value }: Extract<Action, { kind: "weight" }>): State {
  const before = state.weights[layer]?.[from]?.[to];
  if (before === undefined || before === value || !isNumber(value, MOST)) return state;
  const weights = state.weights.map((matrix, l) => (l !== layer ? matrix
    : matrix.map((row, i) => (i !== from ? row : row.map((each, j) => (j === to ? value : each))))));
  return { ...state, weights };
}

function withBias(state: State, { layer, unit, value }: Extract<Action, { kind: "unit-bias" }>): State {
  const before = state.biases[layer]?.[unit];
  if (before === undefined || before === value || !isNumber(value, MOST)) return state;
  return { ...state, biases: state.biases.map((row, l) => (l !== layer ? row : row.map((each, j) => (j === unit ? value : each)))) };
}

/** A unit shown on another axis already changes places with the one that was here. */
function withAxis(state: State, axis: number, unit: number): State {
  const units = state.weights[0]![0]!.length;
  if (!isIndex(axis, 3) || !isIndex(unit, units) || state.axes[axis] === unit) return state;
  const other = state.axes.indexOf(unit);
  const axes = state.axes.map((each, k) => (k === axis ? unit : k === other ? state.axes[axis]! : each));
  return { ...state, axes: [axes[0]!, axes[1]!, axes[2]!] };
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Trace is no object.";
  const first = initial();
  const { data = first.data, point = first.point, weights = first.weights, biases = first.biases, bias = true, axes = first.axes, room = first.room, before = true, turn = first.turn } = raw;
  if (!DATA.includes(data as DataName)) return "data must be none, spiral or blobs.";
  if (!isPoint(point)) return `point must be two numbers from -${PLANE} to ${PLANE}.`;
  const problem = networkProblem(weights, biases);
  if (problem) return problem;
  const layers = weights as Weights;
  if (typeof bias !== "boolean") return "bias must be true or false.";
  const lines = LINES * layers.length;
  const step = raw.step ?? lines - 1;
  if (!isIndex(step, lines)) return `step must be a whole number from 0 to ${lines - 1}.`;
  const units = layers[0]![0]!.length;
  if (!Array.isArray(axes) || axes.length !== 3 || new Set(axes).size !== 3 || !axes.every((each) => isIndex(each, units))) {
    return `axes must be three different units from 0 to ${units - 1}.`;
  }
  if (!ROOMS.includes(room as Room)) return "room must be units or components.";
  if (typeof before !== "boolean") return "before must be true or false.";
  if (!isTurn(turn)) return "turn must be two angles in radians.";
  return {
    data: data as DataName, point: [point[0], point[1]], weights: layers, biases: biases as Biases, bias, step: step as number,
    axes: [axes[0] as number, axes[1] as number, axes[2] as number], room: room as Room, before, turn: [turn[0], turn[1]],
  };
}

function networkProblem(weights: unknown, biases: unknown): string {
  if (!Array.isArray(weights) || !Array.isArray(biases) || weights.length !== biases.length || weights.length < 1 || weights.length > 2) {
    return "weights and biases must hold one or two layers.";
  }
  let inputs = 2;
  for (const [layer, matrix] of weights.entries()) {
    const row = biases[layer] as unknown;
    if (!Array.isArray(matrix) || matrix.length !== inputs) return `weights[${layer}] must have ${inputs} rows.`;
    if (!Array.isArray(row) || row.length < (layer === 0 ? 3 : 1) || row.length > MOST_UNITS) return `Layer ${layer} must have from ${layer === 0 ? 3 : 1} to ${MOST_UNITS} units.`;
    if (!row.every((each) => isNumber(each, MOST))) return `biases[${layer}] must hold numbers of at most ${MOST}.`;
    if (!matrix.every((each) => Array.isArray(each) && each.length === row.length && each.every((w) => isNumber(w, MOST)))) {
      return `weights[${layer}] must hold ${row.length} numbers of at most ${MOST} in every row.`;
    }
    inputs = row.length;
  }
  return "";
}

function isPoint(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every((each) => isNumber(each, PLANE));
}

function isTurn(raw: unknown): raw is readonly [number, number] {
  return Array.isArray(raw) && raw.length === 2 && raw.every((each) => isNumber(each, 10));
}

function isIndex(raw: unknown, below: number): raw is number {
  return isNumber(raw) && Number.isInteger(raw) && raw >= 0 && raw < below;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((each, i) => each === b[i]);
}
