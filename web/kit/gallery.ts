/** The gallery: every part of the kit at work on one page. Built for tests; it is not shipped. */

import {
  button, card, codeBlock, crosshair, diagram, dialog, disclosure, download, drawing, fileButton, frames, h, layout, legend,
  multiples, notes, plot, pngOf, prose, segmented, select, setTheme, slider, snap, stack, status, svgOf, table, textField,
  tiles, toggle, toolbar, unitColour, type Colour, type Layer, type Panel, type Part, type Point, type Series, type Theme,
} from "./index.ts";

interface Unit {
  w: number;
  b: number;
  c: number;
}

interface State {
  units: Unit[];
  offset: number;
  lit: number | undefined;
}

const TARGET: Series = { x: [0, 1, 2, 3], y: [2, 0, 1, 4] };
const DOMAIN = [0, 3] as const;
let state: State = {
  units: [{ w: -2, b: 2, c: 1 }, { w: 1, b: -1, c: 1 }, { w: 2, b: -3.2, c: 1 }],
  offset: 0,
  lit: undefined,
};

const relu = (value: number): number => Math.max(0, value);
const output = (x: number): number => state.units.reduce((sum, unit) => sum + unit.c * relu(unit.w * x + unit.b), state.offset);
const kink = (unit: Unit): number => -unit.b / unit.w;

function curveOf(of: (x: number) => number, kinks: readonly number[]): Series {
  const x = [0, ...kinks.filter((each) => each > 0 && each < 3).sort((a, b) => a - b), 3];
  return { x, y: x.map(of) };
}

// ------------------------------------------------------------------------------------------------ plot and sliders
const chart = plot({ label: "The network and its target", x: DOMAIN, y: [-1, 5], xName: "x", yName: "y", height: 300 });
const cross = crosshair(chart, {
  read: (x) => [{ label: "network", y: output(x), colour: "fit" }],
  label: "Read the network's value",
});
const error = status();
const sliders = state.units.flatMap((unit, index) => (["w", "b"] as const).map((key) =>
  slider({
    label: `${key}_${index}`,
    name: `${key === "w" ? "weight" : "bias"} of unit ${index}`,
    min: -5, max: 5, step: 0.1, value: unit[key], colour: unitColour(index), disabled: index === 0,
    onInput: (value) => change(index, { [key]: value }),
    onHover: (active) => light(active ? index : undefined),
  })));
const key = legend([
  { label: "target", look: "target" },
  { label: "network", colour: "fit" },
  { label: "hinge of a unit", look: "dot", colour: unitColour(1) },
]);

// ------------------------------------------------------------------------------------------------ units, table, diagram
const small = state.units.flatMap((_, index) => (["z", "a"] as const).map((kind) =>
  plot({ label: `${kind} of unit ${index}`, x: DOMAIN, y: [-4, 4], yName: `${kind}${"₀₁₂"[index]}`, height: 128 })));
const numbers = table({
  label: "Parameters of the units",
  corner: "unit",
  columns: [
    { id: "w", label: "w", name: "weight", step: 0.1 },
    { id: "b", label: "b", name: "bias", step: 0.1 },
    { id: "c", label: "v", name: "output weight", step: 0.1 },
    { id: "kink", label: "kink", step: 0.01 },
  ],
  onEdit: (row, column, value) => change(Number(row), { [column]: value }),
  onHover: (row) => light(row === undefined ? undefined : Number(row)),
});
const net = diagram({
  label: "The network",
  onEdit: (part, value) => edit(part, value),
  onHover: (part) => light(part ? Number(/\d+/.exec(part.id)?.[0] ?? NaN) : undefined),
});

// ------------------------------------------------------------------------------------------------ drawing and points
const pen = plot({ label: "Draw a curve here", x: [0, 10], y: [-3, 3], height: 260, onAdd: (x, y) => addPoint(x, y) });
let knots: Point[] = [[0, 0], [1.5, 2], [3, -1], [4.5, 1], [6, -2], [8, 2], [10, 0]];
let stroke: readonly Point[] = [];
const pencil = drawing(pen, {
  onStroke: (points) => {
    stroke = points;
    show();
  },
  onEnd: (points) => {
    stroke = points;
    note.say(`A stroke of ${points.length} points.`, { tone: "good" });
    show();
  },
});
const mode = segmented({
  label: "The pointer", bare: true, value: "move",
  choices: [{ value: "move", label: "moves points" }, { value: "draw", label: "draws" }],
  onChange: (value) => pencil.enable(value === "draw"),
});

