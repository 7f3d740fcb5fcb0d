/** The card in which network, plane, depth and colours are chosen. */

import {
  arrange, button, card, editableNumber, fileButton, h, live, segmented, select, slider, status, style, toolbar,
} from "../../kit/index.ts";
import { random } from "../../engine/index.ts";
import { COMMIT, type Host } from "../station.ts";
import type { Found } from "./found.ts";
import { colouringOf, unitOf } from "./shades.ts";
import { type Action, type Colouring, type Example, type Material, type Plane, type State } from "./state.ts";

const NETWORKS: readonly { value: string; label: string }[] = [
  { value: "spiral-deep", label: "spiral, 2 → 8 → 8 → 3" }, { value: "spiral", label: "spiral, 2 → 64 → 3" },
  { value: "digits", label: "digits, 64 → 128 → 10" }, { value: "digits-standardized", label: "digits, inputs standardised" },
];
const LARGEST = 60_000_000;

export interface Choosing {
  readonly el: HTMLElement;
  set(state: State, found: Found | undefined): void;
}

/** Gives the card. */
export function choosing(host: Host<Action>): Choosing {
  const said = status();
  const act = (action: Action): void => host.act(action, COMMIT);
  let last: State | undefined;
  let rows: number | null = null;
  const network = select<string>({
    label: "Network", choices: NETWORKS, value: "spiral-deep",
    onChange: (value) => NETWORKS.some((each) => each.value === value) && act({ kind: "network", network: { example: value as Example } }),
  });
  const data = select<string>({
    label: "Data", choices: [], value: "none",
    onChange: (value) => act({ kind: "data", data: value === "digits" || value === "spiral" ? { example: value } : null }),
  });
  const open = uploader(host, said, (kind, material, inputs) => {
    if (kind === "network") act({ kind: "network", network: material, inputs });
    else act({ kind: "data", data: material });
  });
  const plane = select<"features" | "samples">({
    label: "Plane", value: "samples", choices: [{ value: "samples", label: "through three samples" }, { value: "features", label: "of two inputs" }],
    onChange: (kind) => act({ kind: "plane", plane: kind === "samples" ? { kind, rows: [0, 1, 2] } : { kind, features: (last && found(last)) ?? [0, 1], row: null } }),
  });
  const field = (label: string, change: (value: number) => Plane | undefined): ReturnType<typeof editableNumber> => editableNumber({
    label, value: 0, min: 0, max: 1e6, step: 1,
    onChange: (value) => {
      const next = change(Math.round(value));
      if (next) act({ kind: "plane", plane: next });
      if (last) show(last);
    },
  });
  const replaced = <T extends readonly number[]>(list: T, at: number, value: number): T => list.map((each, k) => (k === at ? value : each === value ? list[at]! : each)) as unknown as T;
  const samples = [0, 1, 2].map((k) => field(`row ${"abc"[k]}`, (value) => (last?.plane.kind === "samples" ? { kind: "samples", rows: replaced(last.plane.rows, k, value) } : undefined)));
  const inputs = [0, 1].map((k) => field(`input along ${"st"[k]}`, (value) => (last?.plane.kind === "features" ? { ...last.plane, features: replaced(last.plane.features, k, value) } : undefined)));
  const others = select<"mean" | "row">({
    label: "The others", value: "mean", choices: [{ value: "mean", label: "at the mean" }, { value: "row", label: "as in a row" }],
    onChange: (value) => last?.plane.kind === "features" && act({ kind: "plane", plane: { ...last.plane, row: value === "row" ? 0 : null } }),
  });
  const row = field("row of the others", (value) => (last?.plane.kind === "features" ? { ...last.plane, row: value } : undefined));
  const shuffle = button({
    label: "Other samples", onPress: () => {
      if (last?.plane.kind !== "samples") return;
      const order = random(last.plane.rows.reduce((sum, each) => 31 * sum + each + 1, 7) % 1e9).permutation(Math.min(rows ?? 3, 1e5));
      const [a = 0, b = 1, c = 2] = order;
      act({ kind: "plane", plane: { kind: "samples", rows: [a, b, c] } });
    },
  });
  const fields = h("div", { class: "s-tiling-fields" });
  const depth = slider({
    label: "depth", name: "hidden layers that cut", min: 1, max: 2, step: 1, value: 2, colour: "fit",
    onInput: (value) => host.act({ kind: "depth", depth: value >= layers ? null : value }), onCommit: () => host.act(COMMIT),
  });
  let layers = 2;
  const depthSaid = live("", h("p", { class: "s-small" }));
  const colour = segmented<Colouring>({
    label: "Colour", value: "class", choices: [{ value: "region", label: "region" }, { value: "class", label: "class" }, { value: "unit", label: "a unit's z" }],
    onChange: (value) => act({ kind: "colour", colour: value }),
  });
  const layer = select<string>({ label: "layer", choices: [], value: "0", onChange: (value) => act({ kind: "unit", unit: [Number(value), 0] }) });
  const unit = editableNumber({
    label: "unit", value: 0, min: 0, max: 1e6, step: 1,
    onChange: (value) => last && act({ kind: "unit", unit: [last.unit[0], Math.round(value)] }),
  });
  const unitRow = h("div", { class: "s-tiling-fields" }, layer.el, named("unit", unit.el));
  style(unitRow, "display", "none");

  const planeRow = toolbar(data.el, plane.el);
  const show = (state: State): void => {
    const name = "example" in state.network ? state.network.example : "own";
    network.offer(name === "own" ? [...NETWORKS, { value: "own", label: (state.network as { name: string }).name }] : NETWORKS);
    network.set(name);
    const own = state.data && "upload" in state.data ? [{ value: "own", label: state.data.name }] : [];
    data.offer([{ value: "none", label: "none" }, { value: "digits", label: "digits" }, { value: "spiral", label: "spiral" }, ...own]);
    data.set(!state.data ? "none" : "example" in state.data ? state.data.example : "own");
    style(data.el, "display", name === "own" ? "" : "none");
    const { plane: chosen } = state;
    style(plane.el, "display", chosen.kind === "inputs" ? "none" : "");
    style(planeRow, "display", chosen.kind === "inputs" && name !== "own" ? "none" : "");
    if (chosen.kind === "samples") chosen.rows.forEach((value, k) => samples[k]!.set({ value }));
    if (chosen.kind === "features") {
      chosen.features.forEach((value, k) => inputs[k]!.set({ value }));
      others.set(chosen.row === null ? "mean" : "row");
      if (chosen.row !== null) row.set({ value: chosen.row });
    }
    if (chosen.kind !== "inputs") plane.set(chosen.kind);
    arrange(fields, chosen.kind === "samples" ? [...sampleFields, shuffle.el] : chosen.kind === "features" ? [...inputFields, others.el, ...(chosen.row === null ? [] : [rowField])] : []);
    style(fields, "display", chosen.kind === "inputs" ? "none" : "");
  };
  const sampleFields = samples.map((each, k) => named(`row ${"abc"[k]}`, each.el));
  const inputFields = inputs.map((each, k) => named(`${"st"[k]}: input`, each.el));
  const rowField = named("row", row.el);
  const el = card({ title: "What is cut" }, toolbar(network.el, ...(open ? [open] : [])), ...(open ? [said.el] : []), planeRow, fields, depth.el, depthSaid.el, colour.el, unitRow);
  return {
    el,
    set(state, found) {
      last = state;
      show(state);
      if (!found) return;
      rows = found.rows;
      layers = found.hidden.length;
      style(depth.el, "display", layers > 1 ? "" : "none");
      depth.set({ max: Math.max(2, layers), value: state.depth === null ? layers : Math.min(state.depth, layers) });
      depthSaid.set(layers < 2 ? "This network has one hidden layer." : found.depth < layers ? `The first ${found.depth === 1 ? "hidden layer cuts" : `${found.depth} hidden layers cut`}; what the formulas give are its units.` : `${layers === 2 ? "Both" : `All ${layers}`} hidden layers cut.`);
      colour.set(colouringOf(state, found));
      style(unitRow, "display", colouringOf(state, found) === "unit" ? "" : "none");
      layer.offer(found.hidden.slice(0, found.layers ? undefined : 0).map((_, k) => ({ value: String(k), label: String(k + 1) })));
      const [at, index] = unitOf(state, found);
      layer.set(String(at));
      unit.set({ value: index, max: (found.hidden[at] ?? 1) - 1 });
    },
  };
}

