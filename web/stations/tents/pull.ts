/** Chapter 2: tents pulled by the apex; their units light up in the diagram and the weights follow. */

import { type Network, propagatedLayers, tents as bricks, type Tent, toFunction, unitFunction } from "../../engine/index.ts";
import {
  button, card, type DiagramEdge, type DiagramNode, diagram, h, layout, legend, type Layer, live, type Net, plot, prose, rounds, segmented, stack, status,
  style, table, text, tiles, unitColour, upon,
} from "../../kit/index.ts";
import { COMMIT } from "../station.ts";
import { seriesOf, SINE } from "./shared.ts";
import { GAP, HIGHEST, MOST_TENTS, type State } from "./state.ts";
import type { Act, Part } from "./view.ts";
import { hinges, nested, said, slopesOf } from "./words.ts";

const STEP = 0.01;
const REST = "Pull a tent by its apex, or take it by a foot: its units light up in the diagram.";

type Hold = (index: number | undefined) => void;

export function tentsChapter(act: Act): Part {
  let latest: State | undefined;
  let held: number | undefined;
  const hold: Hold = (index) => {
    if (index === held) return;
    held = index;
    if (latest) show(latest);
  };
  const scene = sceneCard(act, hold);
  const net = netCard(act, hold);
  const numbers = numbersCard(act, hold);
  const el = layout({ wide: { areas: ["scene net", "numbers numbers"] } }, { scene: scene.el, net: net.el, numbers: numbers.el });
  const parts = rounds<Shown>([scene, net, numbers].map((each) =>
    upon(({ state, lit }) => [state.tents, state.layers, lit], ({ state, lit }) => each.draw(state, lit))), el);
  const show = (state: State): void => {
    parts.request({ state, lit: held !== undefined && held < state.tents.length ? held : undefined });
  };
  return {
    el,
    svg: scene.svg,
    draw(state) {
      const first = latest === undefined;
      latest = state;
      show(state);
      if (first) parts.flush();
    },
    destroy: () => parts.cancel(),
  };
}

/** What the cards draw from: the state, and which tent is in hand. */
interface Shown {
  state: State;
  lit: number | undefined;
}

interface Held {
  readonly el: HTMLElement;
  draw(state: State, held: number | undefined): void;
}

// ------------------------------------------------------------------------------------------------ the picture

function sceneCard(act: Act, hold: Hold): Held & { svg: SVGSVGElement } {
  const chart = plot({ label: "The tents and their sum", x: [-0.04, 1.04], y: [-1.35, 1.35], xName: "x", yName: "y", height: 330 });
  const words = status(REST);
  style(words.el, "min-height", "3.2em");
  const key = legend([{ label: "sum of the tents", colour: "fit" }, { label: "sin 2πx, for comparison", look: "target" }]);
  return {
    el: card({ title: "Pull a tent by its apex" }, chart.el, key.el, words.el),
    svg: chart.svg,
    draw({ tents, layers }, held) {
      const room = tents.some((each) => Math.abs(each.height) > 1.2) ? 2.2 : 1.35;
      chart.view({ y: [-room, room] });
      chart.draw([
        { kind: "curve", id: "sine", ...SINE, look: "target" },
        ...tents.flatMap((each, i) => tentLayers(each, i, i === held)),
        { kind: "curve", id: "sum", ...seriesOf(toFunction(bricks(tents, layers))) },
        ...tents.flatMap((each, i) => handles(each, i, act, hold)),
      ]);
      words.set(held === undefined ? REST : heldSentence(tents[held]!, held, layers));
      chart.describe(tents.map((each, i) => `Tent ${i + 1} from ${said(each.left)} to ${said(each.right)}, ${said(each.height)} at ${said(each.apex)}.`).join(" "));
    },
  };
}

function tentLayers(each: Tent, index: number, held: boolean): Layer[] {
  const colour = unitColour(index);
  const shape = { x: [each.left, each.apex, each.right], y: [0, each.height, 0] };
  return [
    { kind: "area", id: `area${index}`, ...shape, colour },
    ...(held ? [{ kind: "curve", id: `glow${index}`, ...shape, look: "glow" } as const] : []),
    { kind: "curve", id: `tent${index}`, ...shape, look: "thin", colour },
  ];
}

