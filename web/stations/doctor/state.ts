/** Doctor: a network and rows, what of the findings is held, and how far the repair is shown. What is found is computed, not kept. */

import { ACTIVATIONS, type Activation } from "../../engine/index.ts";
import { isFields, isNumber } from "../station.ts";

export const CASES = ["forum", "dead", "together", "beyond", "saturated", "noisy", "spiral"] as const;
export type Case = (typeof CASES)[number];

/** A dense network by its numbers: weights [layer][input][unit], one activation a layer. */
export interface Dense {
  readonly weights: readonly (readonly (readonly number[])[])[];
  readonly biases: readonly (readonly number[])[];
  readonly activations: readonly Activation[];
}

/** Rows: x and y are numbers, or a list of numbers each; of classes y is the labels. */
export interface Rows {
  readonly x: readonly number[] | readonly (readonly number[])[];
  readonly y: readonly number[] | readonly (readonly number[])[];
}

/** A file that Python holds for this page. */
export interface Upload {
  readonly upload: string;
  readonly name: string;
}

export type NetworkRef = { readonly example: Case } | Dense | Upload;
export type DataRef = { readonly example: Case } | Rows | Upload;

export interface State {
  network: NetworkRef;
  data: DataRef;
  /** The finding whose evidence is held in the picture. */
  finding: number | null;
  /** How far the repair is shown, from 0 (before) to 1 (after); null: it was not asked for. */
  repair: number | null;
}

export type Action =
  | { kind: "case"; name: Case }
  | { kind: "network"; network: NetworkRef }
  | { kind: "data"; data: DataRef }
  | { kind: "finding"; finding: number | null }
  | { kind: "repair"; repair: number | null };

const MOST_NUMBERS = 5_000;
const MOST_LAYERS = 8;
const MOST_ROWS = 2_000;
const MOST_COLUMNS = 64;
const MOST = 1e9;
const HANDLE = /^[\w-]{1,64}$/;

export function initial(): State {
  return { network: { example: "forum" }, data: { example: "forum" }, finding: null, repair: null };
}

/** Gives the case that a state shows, if it is one as it came. */
export function caseOf({ network, data }: State): Case | undefined {
  return "example" in network && "example" in data && network.example === data.example ? network.example : undefined;
}

/** Gives the state that shows a network on its rows, or the sentence that says why it cannot be: what other stations call. */
export function stateFor(network: Dense, data: Rows): State | string {
  return check({ network: { weights: network.weights, biases: network.biases, activations: network.activations }, data: { x: data.x, y: data.y } });
}

/** Gives the state after an action; an unknown or impossible one gives the very same object. */
export function advance(state: State, action: Action): State {
  switch (action.kind) {
    case "case":
      return CASES.includes(action.name) && caseOf(state) !== action.name
        ? { network: { example: action.name }, data: { example: action.name }, finding: null, repair: null } : state;
    case "network": {
      const network = checkedNetwork(action.network);
      return typeof network === "string" ? state : { ...state, network, finding: null, repair: null };
    }
    case "data": {
      const data = checkedData(action.data);
      return typeof data === "string" ? state : { ...state, data, finding: null, repair: null };
    }
    case "finding": return isPlace(action.finding) && action.finding !== state.finding ? { ...state, finding: action.finding } : state;
    case "repair": return isShare(action.repair) && action.repair !== state.repair ? { ...state, repair: action.repair } : state;
    default: return state;
  }
}

/** Gives a state from outside, completed and checked, or the sentence that says what is wrong. */
export function check(raw: unknown): State | string {
  if (!isFields(raw)) return "The state of Doctor is no object.";
  const first = initial();
  const { finding = null, repair = null } = raw;
  const network = checkedNetwork("network" in raw ? raw.network : first.network);
  if (typeof network === "string") return network;
  const data = checkedData("data" in raw ? raw.data : first.data);
  if (typeof data === "string") return data;
  if (!isPlace(finding)) return "finding must be null or a whole number from 0 to 99.";
  if (!isShare(repair)) return "repair must be null or a number from 0 to 1.";
  return { network, data, finding, repair };
}