function found({ network }: State): [number, number] | undefined {
  return "example" in network && network.example.startsWith("digits") ? [27, 28] : undefined;
}

function named(label: string, control: HTMLElement): HTMLElement {
  return h("span", { class: "s-tiling-field" }, h("span", { class: "k-label", attributes: { "aria-hidden": "true" } }, label), control);
}

type Brought = (kind: "network" | "data", material: Material<never>, inputs: number | undefined) => void;

/** The button that brings a model or a table, where there is Python to read it. */
function uploader(host: Host<Action>, said: ReturnType<typeof status>, onBrought: Brought): HTMLElement | undefined {
  const { upload } = host.services;
  if (!upload) return undefined;
  return fileButton({
    label: "Open a model or a CSV", accept: ".onnx,.keras,.npz,.pt2,.json,.csv", largest: LARGEST,
    onProblem: (sentence) => said.set(sentence, "error"),
    onFile: (file) => {
      said.set(`Python is reading ${file.name} …`);
      upload(file).then(({ handle, name, kind, summary }) => {
        said.set(`${name} is read.`, "good");
        onBrought(kind, { upload: handle, name: name.slice(0, 100) }, typeof summary.inputs === "number" ? summary.inputs : undefined);
      }, (error: unknown) => said.set(error instanceof Error ? error.message : "That file could not be read.", "error"));
    },
  });
}