function handles(each: Tent, index: number, act: Act, hold: Hold): Layer[] {
  const common = { colour: unitColour(index), step: STEP, onEnd: () => act(COMMIT), onHover: (on: boolean) => hold(on ? index : undefined) };
  const foot = (side: "left" | "right", bounds: readonly [number, number]): Layer => ({
    kind: "handle", id: `${side}${index}`, x: each[side], y: 0, axis: "x", shape: "dot", label: `${side} foot of tent ${index + 1}`,
    bounds: { x: bounds }, onMove: (x) => act({ kind: "foot", index, side, x }), ...common,
  });
  return [
    foot("left", [0, each.apex - GAP]),
    foot("right", [each.apex + GAP, 1]),
    {
      kind: "handle", id: `apex${index}`, x: each.apex, y: each.height, label: `apex of tent ${index + 1}`,
      text: `x = ${said(each.apex)}, height ${said(each.height)}`,
      bounds: { x: [each.left + GAP, each.right - GAP], y: [-HIGHEST, HIGHEST] },
      onMove: (x, y) => act({ kind: "apex", index, x, y }), ...common,
    },
  ];
}

function heldSentence(each: Tent, index: number, layers: 1 | 2): string {
  const { rise, fall } = slopesOf(each);
  if (layers === 1) {
    return `Tent ${index + 1} is three units: the slopes change by ${said(rise)}, ${said(-(rise + fall))} and ${said(fall)} at ${said(each.left)}, ${said(each.apex)} and ${said(each.right)}.`;
  }
  return `Tent ${index + 1}: two units of layer 1 measure how far x is from ${said(each.apex)}, on the right and on the left; one of layer 2 takes ${said(Math.abs(fall))} and ${said(Math.abs(rise))} times that from ${said(Math.abs(each.height))} and cuts below 0.`;
}

// ------------------------------------------------------------------------------------------------ the network

function netCard(act: Act, hold: Hold): Held {
  const net = diagram({ label: "The network of the tents", onHover: (part) => hold(part && tentOf(part.id)) });
  const choice = segmented<"1" | "2">({
    label: "Hidden layers", bare: true, value: "2", choices: [{ value: "2", label: "two hidden layers" }, { value: "1", label: "one" }],
    onChange: (value) => act({ kind: "layers", layers: value === "1" ? 1 : 2 }, COMMIT),
  });
  const words = h("p", { class: "k-prose" });
  return {
    el: card({ title: "Its network", tools: [choice.el] }, net.el, words),
    draw({ tents, layers }, held) {
      const network = bricks(tents, layers);
      const shown = netOf(network, layers);
      choice.set(layers === 1 ? "1" : "2");
      net.set(shown);
      const ids = [...shown.layers.flatMap((each) => each.nodes), ...shown.edges].map((each) => each.id);
      net.highlight(held === undefined ? [] : ids.filter((id) => tentOf(id) === held));
      net.describe(layers === 1 ? `One hidden layer of ${3 * tents.length} units.` : `Two hidden layers, of ${2 * tents.length} and ${tents.length} units.`);
      text(words, layers === 1
        ? `${3 * tents.length} units side by side, three a tent. Touch one to see its tent and its weights.`
        : `${2 * tents.length} units in layer 1, ${tents.length} in layer 2: three a tent here too, one on top of two. Touch one to see its tent and its weights.`);
    },
  };
}

/** Ids of a tent's parts end in ":" and its number. */
function tentOf(id: string): number | undefined {
  const [, number] = id.split(":");
  return number === undefined ? undefined : Number(number);
}

