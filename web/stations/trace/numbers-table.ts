/** W and b of one layer, each number to be changed. */

import { arrange, h, type Row, table, type Table, unitColour } from "../../kit/index.ts";
import { subscript } from "./arithmetic.ts";
import { LINES, type State } from "./state.ts";

const WIDE = 9;

export interface Numbers {
  readonly el: HTMLElement;
  set(state: State): void;
}

export interface Edits {
  weight(layer: number, from: number, to: number, value: number): void;
  bias(layer: number, unit: number, value: number): void;
}

/** Gives the table of a layer's weights and biases; inputs along the rows, or units where there are many. */
export function numbersTable(edits: Edits): Numbers {
  const el = h("div", { class: "k-stack s-plain" });
  const tables = new Map<string, Table>();
  return {
    el,
    set(state) {
      const layer = Math.floor(state.step / LINES);
      const matrix = state.weights[layer]!;
      const units = matrix[0]!.length;
      const onSide = units >= WIDE;
      const shape = `${layer} ${matrix.length} ${units}`;
      const shown = tables.get(shape) ?? create(layer, state, onSide, edits);
      tables.set(shape, shown);
      arrange(el, [shown.el]);
      shown.set(onSide ? side(state, layer) : upright(state, layer));
    },
  };
}

function inputName(layer: number, i: number): string {
  return layer === 0 ? ["x", "y"][i]! : `h${subscript(i + 1)}`;
}

function unitName(layer: number, j: number): string {
  return `${layer > 0 ? "y" : "h"}_${j + 1}`;
}

function create(layer: number, state: State, onSide: boolean, edits: Edits): Table {
  const matrix = state.weights[layer]!;
  const inputs = matrix.map((_, i) => ({ id: `i${i}`, label: inputName(layer, i), name: `weight from ${["x", "y"][i] ?? i + 1}`, step: 0.1 }));
  const units = matrix[0]!.map((_, j) => ({ id: `u${j}`, label: unitName(layer, j), name: `unit ${j + 1}`, step: 0.1 }));
  const edit = (row: string, column: string, value: number): void => {
    const [input, unit] = onSide ? [column, row] : [row, column];
    const j = Number(unit.slice(1));
    if (input === "b") edits.bias(layer, j, value);
    else edits.weight(layer, Number(input.slice(1)), j, value);
  };
  return table({
    label: `Weights and biases of layer ${layer + 1}`, corner: onSide ? "unit" : "input", onEdit: edit,
    columns: onSide ? [...inputs, { id: "b", label: "b", name: "bias", step: 0.1 }] : units,
  });
}

const cell = (value: number): { value: number; edit: true; min: number; max: number } => ({ value, edit: true, min: -1000, max: 1000 });

function upright(state: State, layer: number): Row[] {
  const rows: Row[] = state.weights[layer]!.map((row, i) => ({
    id: `i${i}`, label: `W, ${inputName(layer, i)}`, cells: Object.fromEntries(row.map((w, j) => [`u${j}`, cell(w)])),
  }));
  rows.push({ id: "b", label: "b", cells: Object.fromEntries(state.biases[layer]!.map((b, j) => [`u${j}`, cell(b)])) });
  return rows;
}

function side(state: State, layer: number): Row[] {
  return state.biases[layer]!.map((b, j) => ({
    id: `u${j}`, label: unitName(layer, j), colour: unitColour(j),
    cells: { ...Object.fromEntries(state.weights[layer]!.map((row, i) => [`i${i}`, cell(row[j]!)])), b: cell(b) },
  }));
}
