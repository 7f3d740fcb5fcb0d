/** Why so boring: the numbers beside those of the same network on standardised inputs. */

import { button, card, h, type Layer, legend, plot, status, table, type Row } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { plural, short, type Shown } from "./shown.ts";
import type { Source, Why } from "./source.ts";
import { type Action, type Name, nameOf } from "./state.ts";

export interface WhyCard {
  readonly el: HTMLElement;
  set(shown: Shown): void;
}

const ROWS: readonly { id: keyof Why; label: string; write(why: Why, all: number): string }[] = [
  { id: "kinks", label: "kinks on a feature's way, mean", write: ({ kinks }, all) => `${short(kinks)} of ${all}` },
  { id: "most", label: "kinks, the most", write: ({ most }) => String(most) },
  { id: "on", label: "units on at the base", write: ({ on, units }) => `${on} of ${units}` },
  { id: "z", label: "|z| at the base, median", write: ({ z }) => short(z) },
  { id: "w", label: "|w| of a feature, median", write: ({ w }) => short(w) },
  { id: "way", label: "way to a kink, median", write: ({ way }) => short(way) },
  { id: "range", label: "way a feature can go", write: ({ range }) => short(range) },
  { id: "swing", label: "swing, of the outputs' spread", write: ({ swing }) => `${short(100 * swing)} %` },
  { id: "bend", label: "bend, of the outputs' spread", write: ({ bend }) => `${short(100 * bend)} %` },
];

/** Gives the card; `sourceOf` gives the source of a network that comes with the lab. */
export function whyCard(host: Host<Action>, sourceOf: (name: Name) => Source | undefined): WhyCard {
  const numbers = table({
    label: "Why the curves are straight", corner: "", columns: [{ id: "raw", label: "raw inputs", kind: "text" }, { id: "remedy", label: "standardised", kind: "text" }],
  });
  const single = table({ label: "Why the curves are straight", corner: "", columns: [{ id: "raw", label: "your network", kind: "text" }] });
  let now: Name | undefined;
  const remedy = button({ label: "Standardise the inputs", look: "primary", onPress: () => host.act({ kind: "model", model: { example: now === "digits" ? "digits-standardized" : "digits" } }, COMMIT) });
  const chart = plot({ label: "How many kinks lie within which way", x: [0, 10], y: [0, 100], xName: "way from the base, in the feature's own unit", yName: "% of all kinks within it", height: 170 });
  const key = legend();
  const said = status();
  const place = h("div", { class: "s-plain" });
  return {
    el: card({ title: "Why so boring?", tools: [remedy.el] }, place, said.el, key.el, chart.el),
    set({ state, about, source }) {
      now = nameOf(state);
      const draw = (all: readonly { label: string; colour: "fit" | "good"; why: Why | undefined }[]): void => {
        const range = all[0]?.why?.range ?? 1;
        chart.view({ x: [0, 10 * range] });
        chart.draw([
          { kind: "band", id: "range", x: [0, range], colour: "glow" },
          ...all.flatMap(({ label, colour, why }): Layer[] => (why ? [{ kind: "curve", id: label, x: Array.from(why.ways).filter(Number.isFinite), y: Array.from(why.ways, (_, i) => i), colour }] : [])),
        ]);
        key.set([...all.map(({ label, colour }) => ({ label, colour })), { label: "as far as a feature can go", colour: "glow", look: "area" as const }]);
      };
      const { base } = state;
      const all = about.layers.reduce((sum, each) => sum + each, 0);
      remedy.el.hidden = now === undefined;
      remedy.set({ label: now === "digits-standardized" ? "Back to raw inputs" : "Standardise the inputs" });
      const here = source.why(base);
      if (now === undefined) {
        place.replaceChildren(single.el);
        if (!here) return said.set(source.problemOf("why") || "Python is computing …");
        single.set(ROWS.map(({ id, label, write }): Row => ({ id, label, cells: { raw: write(here, all) } })));
        draw([{ label: "your network", colour: "fit", why: here }]);
        return said.set(`${because(here)} Trained on standardised inputs, a network has its kinks where the data are.`);
      }
      place.replaceChildren(numbers.el);
      const [raw, standardised] = [sourceOf("digits")?.why(base), sourceOf("digits-standardized")?.why(base)];
      if (!raw || !standardised || !here) return;
      numbers.set(ROWS.map(({ id, label, write }): Row => ({ id, label, cells: { raw: write(raw, all), remedy: write(standardised, all) } })));
      draw([{ label: "raw inputs", colour: "fit", why: raw }, { label: "standardised", colour: "good", why: standardised }]);
      said.set(now === "digits"
        ? `${because(here)} The same network trained on standardised inputs has ${short(standardised.kinks)} kinks on the same way.`
        : `${because(here)} On raw inputs there were ${short(raw.kinks)}: only the scale of the inputs at training differs.`);
    },
  };
}

function because({ units, on, z, w, way, range, kinks }: Why): string {
  return `At this base ${on} of ${plural(units, "unit")} of the first layer are on, with |z| about ${short(z)} where one feature's weight is about ${short(w)}: a feature would have to go ${short(way)} to reach a kink, and it can go ${short(range)}. So it meets ${short(kinks)} kinks.`;
}