function addPoint(x: number, y: number): void {
  knots = [...knots, [snap(x, 0.1), snap(y, 0.1)] as const].sort((a, b) => a[0] - b[0]);
  show();
}

// ------------------------------------------------------------------------------------------------ small multiples, field
const grid = multiples({ label: "36 panels of ten curves", x: [0, 1], y: [-2.2, 2.2], least: 92, height: 62, onHover: () => undefined });
const panels: Panel[] = Array.from({ length: 36 }, (_, index) => ({
  id: `p${index}`,
  title: `pixel ${index}`,
  description: "ten outputs",
  curves: Array.from({ length: 10 }, (_each, output) => {
    const at = 0.2 + 0.6 * Math.abs(Math.sin(index * 7 + output));
    const left = Math.sin(index + output * 1.7);
    const right = Math.cos(index * 0.7 + output);
    return { x: [0, at, 1], y: [left, left + (right - left) * at * 0.4, right], colour: unitColour(output) };
  }),
}));
const plane = plot({ label: "A unit's activation over the plane", x: [-1, 1], y: [-1, 1], equal: true, height: 260, xName: "x₀", yName: "x₁" });
const deep = diagram({ label: "A network of two inputs and two hidden layers", onEdit: () => undefined });
const FIELD = 48;
const field = Array.from({ length: FIELD * FIELD }, (_, index) => {
  const [x, y] = [(index % FIELD) / FIELD - 0.5, Math.floor(index / FIELD) / FIELD - 0.5];
  return Math.max(-1, Math.min(1, 1.6 * x + 1.2 * y));
});

// ------------------------------------------------------------------------------------------------ state
const redraw = frames<void>(() => draw());
const show = (): void => redraw.request();

function change(index: number, changes: Partial<Unit>): void {
  state = { ...state, units: state.units.map((unit, i) => (i === index ? { ...unit, ...changes } : unit)) };
  show();
}

function edit(part: Part, value: number): void {
  const index = Number(/\d+/.exec(part.id)?.[0]);
  if (part.kind === "bias" && part.id === "y") state = { ...state, offset: value };
  else change(index, part.kind === "bias" ? { b: value } : part.id.startsWith("w") ? { w: value } : { c: value });
  show();
}

function light(index: number | undefined): void {
  state = { ...state, lit: index === undefined || Number.isNaN(index) ? undefined : index };
  show();
}

function draw(): void {
  const kinks = state.units.map(kink);
  const curve = curveOf(output, kinks);
  const lit = state.lit;
  const litUnit = lit === undefined ? undefined : state.units[lit];
  const stretch = litUnit && (litUnit.w > 0 ? [kink(litUnit), 3] as const : [0, kink(litUnit)] as const);
  const hinges = state.units.map((unit, index): Layer => ({
    kind: "handle", id: `hinge${index}`, x: kink(unit), y: output(kink(unit)), label: `hinge of unit ${index}`,
    colour: unitColour(index), axis: "x", step: 0.05,
    onMove: (x) => change(index, { b: snap(-unit.w * x, 0.01) }),
    onHover: (active) => light(active ? index : undefined),
  }));
  chart.draw([
    { kind: "curve", id: "target", ...TARGET, look: "target" },
    ...(stretch ? [{ kind: "curve", id: "glow", ...curve, look: "glow", only: stretch } satisfies Layer] : []),
    { kind: "curve", id: "network", ...curve },
    { kind: "label", id: "name", x: 2.4, y: output(2.4), text: "network", colour: "fit", anchor: "end", shift: [-10, 8] },
    ...hinges.slice(1),
  ]);
  const worst = Math.max(...[0, 1, 2, 3].map((x, i) => Math.abs(output(x) - (TARGET.y[i] ?? 0))));
  error.set(worst < 1e-9 ? "Exact match." : `Largest error at a corner: ${worst.toFixed(2)}`, worst < 1e-9 ? "good" : "plain");
  drawUnits();
  drawTables();
  drawOthers();
}

function drawUnits(): void {
  state.units.forEach((unit, index) => {
    const z = (x: number): number => unit.w * x + unit.b;
    small[2 * index]?.draw([{ kind: "curve", id: "z", ...curveOf(z, []), colour: unitColour(index) }]);
    small[2 * index + 1]?.draw([{ kind: "curve", id: "a", ...curveOf((x) => relu(z(x)), [kink(unit)]), colour: unitColour(index) }]);
  });
}

