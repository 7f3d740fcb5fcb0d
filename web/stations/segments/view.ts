/** Segments in the page. */

import { evaluate, type Network, type PiecewiseLinear, toFunction } from "../../engine/index.ts";
import {
  button, card, diagram, frames, h, layout, legend, live, plot, prose, rounds, segmented, select, slider, stack, status, style,
  table, text, toolbar, unitColour, upon, type Layer,
} from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { fanCard } from "./fans.ts";
import { nameOfCell, nameOfPart, netOf, partsOf, rowsOf, sumSentence } from "./numbers.ts";
import { built, curveLayers, roomFor, viewOf, WIDE } from "./scenes.ts";
import {
  type Action, LIMIT, type Name, namesOf, networkOf, pointsOf, stageOf, STARTS, type State, unitsOf,
} from "./state.ts";
import { formula, influenceSentence, nudge, said, stageWords } from "./words.ts";

const STEP = 0.05;
const REST = "Touch a number, in the table or in the diagram: the stretch of the curve that it moves glows.";

export type Act = Host<Action>["act"];

/** What the cards draw from: the state, and what follows from it. */
export interface Shown {
  state: State;
  network: Network;
  f: PiecewiseLinear;
  held: Name | undefined;
}

export function render({ el, act }: Host<Action>): View<State> {
  let latest: State | undefined;
  let held: Name | undefined;
  const touch = (name: Name | undefined): void => {
    if (name === held) return;
    held = name;
    again.request();
  };
  const again = frames<void>(() => latest && show(latest));
  const curve = curveCard(act);
  const numbers = numbersCard(act, touch);
  const net = netCard(act, touch);
  const build = buildCard(act);
  const fans = fanCard(act);
  const parts = rounds<Shown>([
    upon(({ state, held }) => [state.shape, state.at, held], curve.draw),
    upon(({ state, held }) => [state.shape, state.at, held], numbers.draw),
    upon(({ state, held }) => [state.shape, held], net.draw),
    upon(({ state }) => [state.shape, state.stage], build.draw),
    ...fans.parts,
  ], el);
  const show = (state: State): void => {
    const network = networkOf(state);
    const count = unitsOf(state).units.length;
    const alive = held !== undefined && namesOf(count).includes(held) ? held : undefined;
    parts.request({ state, network, f: toFunction(network), held: alive });
  };
  el.append(layout({
    wide: { areas: ["curve numbers", "build fans"], columns: [8, 7] },
  }, { curve: curve.el, numbers: card({ title: "Its numbers", note: "w R(v x + b), all of them live" }, ...numbers.parts, net.el), build: build.el, fans: fans.el }));
  return {
    draw(state) {
      const first = latest === undefined;
      latest = state;
      show(state);
      if (first) parts.flush();
    },
    picture: () => curve.svg,
    destroy() {
      again.cancel();
      parts.cancel();
    },
  };
}

// ------------------------------------------------------------------------------------------------ curve

function curveCard(act: Act): { el: HTMLElement; svg: SVGSVGElement; draw(shown: Shown): void } {
  const chart = plot({
    label: "The curve and its points", x: WIDE, y: viewOf(2), xName: "x", yName: "y", height: 330,
    onAdd: (x, y) => act({ kind: "add", x: tidy(x), y: tidy(y) }, COMMIT),
  });
  const glow = status(REST);
  style(glow.el, "min-height", "3.2em");
  const given = segmented<"points" | "numbers">({
    label: "Set by", bare: true, value: "points",
    choices: [{ value: "points", label: "by points" }, { value: "numbers", label: "by numbers" }],
    onChange: (kind) => act({ kind }, COMMIT),
  });
  const from = select<string>({
    label: "Start from", bare: true, value: "",
    choices: [{ value: "", label: "Start from …" }, ...Object.entries(STARTS).map(([value, { label }]) => ({ value, label }))],
    onChange: (value) => {
      act({ kind: "start", from: value }, COMMIT);
      from.set("");
    },
  });
  const key = legend([
    { label: "the network", colour: "fit" }, { label: "what the number moves", colour: "glow", look: "target" },
    { label: "after + 0.1", colour: "muted", look: "dash" },
  ]);
  const how = prose("");
  const draw = ({ state, network, f, held }: Shown): void => {
    const room = roomFor([f]);
    const moved = held === undefined ? undefined : nudge(network, held);
    chart.view({ y: viewOf(room) });
    chart.draw([...curveLayers(f, moved), ...markLayers(state, f, room, act), ...pointLayers(state, room, act)]);
    glow.set(held !== undefined && moved ? influenceSentence(network, held, moved) : REST);
    given.set(state.shape.kind);
    text(how, state.shape.kind === "points"
      ? "Drag a point; click the line for another one; double-click takes one away. By keyboard: arrows, Insert, Delete."
      : "The network's numbers are what counts now, and the points follow it. Drag one, and the points count again: one hinge a segment, every v = 1.");
    chart.describe(`${pointsOf(state).map(([x, y]) => `(${said(x)}, ${said(y)})`).join(", ")} joined by straight lines.`);
  };
  const tools = [given.el, from.el];
  return { el: card({ title: "The curve", tools }, chart.el, key.el, glow.el, how), svg: chart.svg, draw };
}

