/** The network as a picture, and its sum by hand at one x. */

import { diagram, h, live, slider, table, unitColour, type Diagram } from "../../kit/index.ts";
import { activate } from "../../engine/index.ts";
import { seriesOf } from "./chart.ts";
import { curveOf, short, sumAt } from "./report.ts";
import { hingeAt, targetOf, unitsOf, type State } from "./state.ts";
import { DOMAIN, type Unit } from "./target.ts";

const SAMPLES = 40;

/** Gives the picture of the network with its numbers. */
export function netPicture(onHover: (unit: number | undefined) => void): { part: Diagram; draw(state: State, lit: number | undefined): void } {
  const part = diagram({
    label: "The network",
    onHover: (at) => onHover(at && /^[hwv](\d)$/.exec(at.id) ? Number(at.id.slice(1)) : undefined),
  });
  return {
    part,
    draw(state, lit) {
      const { signs } = targetOf(state);
      part.set({
        domain: DOMAIN,
        layers: [
          { title: "input", nodes: [{ id: "x", label: "x", small: true }] },
          { title: `${state.activation === "relu" ? "ReLU" : state.activation} units`, nodes: unitsOf(state).map((unit, i) => ({
            id: `h${i}`, label: `a_${i}`, colour: unitColour(i), bias: unit.b, curve: passedCurve(state, unit),
          })) },
          { title: "sum", nodes: [{ id: "y", label: "y", colour: "fit" as const, bias: 0, curve: seriesOf(curveOf(state)) }] },
        ],
        edges: unitsOf(state).flatMap((unit, i) => [
          { id: `w${i}`, from: "x", to: `h${i}`, weight: unit.w, label: `weight w_${i}` },
          { id: `v${i}`, from: `h${i}`, to: "y", weight: signs[i]!, label: `output weight v_${i}` },
        ]),
      });
      part.highlight(lit === undefined ? [] : [`h${lit}`, `w${lit}`, `v${lit}`]);
      part.describe(`One input, three ${state.activation} units, one output that ${signs.every((sign) => sign > 0) ? "adds them" : "adds and subtracts them"}.`);
    },
  };
}

function passedCurve(state: State, unit: Unit) {
  const at = hingeAt(unit);
  const inner = at > DOMAIN[0] && at < DOMAIN[1] ? [at] : [];
  const x = state.activation === "sigmoid" ? Array.from({ length: SAMPLES + 1 }, (_, i) => (3 * i) / SAMPLES) : [DOMAIN[0], ...inner, DOMAIN[1]];
  return { x, y: x.map((each) => activate(state.activation, unit.w * each + unit.b)) };
}

/** Gives the table that adds the units up at one x, with the slider of that x. */
export function byHand(onX: (x: number) => void): { el: HTMLElement; draw(state: State, x: number, lit: number | undefined): void } {
  const at = slider({ label: "x", name: "x at which to add up", min: DOMAIN[0], max: DOMAIN[1], step: 0.1, value: 1, onInput: onX });
  const sums = table({
    label: "The sum at x", corner: "unit",
    columns: [
      { id: "line", label: "z = w x + b", kind: "text" }, { id: "z", label: "z", step: 0.01 }, { id: "a", label: "a", step: 0.01 }, { id: "adds", label: "adds", step: 0.01 },
    ],
  });
  const total = live("", h("p", { class: "m-total" }));
  return {
    el: h("div", { class: "k-stack m-hand" }, at.el, sums.el, total.el),
    draw(state, x, lit) {
      const { z, a, sum, target } = sumAt(state, x);
      const { signs } = targetOf(state);
      at.set({ value: x });
      sums.set([...unitsOf(state).map((unit, i) => ({
        id: String(i), label: `a_${i}`, colour: unitColour(i), active: lit === i,
        cells: { line: lineText(unit, x), z: rounded(z[i]!), a: rounded(a[i]!), adds: rounded(signs[i]! * a[i]!) },
      })), { id: "sum", label: "sum", colour: "fit", cells: { adds: rounded(sum) } }, { id: "target", label: "target", colour: "target", cells: { adds: rounded(target) } }]);
      const off = Math.abs(sum - target);
      total.set(off < 1e-9 ? `At x = ${short(x)} the sum is on the target.` : `At x = ${short(x)} the sum is off by ${short(off)}.`);
    },
  };
}

function lineText({ w, b }: Unit, x: number): string {
  return `${short(w)} · ${short(x)} ${b < 0 ? "−" : "+"} ${short(Math.abs(b))}`;
}

function rounded(value: number): { value: number } {
  return { value: Math.round(value * 1000) / 1000 + 0 };
}