function drawTables(): void {
  sliders.forEach((each, index) => {
    const unit = state.units[Math.floor(index / 2)];
    if (unit) each.set({ value: index % 2 ? unit.b : unit.w });
  });
  numbers.set(state.units.map((unit, index) => ({
    id: String(index), label: `h_${index}`, colour: unitColour(index), active: state.lit === index,
    cells: {
      w: { value: unit.w, edit: index > 0, min: -5, max: 5 }, b: { value: unit.b, edit: index > 0, min: -5, max: 5 },
      c: { value: unit.c, edit: true }, kink: { value: kink(unit) },
    },
  })));
  net.set({
    domain: DOMAIN,
    layers: [
      { title: "input", nodes: [{ id: "x", label: "x", small: true }] },
      { title: "hidden units", nodes: state.units.map((unit, index) => ({
        id: `h${index}`, label: `h_${index}`, colour: unitColour(index), bias: unit.b,
        curve: curveOf((x) => relu(unit.w * x + unit.b), [kink(unit)]),
      })) },
      { title: "output", nodes: [{ id: "y", label: "y", colour: "fit", bias: state.offset, curve: curveOf(output, state.units.map(kink)) }] },
    ],
    edges: state.units.flatMap((unit, index) => [
      { id: `w${index}`, from: "x", to: `h${index}`, weight: unit.w, label: `weight w_${index}` },
      { id: `v${index}`, from: `h${index}`, to: "y", weight: unit.c, label: `output weight v_${index}` },
    ]),
  });
  net.highlight(state.lit === undefined ? [] : [`h${state.lit}`, `w${state.lit}`, `v${state.lit}`]);
}

function drawOthers(): void {
  pen.draw([
    { kind: "band", id: "band", x: [3, 6], colour: "unit-5" },
    { kind: "sticks", id: "sticks", x: [7, 8.6, 9.4], y: [0.4, 2.4, 0.2], y2: [0, 1.4, 0.6] },
    { kind: "points", id: "data", x: [7, 8.6, 9.4], y: [0.4, 2.4, 0.2] },
    { kind: "curve", id: "fill", x: knots.map((p) => p[0]), y: knots.map((p) => p[1]), addable: true },
    { kind: "curve", id: "stroke", x: stroke.map((p) => p[0]), y: stroke.map((p) => p[1]), look: "thin", colour: "muted" },
    ...knots.map((knot, index): Layer => ({
      kind: "handle", id: `knot${index}`, x: knot[0], y: knot[1], label: `breakpoint ${index + 1}`, step: 0.1,
      bounds: { x: [knots[index - 1]?.[0] ?? 0, knots[index + 1]?.[0] ?? 10] },
      onMove: (x, y) => {
        knots = knots.map((each, i) => (i === index ? [x, y] : each));
        show();
      },
      onDelete: () => {
        knots = knots.filter((_, i) => i !== index);
        show();
      },
    })),
  ]);
  plane.draw([
    { kind: "field", id: "f", columns: FIELD, rows: FIELD, values: field, x: [-1, 1], y: [-1, 1] },
    { kind: "rule", id: "r", x: 0.4, look: "dash" },
    { kind: "arrow", id: "a", from: [-0.5, -0.5], to: [0.2, 0.6] },
    { kind: "points", id: "c", x: [-0.5, 0.2, 0.7], y: [-0.5, 0.6, -0.3], look: "ring", size: 9, colour: "unit-2" },
  ]);
}

// ------------------------------------------------------------------------------------------------ page
const note = notes();
const about = dialog("About the gallery", prose("Every part of the kit stands here once, so that a *test* can reach it."));
const code = codeBlock("The network in Python");
code.set("import numpy as np\n\ndef f(x):\n    return np.maximum(0, -2 * x + 2) + np.maximum(0, x - 1)\n");
const formula = textField({
  label: "Formula", value: "sin(x)",
  check: (value) => (value.includes("x") ? "" : "A formula needs an x, as in sin(x)."),
  onChange: (value) => note.say(`Now it is ${value}.`),
});
const root = document.querySelector("#gallery") as HTMLElement;
document.body.classList.add("hinges");
const theme = segmented<Theme>({
  label: "Theme", bare: true, value: "auto",
  choices: [{ value: "auto", label: "system" }, { value: "light", label: "light" }, { value: "dark", label: "dark" }],
  onChange: (value) => setTheme(document.body, value),
});
const save = async (): Promise<void> => {
  download("plot.svg", svgOf(chart.svg), "image/svg+xml");
  download("plot.png", await pngOf(chart.svg));
};
const colours = (["text", "muted", "fit", "error", "good", "warning"] as Colour[]).concat(
  Array.from({ length: 10 }, (_, index) => unitColour(index)));
