/** What every card draws from, and the words that several of them need. */

import { short as plain } from "../../engine/index.ts";
import type { Colour, PanelCurve } from "../../kit/index.ts";
import { unitColour } from "../../kit/index.ts";
import { type About, type Curves, ordered, type Sample, type Source, type Sweep } from "./source.ts";
import { PANELS, type State } from "./state.ts";

/** The state with what is known of it now. */
export interface Shown {
  readonly state: State;
  readonly source: Source;
  readonly about: About;
  readonly sweep: Sweep | undefined;
  /** All features in the chosen order. */
  readonly order: readonly number[];
  /** Those of the present page, and which page of how many that is. */
  readonly features: readonly number[];
  readonly page: number;
  readonly pages: number;
  /** The one in the large panel. */
  readonly feature: number;
}

export function shownOf(given: State, source: Source): Shown | undefined {
  const about = source.about();
  if (!about) return undefined;
  const state = fitted(given, about);
  const sweep = source.sweep(state.base, state.show, state);
  const order = sweep ? ordered(sweep, state.sort) : [];
  const pages = Math.max(1, Math.ceil(about.inputs / PANELS));
  const page = Math.min(state.page, pages - 1);
  const features = order.slice(page * PANELS, (page + 1) * PANELS);
  return { state, source, about, sweep, order, features, page, pages, feature: Math.min(state.feature, about.inputs - 1) };
}

/** A state may be of other data: a row, unit or output that there is not is the last one. */
function fitted(state: State, { rows, layers, outputs }: About): State {
  const { base, show, line } = state;
  const row = (number: number): number => Math.min(number, rows - 1);
  const [first, second] = line.map(row) as [number, number];
  const layer = show.kind === "unit" ? Math.min(show.layer, layers.length - 1) : 0;
  const most = show.kind === "unit" ? (layers[layer] ?? 1) : outputs;
  const fits: State = {
    ...state, base: base === null ? null : row(base), line: first === second ? [0, row(1)] : [first, second],
    show: show.kind === "outputs" ? show : { ...show, index: Math.min(show.index, most - 1), ...(show.kind === "unit" && { layer }) },
  };
  return JSON.stringify(fits) === JSON.stringify(state) ? state : fits;
}

export function short(value: number, digits = 3): string {
  return plain(value, digits).replaceAll("-", "\u2212");
}

/** A number of things, with its noun. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** "pixel 20 (row 3, column 5)" of an image, else the column's own name. */
export function featureName({ shape, names }: About, feature: number, brief = false): string {
  if (!shape) return names[feature] ?? `input ${feature}`;
  const place = `row ${Math.floor(feature / shape[1]) + 1}, column ${(feature % shape[1]) + 1}`;
  return brief ? `pixel ${feature}` : `pixel ${feature} (${place})`;
}

export function curveName({ show }: State, k: number): string {
  return show.kind === "outputs" ? `output ${k}` : show.kind === "output" ? `output ${show.index}` : `unit ${show.index}`;
}

export function curveColour({ show }: State, k: number): Colour {
  return show.kind === "outputs" ? unitColour(k) : show.kind === "output" ? unitColour(show.index) : "fit";
}

/** The feature's own value at a share of its way. */
export function valueOn({ low, high }: About, feature: number, t: number): number {
  return low[feature]! + t * (high[feature]! - low[feature]!);
}

export function shareOf({ low, high }: About, feature: number, value: number): number {
  return (value - low[feature]!) / (high[feature]! - low[feature]!);
}

/** Curves to be drawn: as they are, or less their values at the base. */
export function drawnCurves(state: State, curves: Curves, values: ArrayLike<number>): PanelCurve[] {
  return curves.y.map((y, k) => {
    const shift = state.drawn === "changes" ? values[k]! : 0;
    return { x: curves.t, y: shift === 0 ? y : Float64Array.from(y, (each) => each - shift), colour: curveColour(state, k) };
  });
}

/** Gives the reach of curves, with some air. */
export function reachOf(all: readonly (readonly PanelCurve[])[]): [number, number] {
  let [least, most] = [0, 0];
  for (const curves of all) {
    for (const { y } of curves) {
      for (let i = 0; i < y.length; i += 1) {
        least = Math.min(least, y[i]!);
        most = Math.max(most, y[i]!);
      }
    }
  }
  const air = 0.06 * (most - least) || 1;
  return [least - air, most + air];
}

/** Gives each curve's value at t. */
export function readAt({ t, y }: Curves, at: number): number[] {
  let i = 1;
  while (i < t.length - 1 && t[i]! < at) i += 1;
  const share = (at - t[i - 1]!) / (t[i]! - t[i - 1]!);
  return y.map((curve) => curve[i - 1]! + share * (curve[i]! - curve[i - 1]!));
}

export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k += 1) if (values[k]! > values[best]!) best = k;
  return best;
}

/** What the curves say at one place: the two highest outputs, or the one curve. */
export function verdict(state: State, values: readonly number[]): string {
  if (values.length === 1) return `${curveName(state, 0)} is ${short(values[0]!)}`;
  const first = largest(values);
  const second = largest(values.map((value, k) => (k === first ? -Infinity : value)));
  return `output ${first} is highest with ${short(values[first]!)}, then output ${second} with ${short(values[second]!)}`;
}

/** "a 3 (row 27)", or "the mean image". */
export function rowName(row: number | null, sample: Sample | undefined): string {
  if (row === null) return "the mean of all rows";
  return sample?.label ? `row ${row}, a ${sample.label}` : `row ${row}`;
}
