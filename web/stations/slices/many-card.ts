/** Many curves from one layer: as outputs of one input, and as directions of many inputs. */

import { card, h, legend, multiples, type Panel, type PanelCurve, plot, segmented, status } from "../../kit/index.ts";
import { type Arrays, COMMIT, type Host } from "../station.ts";
import { plural, short } from "./shown.ts";
import { type Action, CURVES, type State } from "./state.ts";

/** What tools/lab_example_slices.py has computed; see there. */
export interface Many {
  readonly units: number;
  readonly curves: readonly number[];
  /** Root mean square error over that of the curves themselves, for each number of curves. */
  readonly outputs: readonly number[];
  readonly directions: readonly number[];
  /** Of the first few curves: the target, and both answers for each number of curves, as vertices. */
  readonly panels: readonly { readonly curves: number; readonly target: PanelCurve; readonly outputs: PanelCurve; readonly directions: PanelCurve }[];
}

export function readMany({ arrays: [counts, x, y], ...header }: Arrays): Many {
  const { units, curves, outputs, directions, shown } = header as unknown as { units: number; curves: number[]; outputs: number[]; directions: number[]; shown: number[] };
  let [at, place] = [0, 0];
  const next = (): PanelCurve => {
    const count = counts![place++]!;
    at += count;
    return { x: x!.subarray(at - count, at), y: y!.subarray(at - count, at) };
  };
  return { units, curves, outputs, directions, panels: shown.map((number) => ({ curves: number, target: next(), outputs: next(), directions: next() })) };
}

export interface ManyCard {
  readonly el: HTMLElement;
  set(state: State, many: Many | undefined): void;
}

export function manyCard(host: Host<Action>): ManyCard {
  const chart = plot({ label: "The error against the number of curves", x: [-1, 66], y: [-3, 0], xName: "K, the number of curves", yName: "error, of the curves' size", height: 240, powers: true });
  const count = segmented<string>({
    label: "K", value: "8", choices: CURVES.map((each) => ({ value: String(each), label: String(each) })),
    onChange: (value) => host.act({ kind: "curves", curves: Number(value) }, COMMIT),
  });
  const key = legend([{ label: "K outputs of one input", colour: "good" }, { label: "K directions of K inputs", colour: "negative" }]);
  const panels = multiples({ label: "Some of the curves", x: [0, 1], y: [-3, 3], least: 84, most: 4, height: 78, read: () => "" });
  const said = status();
  const el = card({ title: "Many curves from one layer" }, key.el, chart.el, h("div", {}, count.el), said.el, panels.el);
  return {
    el,
    set(state, many) {
      count.set(String(state.curves));
      if (!many) return;
      const k = many.curves.indexOf(state.curves);
      const logs = (values: readonly number[]): number[] => values.map((value) => Math.log10(value));
      const [easy, hard] = [logs(many.outputs), logs(many.directions)];
      const x = many.curves;
      chart.view({ y: [Math.floor(Math.min(...easy, ...hard)), 0.1] });
      chart.draw([
        { kind: "curve", id: "easy", x, y: easy, colour: "good" }, { kind: "points", id: "easy dots", x, y: easy, size: 6, colour: "good" },
        { kind: "curve", id: "hard", x, y: hard, colour: "negative" }, { kind: "points", id: "hard dots", x, y: hard, size: 6, colour: "negative" },
        {
          kind: "handle", id: "K", x: state.curves, y: hard[k]!, label: "number of curves", text: plural(state.curves, "curve"), axis: "x", step: 1, colour: "negative", bounds: { x: [1, 64] },
          onMove: (to) => host.act({ kind: "curves", curves: nearest(to, state.curves) }), onEnd: () => host.act(COMMIT),
        },
      ]);
      const [one, all] = [many.outputs[k]!, many.directions[k]!];
      const words = `${plural(state.curves, "curve")} from one layer of ${many.units} units: as outputs of one input they are off by ${percent(one)} of their size, as directions of ${plural(state.curves, "input")} by ${percent(all)}.`;
      chart.describe(words);
      said.set(words);
      const group = many.panels.filter(({ curves }) => curves === state.curves);
      panels.set(group.map(({ target, outputs, directions }, i): Panel => ({
        id: String(i), title: `curve ${i + 1}`, description: "wanted in grey, as an output and as a direction over it",
        curves: [{ ...target, look: "target" }, { ...outputs, colour: "good" }, { ...directions, colour: "negative" }],
      })));
    },
  };
}

/** One step of an arrow key goes to the next number that was computed. */
function nearest(to: number, from: number): number {
  const at = CURVES.indexOf(from as (typeof CURVES)[number]);
  if (Math.abs(to - from) <= 1) return CURVES[Math.max(0, Math.min(CURVES.length - 1, at + Math.sign(to - from)))]!;
  return CURVES.reduce<number>((best, each) => (Math.abs(each - to) < Math.abs(best - to) ? each : best), CURVES[0]);
}

function percent(share: number): string {
  return `${short(100 * share, 2)} %`;
}
