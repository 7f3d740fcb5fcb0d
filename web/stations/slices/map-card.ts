/** The interest map: every feature swept exactly, drawn where it stands in the image. */

import { card, h, plot, segmented, status } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { featureName, plural, short, type Shown } from "./shown.ts";
import { capital } from "./grid-card.ts";
import type { Action, Measure } from "./state.ts";

const SAYS: Record<Measure, string> = { kinks: "kinks", bend: "bend", swing: "swing" };

export interface MapCard {
  readonly el: HTMLElement;
  set(shown: Shown): void;
}

export function mapCard(host: Host<Action>): MapCard {
  const map = plot({ label: "Interest map of all features", x: [0, 8], y: [0, 8], equal: true, bare: true, height: 260 });
  const which = segmented<Measure>({
    label: "Measure", bare: true, value: "kinks", choices: (["kinks", "bend", "swing"] as const).map((value) => ({ value, label: value })),
    onChange: (value) => host.act({ kind: "map", map: value }, COMMIT),
  });
  const said = status();
  let latest: Shown | undefined;
  let painted: { source: ArrayLike<number>; values: Float32Array } | undefined;
  const sides = (): readonly [number, number] => latest?.about.shape ?? gridOf(latest?.about.inputs ?? 1);
  const featureAt = (x: number, y: number): number => {
    const [rows, columns] = sides();
    const [column, row] = [Math.min(columns - 1, Math.max(0, Math.round(x))), Math.min(rows - 1, Math.max(0, rows - 1 - Math.round(y)))];
    return Math.min((latest?.about.inputs ?? 1) - 1, row * columns + column);
  };
  const choose = (x: number, y: number): void => {
    const feature = featureAt(x, y);
    if (feature !== latest?.feature) host.act({ kind: "feature", feature });
  };
  map.svg.addEventListener("click", (event) => {
    choose(...map.locate(event));
    host.act(COMMIT);
  });
  return {
    el: card({ title: "Interest map", tools: [which.el] }, h("div", { class: "s-map" }, map.el), said.el),
    set(shown) {
      latest = shown;
      const { state, about, sweep, feature } = shown;
      which.set(state.map);
      const [rows, columns] = sides();
      const [x, y] = [[-0.5, columns - 0.5], [-0.5, rows - 0.5]] as const; // a cell's middle has whole coordinates
      map.view({ x, y });
      if (!sweep) return;
      const measured = sweep[state.map];
      const most = Array.from(measured).reduce((a, b) => Math.max(a, b), 0);
      if (painted?.source !== measured) painted = { source: measured, values: flipped(measured, most, rows, columns) };
      const [row, column] = [Math.floor(feature / columns), feature % columns];
      map.draw([
        { kind: "field", id: "map", columns, rows, values: painted.values, x, y, colour: "fit" },
        {
          kind: "handle", id: "chosen", x: column, y: rows - 1 - row, label: "chosen feature", text: `${featureName(about, feature)}: ${short(measured[feature]!)} ${SAYS[state.map]}`,
          step: 1, colour: "negative", bounds: { x: [0, columns - 1], y: [0, rows - 1] }, onMove: choose, onEnd: () => host.act(COMMIT),
        },
      ]);
      map.describe(`Each cell is one feature moved by itself; the darkest has ${short(most)} ${SAYS[state.map]}.`);
      const none = Array.from(measured).filter((each) => each === 0).length;
      said.set(`${capital(featureName(about, feature))}: ${plural(sweep.kinks[feature]!, "kink")}, bend ${short(sweep.bend[feature]!, 2)}, swing ${short(sweep.swing[feature]!, 2)}. ${state.map === "kinks" ? `${none === 0 ? "Every feature has a kink." : `${plural(none, "feature")} of ${about.inputs} ${none === 1 ? "has" : "have"} no kink at all.`}` : `The most is ${short(most)}.`}`);
    },
  };
}

/** A nearly square grid for inputs that are no image. */
function gridOf(inputs: number): readonly [number, number] {
  const columns = Math.ceil(Math.sqrt(inputs));
  return [Math.ceil(inputs / columns), columns];
}

/** A field's row 0 is its lowest. */
function flipped(values: ArrayLike<number>, most: number, rows: number, columns: number): Float32Array {
  const result = new Float32Array(rows * columns);
  for (let j = 0; j < values.length; j += 1) result[(rows - 1 - Math.floor(j / columns)) * columns + (j % columns)] = most > 0 ? values[j]! / most : 0;
  return result;
}
