/** The curve on its target: hinges as dots to drag, and how far each segment is off. */

import { crosshair, h, plot, text, unitColour, attributes, type CurveLayer, type HandleLayer, type Layer, type Plot } from "../../kit/index.ts";
import { evaluate, type PiecewiseLinear } from "../../engine/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { curveOf, short, sumAt, type Report } from "./report.ts";
import { hingeAt, targetOf, type Action, type State } from "./state.ts";
import { DOMAIN, targetFunction, type Target } from "./target.ts";

export type Act = Host<Action>["act"];

export interface Chart {
  readonly plot: Plot;
  draw(state: State, report: Report, lit: number | undefined): void;
}

/** Gives the vertices of a function with its rays, as the kit draws it. */
export function seriesOf(f: PiecewiseLinear): Pick<CurveLayer, "x" | "y" | "left" | "right"> {
  return { x: f.breakpoints, y: f.values, left: f.leftSlope, right: f.rightSlope };
}

/** Gives the chart; `onCross` hears where the pointer reads, `onHover` which unit's dot is in hand. */
export function chart(act: Act, onCross: (x: number) => void, onHover: (unit: number | undefined) => void): Chart {
  const picture = plot({ label: "The sum of the units and its target", x: DOMAIN, y: [-1, 5], xName: "x", height: 320 });
  let now: State | undefined;
  crosshair(picture, {
    label: "Read the network and the target at x", step: 0.1,
    read(x) {
      if (!now) return [];
      const { sum, target } = sumAt(now, x);
      return [{ label: "network", y: sum, colour: "fit" }, { label: "target", y: target, colour: "muted" }];
    },
    onMove: (x) => x !== undefined && onCross(x),
  });
  return {
    plot: picture,
    draw(state, report, lit) {
      now = state;
      const target = targetOf(state);
      picture.view({ y: rangeOf(state, target) });
      picture.draw([...backdrop(state, target, report), ...curves(state, report, lit), ...dots(state, act, onHover)]);
      picture.describe(`${report.sentence} The target goes through ${target.x.map((x, i) => `(${short(x)}, ${short(target.y[i]!)})`).join(", ")}.`);
    },
  };
}

/** The target with room around it; a line of linear units is brought into the picture too, however far off. */
function rangeOf(state: State, { y }: Target): readonly [number, number] {
  const line = state.activation === "linear" ? DOMAIN.map((x) => evaluate(curveOf(state), x)) : [];
  return [Math.floor(Math.min(0, ...y, ...line)) - 1, Math.ceil(Math.max(1, ...y, ...line)) + 1];
}

function backdrop(state: State, target: Target, report: Report): Layer[] {
  const { current } = report;
  const band: Layer[] = current === undefined || state.activation !== "relu"
    ? [] : [{ kind: "band", id: "current", x: [target.x[current]!, target.x[current + 1]!], colour: "muted" }];
  const numbers = [0, 1, 2].map((i): Layer => {
    const [x, y] = [(target.x[i]! + target.x[i + 1]!) / 2, (target.y[i]! + target.y[i + 1]!) / 2];
    return { kind: "label", id: `n${i}`, x, y, text: String(i + 1), anchor: "middle", colour: "muted", shift: [0, 16] };
  });
  return [...band, { kind: "curve", id: "target", ...seriesOf(targetFunction(target)), look: "target" }, ...numbers];
}

function curves(state: State, report: Report, lit: number | undefined): Layer[] {
  const curve = seriesOf(curveOf(state));
  const layers: Layer[] = [];
  if (report.matched) layers.push({ kind: "curve", id: "glow", ...curve, look: "glow", colour: "good" });
  else if (lit !== undefined && state.activation === "relu") {
    const on = onStretch(state, lit);
    if (on) layers.push({ kind: "curve", id: "glow", ...curve, look: "glow", only: on });
  }
  if (state.activation !== "relu") layers.push({ kind: "curve", id: "before", ...seriesOf(curveOf(state, "relu")), look: "dash", colour: "muted" });
  layers.push({ kind: "curve", id: "network", ...curve, colour: report.matched ? "good" : "fit" });
  return layers;
}

/** Gives where units 1 or 2 add something: there the curve is theirs too. */
function onStretch(state: State, unit: number): readonly [number, number] | undefined {
  const one = state.units[unit - 1];
  if (!one) return undefined;
  const at = hingeAt(one);
  if (Number.isNaN(at)) return one.b > 0 ? DOMAIN : undefined;
  const [from, to] = one.w > 0 ? [Math.max(at, DOMAIN[0]), DOMAIN[1]] : [DOMAIN[0], Math.min(at, DOMAIN[1])];
  return from < to ? [from, to] : undefined;
}

function dots(state: State, act: Act, onHover: (unit: number | undefined) => void): HandleLayer[] {
  if (state.activation !== "relu") return [];
  const curve = curveOf(state);
  return ([1, 2] as const).flatMap((unit) => {
    const one = state.units[unit - 1]!;
    const x = hingeAt(one);
    if (Number.isNaN(x)) return [];
    return [{
      kind: "handle" as const, id: `hinge${unit}`, x, y: evaluate(curve, x), axis: "x" as const, colour: unitColour(unit),
      label: `hinge of unit ${unit}`, text: `x = ${short(x)}, bias ${short(one.b)}`,
      step: Math.max(0.01, 0.1 / Math.abs(one.w)), bounds: { x: DOMAIN },
      onMove: (to: number) => act({ kind: "hinge", unit, x: to }),
      onEnd: () => act(COMMIT),
      onHover: (active: boolean) => onHover(active ? unit : undefined),
    }];
  });
}

/** Gives the strip under the chart: one tile a segment with its largest error. */
export function segments(): { el: HTMLElement; set(state: State, report: Report): void } {
  const items = [0, 1, 2].map((i) => {
    const value = h("strong", {}, "0");
    const place = h("span");
    return { value, place, el: h("li", {}, h("span", {}, `Segment ${i + 1}`), value, place) };
  });
  const el = h("ol", { class: "m-segments", attributes: { "aria-label": "Largest error on each segment" } }, ...items.map((each) => each.el));
  return {
    el,
    set(state, report) {
      const { x } = targetOf(state);
      report.errors.forEach((error, i) => {
        const item = items[i]!;
        const fits = error.value < 1e-9;
        text(item.value, fits ? "fits" : `off by ${short(error.value)}`);
        text(item.place, `from ${short(x[i]!)} to ${short(x[i + 1]!)}`);
        attributes(item.el, { "data-state": fits ? "good" : report.current === i ? "now" : null, "aria-current": report.current === i ? "step" : null });
      });
    },
  };
}
