/** What Trace shows, from its state: the point's way, the signatures of the data, each unit over the plane. */

import { type Components, dense, forward, type LayerTrace, type Network, principalComponents, trace } from "../../engine/index.ts";
import { cloud } from "./data.ts";
import { separationOf, type Separation } from "./separation.ts";
import { type Biases, PRESETS, presetOf, type State, type Weights } from "./state.ts";

/** Gives the network: hidden layers of ReLU; a single layer is one, too. Without the bias, all biases are 0. */
export function networkOf({ weights, biases, bias }: Pick<State, "weights" | "biases" | "bias">): Network {
  const used = bias ? biases : biases.map((row) => row.map(() => 0));
  return dense(weights, used, weights.length === 1 ? ["relu"] : "relu");
}

export function layersAt(state: State): readonly LayerTrace[] {
  return trace(networkOf(state), state.point).layers;
}

interface Kept {
  signatures: readonly (readonly number[])[];
  fields: readonly Float32Array[];
  /** The largest activation of each unit over the plane. */
  tops: readonly number[];
  right: number | undefined;
}

let last: { weights: Weights; biases: Biases; bias: boolean; data: State["data"]; kept: Kept } | undefined;

export const GRID = 44;
export const REACH = 1.25;

/** Gives everything that does not depend on the point; kept until the network or the data change. */
export function surroundings(state: State): Kept {
  const { weights, biases, bias, data } = state;
  if (last && last.weights === weights && last.biases === biases && last.bias === bias && last.data === data) return last.kept;
  const [matrix, row] = [weights[0]!, bias ? biases[0]! : biases[0]!.map(() => 0)];
  const hidden = hiddenOf(matrix, row);
  const raw = row.map(() => new Float32Array(GRID * GRID));
  const at = (k: number): number => REACH * ((2 * k + 1) / GRID - 1);
  for (let k = 0; k < GRID * GRID; k += 1) {
    const values = hidden(at(k % GRID), at(Math.floor(k / GRID)));
    values.forEach((value, j) => (raw[j]![k] = value));
  }
  const tops = raw.map((field) => field.reduce((a, b) => Math.max(a, b), 0));
  const fields = raw.map((field, j) => (tops[j]! > 0 ? field.map((each) => each / tops[j]!) : field));
  const { points } = cloud(data);
  const kept: Kept = { signatures: points.map(([x, y]) => hidden(x, y)), fields, tops, right: shareRight(state) };
  last = { weights, biases, bias, data, kept };
  return kept;
}

function hiddenOf(matrix: Weights[number], row: Biases[number]): (x: number, y: number) => number[] {
  return (x, y) => row.map((b, j) => Math.max(0, x * matrix[0]![j]! + y * matrix[1]![j]! + b));
}

/** One hidden space with the data in it. */
export interface Room {
  readonly signatures: readonly (readonly number[])[];
  readonly components: Components;
  /** How well it tells the classes apart. */
  readonly separation: Separation;
}

export interface Rooms {
  readonly now: Room;
  /** Before training, and the way of a point into it; absent where that is not known or not asked for. */
  readonly before: (Room & { place(point: readonly [number, number]): number[] }) | undefined;
  /** Of the points of the plane themselves. */
  readonly plane: Separation;
}

let rooms: { signatures: readonly (readonly number[])[]; start: object | undefined; found: Rooms } | undefined;

/** Gives the hidden spaces with the data in them; undefined without data. Kept until the network or the data change. */
export function roomsOf(state: State): Rooms | undefined {
  const { points, labels } = cloud(state.data);
  if (points.length === 0) return undefined;
  const { signatures } = surroundings(state);
  const preset = state.before ? presetOf(state) : undefined;
  const start = preset && state.data === PRESETS[preset].data ? PRESETS[preset].start : undefined;
  if (rooms?.signatures === signatures && rooms.start === start) return rooms.found;
  const roomOf = (inside: readonly (readonly number[])[]): Room => {
    const components = principalComponents(inside);
    return { signatures: inside, components, separation: separationOf(inside, labels, components) };
  };
  const now = rooms?.signatures === signatures ? rooms.found.now : roomOf(signatures);
  const place = start && hiddenOf(start.weights[0]!, state.bias ? start.biases[0]! : start.biases[0]!.map(() => 0));
  const before = place && { ...roomOf(points.map(([x, y]) => place(x, y))), place: ([x, y]: readonly [number, number]) => place(x, y) };
  const found: Rooms = { now, before, plane: separationOf(points, labels) };
  rooms = { signatures, start, found };
  return found;
}

/** The share of the data that the largest output puts into its class; undefined where there is no output layer. */
function shareRight(state: State): number | undefined {
  const { points, labels } = cloud(state.data);
  if (state.weights.length < 2 || points.length === 0) return undefined;
  const network = networkOf(state);
  const hits = points.filter((point, i) => largest(forward(network, point)) === labels[i]).length;
  return hits / points.length;
}

export function largest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** A unit is high for a point where it gives at least half of its largest value over the plane. */
export function isHigh(value: number, top: number): boolean {
  return value > 0 && value >= top / 2;
}
