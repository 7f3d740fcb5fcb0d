/** Thirty-six features at a time, each with its exact curves, under one crosshair. */

import { button, card, multiples, type Panel as Picture, segmented, select, status, toolbar } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { drawnCurves, featureName, plural, reachOf, readAt, short, type Shown, valueOn, verdict } from "./shown.ts";
import type { Panel } from "./source.ts";
import { type Action, type Drawn, PANELS, type Sort, type State } from "./state.ts";

export interface GridCard {
  readonly el: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  set(shown: Shown): void;
  /** Draws the crosshair at this share of every feature's way, or none. */
  cross(t: number | undefined): void;
}

const SORTS: readonly { value: Sort; label: string }[] = [
  { value: "kinks", label: "kinks" }, { value: "bend", label: "bend" }, { value: "swing", label: "swing" }, { value: "position", label: "position" },
];

/** Gives the card; `onHover` hears where the pointer or the focus is: a feature and a share of its way. */
export function gridCard(host: Host<Action>, onHover: (t: number | undefined) => void): GridCard {
  let latest: { shown: Shown; panels: Map<string, Panel> } | undefined;
  const sort = select<Sort>({ label: "Sorted by", value: "kinks", choices: SORTS, onChange: (value) => host.act({ kind: "sort", sort: value }, COMMIT) });
  const drawn = segmented<Drawn>({
    label: "Curves show", value: "changes", choices: [{ value: "changes", label: "changes" }, { value: "values", label: "values" }],
    onChange: (value) => host.act({ kind: "drawn", drawn: value }, COMMIT),
  });
  const turn = (by: number): void => host.act({ kind: "page", page: Math.max(0, (latest?.shown.page ?? 0) + by) }, COMMIT);
  const [back, next] = [button({ label: "◀", name: "The features before", onPress: () => turn(-1) }), button({ label: "▶", name: "The next features", onPress: () => turn(1) })];
  const said = status();
  const grid = multiples({
    label: "Curves of each feature", x: [0, 1], y: [-1, 1], least: 84, most: 6, height: 70,
    onHover: (id, t) => hover(id, t),
    onSelect: (id) => host.act({ kind: "feature", feature: Number(id) }, COMMIT),
    read: ({ id }, t) => {
      const panel = latest?.panels.get(id);
      if (!latest || !panel) return "";
      const values = readAt(panel, t);
      return values.length === 1 ? short(values[0]!) : short(valueOn(latest.shown.about, panel.feature, t), 2);
    },
  });
  const hover = (id: string | undefined, t: number | undefined): void => {
    onHover(t);
    if (!latest) return;
    const panel = id === undefined ? undefined : latest.panels.get(id);
    said.set(panel && t !== undefined ? wordsAt(latest.shown, panel, t) : words(latest.shown));
  };
  return {
    el: card({ title: "All curves", note: "click one to see it large", tools: [back.el, next.el] }, toolbar(sort.el, drawn.el), said.el, grid.el),
    canvas: grid.canvas,
    cross: (t) => grid.cross(t),
    set(shown) {
      const { state, sweep, features, source, pages, page } = shown;
      sort.set(state.sort);
      drawn.set(state.drawn);
      back.set({ disabled: page === 0 });
      next.set({ disabled: page >= pages - 1 });
      const panels = sweep && source.panels(state.base, state.show, features);
      if (!sweep || !panels) return said.set(source.problem || "Python is computing the curves …", source.problem ? "error" : "plain");
      latest = { shown, panels: new Map(panels.map((panel) => [String(panel.feature), panel])) };
      const curves = panels.map((panel) => drawnCurves(state, panel, sweep.values));
      grid.set(panels.map((panel, i): Picture => ({
        id: String(panel.feature), title: titleOf(shown, panel), curves: curves[i]!, ticks: Array.from(panel.t).slice(1, -1), description: descriptionOf(shown, panel),
      })), { y: reachOf(curves) });
      said.set(words(shown));
    },
  };
}

function titleOf({ about, sweep }: Shown, { feature }: Panel): string {
  const name = about.shape ? `${Math.floor(feature / about.shape[1]) + 1},${(feature % about.shape[1]) + 1}` : featureName(about, feature, true);
  return `${name} · ${sweep!.kinks[feature]}`;
}

function descriptionOf({ sweep, about }: Shown, { feature }: Panel): string {
  return `${about.shape ? `pixel ${feature}, ` : ""}${plural(sweep!.kinks[feature]!, "kink")}, bend ${short(sweep!.bend[feature]!, 2)}, swing ${short(sweep!.swing[feature]!, 2)}`;
}

/** What the whole page of panels shows. */
function words({ about, sweep, page, pages, features, state }: Shown): string {
  if (!sweep) return "";
  const kinks = Array.from(sweep.kinks);
  const mean = kinks.reduce((sum, each) => sum + each, 0) / kinks.length;
  const units = about.layers.reduce((sum, each) => sum + each, 0);
  const range = about.shape ? "between 0 and 1" : "over its range";
  const where = pages > 1 ? ` Panels ${page * PANELS + 1} to ${page * PANELS + features.length} of ${about.inputs}, ${ORDER[state.sort]}.` : "";
  return `${short(mean)} kinks ${range} on average, of ${plural(units, "unit")}; at most ${Math.max(...kinks)}.${where} Titles: ${about.shape ? "row, column" : "name"} · kinks.`;
}

const ORDER: Record<State["sort"], string> = {
  kinks: "most kinks first", bend: "the most bent first", swing: "the widest first", position: "in their own order",
};

function wordsAt({ state, about, sweep }: Shown, panel: Panel, t: number): string {
  const place = short(valueOn(about, panel.feature, t), 2);
  return `${capital(featureName(about, panel.feature))} at ${place}: ${verdict(state, readAt(panel, t))}. ${plural(sweep!.kinks[panel.feature]!, "kink")} on its way. The line stands at ${about.shape ? place : `${Math.round(100 * t)} %`} in all panels.`;
}

export function capital(sentence: string): string {
  if (!sentence.startsWith("pixel ")) return sentence; // a column keeps its own name
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
