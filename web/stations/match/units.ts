/** Every unit in a column of its own: its line z, what it passes on, and the sliders that set it. */

import { card, css, h, plot, slider, symbol, text, unitColour, type Layer } from "../../kit/index.ts";
import { activate } from "../../engine/index.ts";
import { COMMIT } from "../station.ts";
import { seriesOf, type Act } from "./chart.ts";
import { offStretch, short } from "./report.ts";
import { hingeAt, targetOf, unitsOf, type State } from "./state.ts";
import { DOMAIN, LIMITS, type Unit } from "./target.ts";

const RANGE = [-4, 4] as const;
const SAMPLES = 60;

export interface Units {
  readonly el: HTMLElement;
  /** Sets the sliders. */
  set(state: State): void;
  /** Draws what the units do. */
  draw(state: State, lit: number | undefined, cross: number): void;
}

/** Gives the card of the units. */
export function units(act: Act, onHover: (unit: number | undefined) => void): Units {
  const columns = ([0, 1, 2] as const).map((index) => column(index, act, onHover));
  const el = card({ title: "Each unit", note: "its line z, what it passes on, and its two numbers" }, h("div", { class: "m-units" }, ...columns.map((each) => each.el)));
  return {
    el,
    set: (state) => unitsOf(state).forEach((unit, i) => columns[i]!.set(unit)),
    draw: (state, lit, cross) => columns.forEach((each) => each.draw(state, lit, cross)),
  };
}

function column(index: 0 | 1 | 2, act: Act, onHover: (unit: number | undefined) => void) {
  const colour = unitColour(index);
  const options = { x: DOMAIN, y: RANGE, height: 118 };
  const [line, passed] = [plot({ ...options, label: `z of unit ${index}` }), plot({ ...options, label: `a of unit ${index}` })];
  const note = h("span", { class: "m-unit-note" });
  const dials = dialsOf(index, act, onHover);
  const named = (letter: string, rest: HTMLElement | string): HTMLElement =>
    h("p", { class: "m-unit-name" }, symbol(`${letter}_${index}`), " ", rest);
  const passes = h("span");
  const el = h("div", { class: "m-unit", style: { "--c": css(colour) }, attributes: { role: "group", "aria-label": `unit ${index}` } },
    h("h3", {}, `Unit ${index}`, note), named("z", ""), line.el, named("a", passes), passed.el, h("div", { class: "m-dials" }, ...dials.els));
  return {
    el,
    set: dials.set,
    draw(state: State, lit: number | undefined, cross: number): void {
      const unit = unitsOf(state)[index];
      const sign = targetOf(state).signs[index]!;
      text(note, `${index === 0 ? "given, " : ""}${sign > 0 ? "added" : "subtracted"}`);
      text(passes, PASSES[state.activation]);
      el.classList.toggle("m-lit", lit === index);
      drawLine(line, unit, index, cross);
      drawPassed(passed, state, unit, index, cross);
    },
  };
}

/** Gives the two sliders of a unit; those of unit 0 only show its numbers. */
export function dialsOf(index: 0 | 1 | 2, act: Act, onHover: (unit: number | undefined) => void): { els: HTMLElement[]; set(unit: Unit): void } {
  const dials = (["w", "b"] as const).map((key) => ({ key, part: slider({
    label: `${key}_${index}`, name: `${key === "w" ? "weight" : "bias"} of unit ${index}`, colour: unitColour(index), disabled: index === 0,
    min: -LIMITS[key], max: LIMITS[key], step: 0.1, value: 0,
    onInput: (value) => index !== 0 && act({ kind: key === "w" ? "weight" : "bias", unit: index, value }),
    onCommit: () => act(COMMIT),
    onHover: (active) => onHover(active ? index : undefined),
  }) }));
  return {
    els: dials.map((each) => each.part.el),
    set(unit) {
      for (const { key, part } of dials) part.set({ value: unit[key] });
    },
  };
}

const PASSES = { relu: "= max(0, z)", linear: "= z", sigmoid: "= 1 / (1 + e⁻ᶻ)" } as const;

function drawLine(picture: ReturnType<typeof plot>, unit: Unit, index: number, cross: number): void {
  const z = (x: number): number => unit.w * x + unit.b;
  picture.draw([
    ...kinkRule(unit, index),
    { kind: "curve", id: "z", x: DOMAIN, y: DOMAIN.map(z), look: "line", colour: unitColour(index) }, reader(cross, z(cross), index),
  ]);
  picture.describe(`z goes from ${short(z(0))} at x = 0 to ${short(z(3))} at x = 3.`);
}

function drawPassed(picture: ReturnType<typeof plot>, state: State, unit: Unit, index: number, cross: number): void {
  const at = hingeAt(unit);
  const inner = at > DOMAIN[0] && at < DOMAIN[1] ? [at] : [];
  const x = state.activation === "sigmoid"
    ? Array.from({ length: SAMPLES + 1 }, (_, i) => (3 * i) / SAMPLES)
    : [DOMAIN[0], ...inner, DOMAIN[1]];
  const f = { breakpoints: x, values: x.map((each) => activate(state.activation, unit.w * each + unit.b)), leftSlope: 0, rightSlope: 0 };
  const off = state.activation === "relu" ? offStretch(unit) : undefined;
  const layers: Layer[] = off ? [{ kind: "band", id: "off", x: off, colour: "muted" }] : [];
  if (off && off[1] - off[0] > 0.6) layers.push({ kind: "label", id: "word", x: (off[0] + off[1]) / 2, y: -2.4, text: "off", anchor: "middle", colour: "muted", shift: [0, -5] });
  picture.draw([...layers, ...kinkRule(unit, index), { kind: "curve", id: "a", ...seriesOf(f), colour: unitColour(index) },
    reader(cross, activate(state.activation, unit.w * cross + unit.b), index)]);
  picture.describe(off ? `Off from x = ${short(off[0])} to ${short(off[1])}.` : "Never off.");
}

function kinkRule(unit: Unit, index: number): Layer[] {
  const at = hingeAt(unit);
  return at >= DOMAIN[0] && at <= DOMAIN[1] ? [{ kind: "rule", id: "kink", x: at, look: "dash", colour: unitColour(index) }] : [];
}

/** The value at the x where the sum is read. */
function reader(x: number, y: number, index: number): Layer {
  return { kind: "points", id: "reader", x: [x], y: [y], size: 8, colour: unitColour(index) };
}