function netOf(network: Network, layers: 1 | 2): Net {
  const along = propagatedLayers(network);
  const hidden = network.biases.slice(0, -1).map((biases, l) => biases.map((bias, j): DiagramNode => {
    const tent = l === 1 ? j : Math.floor(j / (layers === 1 ? 3 : 2));
    const name = `${"hg"[l]}_${j + 1}`;
    return { id: `${name}:${tent}`, label: name, colour: unitColour(tent), bias, curve: seriesOf(unitFunction(along[l]!.a, j)) };
  }));
  const columns = [[{ id: "x", label: "x", small: true }], ...hidden, [{ id: "y", label: "y", small: true, colour: "fit" as const }]];
  const edges = network.weights.flatMap((matrix, l) => matrix.flatMap((row, i) => row.flatMap((weight, j): DiagramEdge[] => {
    const [from, to] = [columns[l]![i]!, columns[l + 1]![j]!];
    const tent = tentOf(to.id) ?? tentOf(from.id) ?? 0;
    const other = l > 0 && l < network.weights.length - 1 && tentOf(from.id) !== tentOf(to.id);
    if (other) return []; // always 0: no tent listens to another
    return [{ id: `${l}-${i}-${j}:${tent}`, from: from.id, to: to.id, weight, label: `weight from ${bare(from.id)} to ${bare(to.id)}` }];
  })));
  const titles = ["input", ...hidden.map((_, l) => `layer ${l + 1}`), "output"];
  return { domain: [0, 1], edges, layers: columns.map((nodes, i) => ({ title: titles[i], nodes })) };
}

function bare(id: string): string {
  return id.split(":")[0]!.replace("_", "");
}

// ------------------------------------------------------------------------------------------------ the numbers

function numbersCard(act: Act, hold: Hold): Held {
  const step = { step: 0.01 };
  const grid = table({
    label: "Numbers of the tents", corner: "tent",
    columns: [
      { id: "left", label: "left", ...step, min: 0, max: 1 }, { id: "apex", label: "apex", ...step, min: 0, max: 1 },
      { id: "right", label: "right", ...step, min: 0, max: 1 }, { id: "height", label: "height", ...step, min: -HIGHEST, max: HIGHEST },
    ],
    onEdit: (row, column, value) => edit(latest, Number(row), column, value, act),
    onHover: (row) => hold(row === undefined ? undefined : Number(row)),
  });
  let latest: readonly Tent[] = [];
  const add = button({ label: "Add a tent", onPress: () => act({ kind: "add" }, COMMIT) });
  const remove = button({ label: "Take the last away", onPress: () => act({ kind: "remove", index: latest.length - 1 }, COMMIT) });
  const [one, two] = [live("", prose("")), live("", prose(""))];
  return {
    el: card({ title: "The bricks, both ways", tools: [add.el, remove.el] },
      tiles(320, grid.el, stack(prose("**One hidden layer**, three hinges a tent:"), one.el, prose("**Two hidden layers**, a unit on top of two:"), two.el))),
    draw({ tents }, held) {
      latest = tents;
      grid.set(tents.map((each, i) => ({
        id: String(i), label: `${i + 1}`, colour: unitColour(i), active: i === held,
        cells: {
          left: { value: each.left, edit: true, max: each.apex - GAP }, apex: { value: each.apex, edit: true, min: each.left + GAP, max: each.right - GAP },
          right: { value: each.right, edit: true, min: each.apex + GAP }, height: { value: each.height, edit: true },
        },
      })));
      one.set(`y = ${tents.map((each, i) => hinges(each, i === 0)).join(" ")}`);
      two.set(`y = ${tents.map((each, i) => nested(each, i === 0)).join(" ")}`);
      add.set({ disabled: tents.length === MOST_TENTS });
      remove.set({ disabled: tents.length === 1 });
    },
  };
}

function edit(tents: readonly Tent[], index: number, column: string, value: number, act: Act): void {
  const now = tents[index];
  if (!now) return;
  if (column === "left" || column === "right") act({ kind: "foot", index, side: column, x: value }, COMMIT);
  else if (column === "apex") act({ kind: "apex", index, x: value, y: now.height }, COMMIT);
  else act({ kind: "height", index, value }, COMMIT);
}