function tidy(value: number): number {
  return Math.round(value / STEP) * STEP === 0 ? 0 : Number((Math.round(value / STEP) * STEP).toFixed(2));
}

function pointLayers(state: State, room: number, act: Act): Layer[] {
  const all = pointsOf(state);
  return all.map(([x, y], index): Layer => {
    const [before, after] = [all[index - 1], all[index + 1]];
    return {
      kind: "handle", id: `p${index}`, x, y, label: `point ${index + 1}`, step: STEP,
      colour: state.shape.kind === "points" && after ? unitColour(index) : "fit",
      axis: before && after ? "both" : "y",
      text: `x = ${said(x)}, y = ${said(y)}`,
      bounds: { x: before && after ? [before[0] + STEP, after[0] - STEP] : [x, x], y: [-room, room] },
      onMove: (toX, toY) => act({ kind: "move", index, x: toX, y: toY }),
      onEnd: () => act(COMMIT),
      onDelete: before && after ? () => act({ kind: "delete", index }, COMMIT) : undefined,
    };
  });
}

function markLayers({ at }: State, f: PiecewiseLinear, room: number, act: Act): Layer[] {
  return [
    { kind: "rule", id: "at", x: at, look: "dash" },
    { kind: "points", id: "value", x: [at], y: [evaluate(f, at)], size: 8, colour: "muted" },
    {
      kind: "handle", id: "mark", x: at, y: viewOf(room)[0], axis: "x", shape: "tick", colour: "muted", step: STEP, bounds: { x: [-1, 1] },
      label: "where the table adds up", onMove: (x) => act({ kind: "at", x }), onEnd: () => act(COMMIT),
    },
  ];
}

// ------------------------------------------------------------------------------------------------ numbers

function numbersCard(act: Act, touch: (name: Name | undefined) => void): { parts: HTMLElement[]; draw(shown: Shown): void } {
  const grid = table({
    label: "Numbers of the network",
    corner: "unit",
    columns: [
      { id: "v", label: "v", name: "weight", min: -LIMIT, max: LIMIT },
      { id: "b", label: "b", name: "bias", min: -LIMIT, max: LIMIT },
      { id: "w", label: "w", name: "output weight", min: -LIMIT, max: LIMIT },
      { id: "part", label: "adds", name: "what it adds at the mark", step: 0.01 },
    ],
    onEdit: (row, column, value) => act({ kind: "number", of: nameOfCell(row, column) ?? "", value }, COMMIT),
    onHover: (row, column) => touch(nameOfCell(row, column)),
  });
  const [written, sum] = [live("", prose("")), live("", prose(""))];
  return {
    parts: [grid.el, stack(written.el, sum.el)],
    draw({ state, network, held }) {
      const { units, b0 } = unitsOf(state);
      grid.set(rowsOf(units, b0, network, state.at, held));
      written.set(formula(units, b0));
      sum.set(sumSentence(network, state.at));
    },
  };
}

function netCard(act: Act, touch: (name: Name | undefined) => void): { el: HTMLElement; draw(shown: Shown): void } {
  const net = diagram({
    label: "The network",
    onEdit: (part, value) => act({ kind: "number", of: nameOfPart(part) ?? "", value }, COMMIT),
    onHover: (part) => touch(nameOfPart(part)),
  });
  return {
    el: net.el,
    draw({ state, held }) {
      const { units, b0 } = unitsOf(state);
      net.set(netOf(units, b0));
      net.highlight(partsOf(held));
      net.describe(formula(units, b0));
    },
  };
}

// ------------------------------------------------------------------------------------------------ build-up

function buildCard(act: Act): { el: HTMLElement; draw(shown: Shown): void } {
  const chart = plot({ label: "The build-up", x: WIDE, y: viewOf(2), height: 250, xName: "x" });
  const go = (stage: number): void => act({ kind: "stage", stage }, COMMIT);
  let [now, end] = [0, 5];
  const back = button({ label: "Back", onPress: () => go(now - 1) });
  const next = button({ label: "Next", look: "primary", onPress: () => go(now === end ? 0 : now + 1) });
  const scrub = slider({
    label: "step", name: "step of the build-up", min: 0, max: 5, step: 1, value: 0,
    onInput: (stage) => act({ kind: "stage", stage }), onCommit: () => act(COMMIT),
  });
  style(scrub.el, "flex", "1 1 200px");
  const name = h("h3");
  const words = status();
  style(words.el, "min-height", "4.6em");
  return {
    el: card({ title: "Build-up", note: "one unit at a time" }, chart.el, toolbar(back.el, next.el, scrub.el), stack(name, words.el)),
    draw({ state }) {
      const { units, b0 } = unitsOf(state);
      const { stage, last } = stageOf(state);
      const { layers, room } = built(units, b0, stage);
      const said = stageWords(units, b0, stage);
      [now, end] = [stage, last];
      chart.view({ y: stage === 0 ? [-0.12 * room, 1.2 * room] : viewOf(room) });
      chart.draw(layers);
      chart.describe(said.sentence);
      scrub.set({ value: stage, max: last });
      back.set({ disabled: stage === 0 });
      next.set({ label: stage === last ? "Start over" : "Next" });
      text(name, `${stage} of ${last}: ${said.title}`);
      words.set(said.sentence);
    },
  };
}