root.append(
  h("header", { class: "gallery-head" }, h("h1", {}, "Kit gallery"), theme.el),
  layout({
    wide: { areas: ["chart chart chart chart chart units units units units units units units", "net net net net net net net table table table table table", "pen pen pen pen pen pen plane plane plane deep deep deep", "grid grid grid grid grid grid grid grid grid grid grid grid", "words words words words words words controls controls controls controls controls controls"] },
    medium: { areas: ["chart units", "net table", "pen pen", "plane deep", "grid grid", "words controls"] },
  }, {
    chart: card({ title: "Match the target", note: "drag a hinge" }, chart.el, key.el, stack(...sliders.map((each) => each.el)), error.el),
    units: card({ title: "What each unit does" }, h("div", { class: "gallery-units" }, ...[0, 2, 4, 1, 3, 5].map((index) => small[index]?.el))),
    net: card({ title: "Network" }, net.el),
    table: card({ title: "Parameters" }, numbers.el, prose("Each hinge is $v_i$ relu($w_i$ x + $b_i$); its kink is where the unit switches, at `-b / w`.")),
    pen: card({ title: "Breakpoints", tools: [mode.el] }, pen.el),
    plane: card({ title: "Plane" }, plane.el),
    deep: card({ title: "Two hidden layers" }, deep.el),
    grid: card({ title: "Small multiples", note: "36 panels of ten exact curves" }, grid.el),
    words: card({ title: "Words" }, disclosure("A hint", "One unit at a time: *which* part of the curve does it move?"), code.el),
    controls: card({ title: "Controls" },
      toolbar(
        button({ label: "Save picture", look: "primary", onPress: () => void save() }).el,
        button({ label: "About", onPress: () => about.open() }).el,
        button({ label: "Say", look: "quiet", onPress: () => note.say("That file has no column y.", { tone: "error" }) }).el,
        toggle({ label: "Step by step", value: false, onChange: () => undefined }).el,
        fileButton({ label: "Open a file", accept: ".csv", onText: (content, name) => note.say(`${name}: ${content.length} characters`), onProblem: (sentence) => note.say(sentence, { tone: "error" }) }),
      ),
      toolbar(
        select({ label: "Example", value: "sine", choices: [{ value: "sine", label: "sine" }, { value: "nile", label: "nile" }], onChange: () => undefined }).el,
        segmented({ label: "Activation", value: "relu", choices: [{ value: "linear", label: "linear" }, { value: "relu", label: "ReLU" }, { value: "sigmoid", label: "sigmoid" }], onChange: () => undefined }).el,
        formula.el,
      ),
      tiles(90, ...colours.map((colour) => h("span", { style: { color: `var(--${colour})` } }, colour)))),
  }),
  note.el,
  about.el,
);
grid.set(panels);
const SIZES = [2, 4, 4, 1];
deep.set({
  layers: SIZES.map((count, layer) => ({
    title: ["inputs", "", "", "output"][layer],
    nodes: Array.from({ length: count }, (_, row) => ({
      id: `${layer}.${row}`, label: layer === 0 ? `x_${row}` : layer === 3 ? "y" : `h_${row}`, small: layer === 0, dead: layer === 1 && row === 3,
      colour: layer % 3 ? unitColour(row) : undefined,
      curve: layer ? { x: [-1, row / 4 - 0.4, 1], y: [0, 0, 1] } : undefined, bias: layer ? row / 2 - 0.5 : undefined,
    })),
  })),
  edges: SIZES.slice(1).flatMap((count, layer) => Array.from({ length: count * (SIZES[layer] ?? 0) }, (_, index) => {
    const [from, to] = [Math.floor(index / count), index % count];
    return { id: `e${layer}.${from}.${to}`, from: `${layer}.${from}`, to: `${layer + 1}.${to}`, weight: Math.sin(3 * index + layer + 1) };
  })),
  domain: [-1, 1],
});
net.describe("One input, three hidden units, one output.");
cross.set(undefined);
draw();
