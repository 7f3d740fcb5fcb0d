/** The arithmetic of one layer, line by line: each product, their sum, the bias, and what ReLU lets through. */

import type { LayerTrace } from "../../engine/index.ts";
import { arrange, fixed, formatNumber, h, type Row, table, type Table, unitColour } from "../../kit/index.ts";
import { LINES, type State } from "./state.ts";

const DECIMALS = 3;
/** From so many units on, the table lies on its side: a row for each unit. */
const WIDE = 9;
/** Pixels from which on factors stand before their product. */
const LONG = 520;

export interface Arithmetic {
  readonly el: HTMLElement;
  /** Shows a layer up to a line (0 products, 1 sum, 2 bias, 3 ReLU); the lines after it stay empty. */
  set(state: State, layers: readonly LayerTrace[], active: number | undefined): void;
}

/** Gives the table; one is made for every shape of layer. */
export function arithmetic(onHover: (layer: number, unit: number | undefined) => void): Arithmetic {
  const el = h("div", { class: "k-stack s-plain" });
  const tables = new Map<string, Table>();
  let narrow = false;
  let again = (): void => undefined;
  new ResizeObserver(([entry]) => {
    const before = narrow;
    narrow = entry !== undefined && entry.contentRect.width < LONG;
    if (narrow !== before) again();
  }).observe(el);
  return {
    el,
    set(state, layers, active) {
      again = () => this.set(state, layers, active);
      const number = Math.floor(state.step / LINES);
      const layer = layers[number]!;
      const onSide = layer.z.length >= WIDE;
      const last = number === layers.length - 1 && layers.length > 1;
      const brief = narrow || layer.z.length > 3 || layer.input.length > 8;
      const shape = `${number} ${layer.input.length} ${layer.z.length} ${onSide} ${last} ${brief}`;
      const shown = tables.get(shape) ?? create(number, layer, onSide, last, onHover);
      tables.set(shape, shown);
      arrange(el, [shown.el]);
      shown.set(onSide ? sideRows(state, number, layer, last, active) : uprightRows(state, number, layer, last, brief));
    },
  };
}

function create(number: number, layer: LayerTrace, onSide: boolean, last: boolean, onHover: (layer: number, unit: number | undefined) => void): Table {
  const units = layer.z.map((_, j) => ({ id: `u${j}`, label: `${last ? "y" : "h"}_${j + 1}`, name: `unit ${j + 1}`, kind: "text" as const }));
  const lines = [
    ...layer.input.map((_, i) => ({ id: `p${i}`, label: product(number, i), kind: "text" as const })),
    { id: "dot", label: "v·W", kind: "text" as const }, { id: "bias", label: "+ b", kind: "text" as const },
    { id: "z", label: "z", kind: "text" as const }, { id: "a", label: last ? "output" : "ReLU", kind: "text" as const },
  ];
  const unitOf = (id: string | undefined): number | undefined => (id?.startsWith("u") ? Number(id.slice(1)) : undefined);
  return table({
    label: `Arithmetic of layer ${number + 1}`, corner: onSide ? "unit" : "line", columns: onSide ? lines : units,
    onHover: (row, column) => onHover(number, onSide ? unitOf(row) : unitOf(column)),
  });
}

function product(layer: number, input: number): string {
  return layer === 0 ? (input === 0 ? "x·w" : "y·w") : `h${subscript(input + 1)}·w`;
}

function lineOf(state: State): number {
  return state.step % LINES;
}

/** Rows are lines, columns units; inputs that are 0 are told in one line where there are many. */
function uprightRows(state: State, number: number, layer: LayerTrace, last: boolean, brief: boolean): Row[] {
  const line = lineOf(state);
  const weights = state.weights[number]!;
  const cells = (values: readonly number[], from: number, write = (value: number, _unit: number): string => fixed(value, DECIMALS)): Row["cells"] =>
    Object.fromEntries(values.map((value, j) => [`u${j}`, line >= from ? write(value, j) : "·"]));
  const some = layer.input.length > 8;
  const rows: Row[] = layer.input.flatMap((input, i) => (some && input === 0 ? [] : [{
    id: `p${i}`, label: brief ? product(number, i) : name(number, i), colour: number > 0 ? unitColour(i) : undefined,
    cells: cells(weights[i]!.map((w) => input * w), 0, (value, j) =>
      (brief ? fixed(value, DECIMALS) : `${formatNumber(input)} × ${formatNumber(weights[i]![j]!)} = ${fixed(value, DECIMALS)}`)),
  }]));
  const zeros = layer.input.filter((input) => input === 0).length;
  if (some && zeros > 0) rows.push({ id: "zeros", label: `${zeros} units are off`, cells: cells(layer.z.map(() => 0), 0) });
  rows.push(
    { id: "dot", label: "sum v·W", cells: cells(layer.dot, 1) },
    { id: "bias", label: "+ b", cells: cells(layer.bias, 2, (value) => `${value < 0 ? "" : "+"}${fixed(value, DECIMALS)}`) },
    { id: "z", label: "= z", cells: cells(layer.z, 2) },
  );
  if (!last) {
    rows.push({ id: "a", label: "ReLU(z)", active: line >= 3, colour: "fit", cells: cells(layer.a, 3) });
    rows.push({ id: "without", label: "without b", cells: cells(layer.withoutBias, 3) });
  }
  return rows;
}

function sideRows(state: State, number: number, layer: LayerTrace, last: boolean, active: number | undefined): Row[] {
  const line = lineOf(state);
  const shown = (value: number, from: number): string => (line >= from ? fixed(value, DECIMALS) : "·");
  return layer.z.map((z, j) => ({
    id: `u${j}`, label: `${last ? "y" : "h"}_${j + 1}`, colour: unitColour(j), active: active === j,
    cells: {
      ...Object.fromEntries(layer.input.map((input, i) => [`p${i}`, shown(input * state.weights[number]![i]![j]!, 0)])),
      dot: shown(layer.dot[j]!, 1), bias: shown(layer.bias[j]!, 2), z: shown(z, 2), a: shown(layer.a[j]!, 3),
    },
  }));
}

function name(layer: number, input: number): string {
  return layer === 0 ? ["x · w", "y · w"][input]! : `h${subscript(input + 1)} · w`;
}

export function subscript(k: number): string {
  return [...String(k)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}
