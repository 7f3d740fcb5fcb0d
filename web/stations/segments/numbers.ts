/** Segments as rows of the table and as a diagram: every number of the network, live. */

import { evaluate, hingeFunction, toFunction, type Network, valueAt } from "../../engine/index.ts";
import { type Net, type Part, type Row, unitColour } from "../../kit/index.ts";
import { INTERVAL, type Name, type Unit } from "./state.ts";
import { seriesOf } from "./scenes.ts";
import { said } from "./words.ts";

/** The rows of the units, of the output bias, and of what they add up to at x. */
export function rowsOf(units: readonly Unit[], b0: number, network: Network, at: number, held: Name | undefined): Row[] {
  const active = (index: number): boolean => held !== undefined && held.slice(1) === String(index);
  const rows = units.map((unit, i): Row => ({
    id: String(i + 1), label: String(i + 1), colour: unitColour(i), active: active(i + 1),
    cells: {
      v: { value: unit.v, edit: true }, b: { value: unit.b, edit: true }, w: { value: unit.w, edit: true },
      part: { value: unit.w * Math.max(0, unit.v * at + unit.b) + 0, step: 0.01 },
    },
  }));
  const bias: Row = { id: "0", label: "b_0", colour: "fit", active: held === "b0", cells: { b: { value: b0, edit: true }, part: { value: b0, step: 0.01 } } };
  const sum: Row = { id: "sum", label: "sum", colour: "fit", cells: { part: { value: valueAt(network, at) + 0, step: 0.01 } } };
  return [...rows, bias, sum];
}

/** The name of the number in a cell, if there is one. */
export function nameOfCell(row: string | undefined, column: string | undefined): Name | undefined {
  if (row === undefined || row === "sum") return undefined;
  if (row === "0") return "b0";
  return `${column === "v" || column === "b" ? column : "w"}${row}`;
}

export function netOf(units: readonly Unit[], b0: number): Net {
  const hidden = units.map((unit, i) => ({
    id: `h${i + 1}`, label: `h_${i + 1}`, colour: unitColour(i), bias: unit.b,
    curve: seriesOf(hingeFunction(unit.v, unit.b, 1)),
    dead: Math.max(unit.v * INTERVAL[0], unit.v * INTERVAL[1]) + unit.b <= 0,
  }));
  const edges = units.flatMap((unit, i) => [
    { id: `v${i + 1}`, from: "x", to: `h${i + 1}`, weight: unit.v, label: `v_${i + 1}` },
    { id: `w${i + 1}`, from: `h${i + 1}`, to: "y", weight: unit.w, label: `w_${i + 1}` },
  ]);
  return {
    domain: INTERVAL,
    edges,
    layers: [
      { title: "input", nodes: [{ id: "x", label: "x", small: true }] },
      { title: "ReLUs", nodes: hidden },
      { title: "output", nodes: [{ id: "y", label: "y", small: true, colour: "fit", bias: b0 }] },
    ],
  };
}

export function nameOfPart(part: Part | undefined): Name | undefined {
  if (!part || part.id === "x") return undefined;
  if (part.kind === "edge") return part.id;
  const letter = part.kind === "bias" ? "b" : "w";
  return part.id === "y" ? "b0" : `${letter}${part.id.slice(1)}`;
}

/** The parts of the diagram that a number belongs to. */
export function partsOf(name: Name | undefined): string[] {
  if (name === undefined) return [];
  if (name === "b0") return ["y"];
  const unit = `h${name.slice(1)}`;
  return name.startsWith("v") ? ["x", name, unit] : name.startsWith("w") ? [unit, name, "y"] : [unit];
}

/** What stands under the table: the value at x, read off the curve. */
export function sumSentence(network: Network, at: number): string {
  return `At x = ${said(at)} the parts add up to ${said(evaluate(toFunction(network), at))}, the height of the curve there. Move the mark under the curve to add up elsewhere.`;
}