function checkedNetwork(raw: unknown): NetworkRef | string {
  if (!isFields(raw)) return "network must be an object.";
  if ("example" in raw || "upload" in raw) return reference(raw, "network");
  const { weights, biases } = raw;
  if (!Array.isArray(weights) || !Array.isArray(biases) || weights.length !== biases.length || weights.length < 1 || weights.length > MOST_LAYERS) {
    return `weights and biases must hold from 1 to ${MOST_LAYERS} layers.`;
  }
  let count = 0;
  for (const [layer, matrix] of weights.entries()) {
    const bias = biases[layer] as unknown;
    if (!Array.isArray(bias) || bias.length < 1 || bias.length > MOST_NUMBERS || !bias.every((each) => isNumber(each, MOST))) return `biases[${layer}] must hold numbers.`;
    const inputs = layer > 0 ? (biases[layer - 1] as unknown[]).length : undefined;
    if (!Array.isArray(matrix) || matrix.length < 1 || (inputs !== undefined && matrix.length !== inputs)) return `weights[${layer}] must have ${inputs ?? "some"} rows.`;
    count += bias.length * (matrix.length + 1);
    if (count > MOST_NUMBERS) return `A network in a link or file holds at most ${MOST_NUMBERS.toLocaleString("en")} numbers.`;
    if (!matrix.every((row) => isList(row, bias.length))) return `weights[${layer}] must hold ${bias.length} numbers in every row.`;
  }
  const activations = raw.activations ?? weights.map((_, layer) => (layer < weights.length - 1 ? "relu" : "linear"));
  if (!Array.isArray(activations) || activations.length !== weights.length || !activations.every((each) => ACTIVATIONS.includes(each as Activation))) {
    return `activations must name one of ${ACTIVATIONS.join(", ")} for each layer.`;
  }
  return { weights: weights as Dense["weights"], biases: biases as Dense["biases"], activations: activations as Activation[] };
}

function checkedData(raw: unknown): DataRef | string {
  if (!isFields(raw)) return "data must be an object.";
  if ("example" in raw || "upload" in raw) return reference(raw, "data");
  const { x, y } = raw;
  if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length || x.length < 1) return "data needs as many y as x, and at least one.";
  if (x.length > MOST_ROWS) return `Data in a link or file hold at most ${MOST_ROWS.toLocaleString("en")} rows, not ${x.length.toLocaleString("en")}.`;
  for (const [name, values] of [["x", x], ["y", y]] as const) {
    const width = Array.isArray(values[0]) ? values[0].length : 0;
    if (width > MOST_COLUMNS) return `${name} has at most ${MOST_COLUMNS} columns.`;
    const bad = values.findIndex((each) => (width > 0 ? !isList(each, width) : !isNumber(each, MOST)));
    if (bad >= 0) return `${name}[${bad}] must be ${width > 0 ? `a list of ${width} numbers` : "a number"} within a thousand million.`;
  }
  return { x, y } as Rows;
}

function reference(raw: Record<string, unknown>, name: string): { example: Case } | Upload | string {
  if ("example" in raw) {
    return CASES.includes(raw.example as Case) ? { example: raw.example as Case } : `${name} must be one of the examples ${CASES.join(", ")}.`;
  }
  if (typeof raw.upload !== "string" || !HANDLE.test(raw.upload)) return `${name} names no upload.`;
  return { upload: raw.upload, name: typeof raw.name === "string" ? raw.name.slice(0, 100) : "a file" };
}

function isList(raw: unknown, length: number): boolean {
  return Array.isArray(raw) && raw.length === length && raw.every((each) => isNumber(each, MOST));
}

function isPlace(raw: unknown): raw is number | null {
  return raw === null || (isNumber(raw, 99) && Number.isInteger(raw) && raw >= 0);
}

function isShare(raw: unknown): raw is number | null {
  return raw === null || (isNumber(raw, 1) && raw >= 0);
}
