/** The page of Match. */

import { button, card, frames, h, layout, legend, rounds, segmented, select, status, style, type Choice } from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { chart, segments } from "./chart.ts";
import { report, type Report } from "./report.ts";
import { KINDS, type Action, type Kind, type State } from "./state.ts";
import { byHand, netPicture } from "./sum.ts";
import { TARGETS, type TargetName } from "./target.ts";
import { NAMES, trio } from "./trio.ts";
import { dialsOf, units } from "./units.ts";

const CHOICES: Record<TargetName, string> = { original: "V, then steeper", plateau: "V, then level", peak: "down, up, down", random: "random" };
const AREAS = {
  wide: { areas: ["chart chart chart chart chart units units units units units units units", "net net net net sum sum sum sum trio trio trio trio"] },
  medium: { areas: ["chart chart", "units units", "net sum", "trio trio"] },
};

/** Gives the view. */
export function render({ el, act }: Host<Action>): View<State> {
  let latest: State | undefined;
  let lit: number | undefined;
  let x = 1.5;
  const again = frames<void>(() => latest && draw(latest));
  const light = (unit: number | undefined): void => {
    if (unit !== lit) {
      lit = unit;
      again.request();
    }
  };
  const read = (at: number): void => {
    x = Math.round(at * 100) / 100;
    again.request();
  };
  const choose = (name: Kind): void => act({ kind: "activation", name }, COMMIT);
  const fresh = (): void => act({ kind: "target", name: "random", seed: 1 + ((latest?.seed ?? 0) * 48271 + 11) % 99991 }, COMMIT);

  const curve = chart(act, read, light);
  const strip = segments();
  const said = status();
  style(said.el, "min-height", "3em"); // two lines
  const next = button({ label: "Another target", onPress: fresh });
  const targets = select<TargetName>({
    label: "Target", bare: true, value: "original", choices: TARGETS.map((value): Choice<TargetName> => ({ value, label: CHOICES[value] })),
    onChange: (name) => act({ kind: "target", name }, COMMIT),
  });
  const kinds = segmented<Kind>({
    label: "Activation of the units", bare: true, value: "relu", choices: KINDS.map((value) => ({ value, label: NAMES[value] })), onChange: choose,
  });
  const columns = units(act, light);
  const near = [dialsOf(1, act, light), dialsOf(2, act, light)] as const; // on a telephone the sliders stand under the curve
  const net = netPicture(light);
  const hand = byHand(read);
  const three = trio(choose);
  const key = legend([{ label: "target", look: "target" }, { label: "network", colour: "fit" }]);

  const samples = ({ activation }: State, { matched }: Report): void => key.set([
    { label: "target", look: "target" }, { label: "network", colour: matched ? "good" : "fit" },
    ...(activation === "relu" ? [{ label: "hinges: drag them", look: "dot" as const, colour: "muted" as const }] : [{ label: "with ReLU", look: "dash" as const, colour: "muted" as const }]),
  ]);
  // Drawn at once: the curve, the sliders with their numbers, the error of each segment.
  const parts = rounds<State>([
    (state) => {
      const now = report(state);
      targets.set(state.target);
      kinds.set(state.activation);
      curve.draw(state, now, lit);
      strip.set(state, now);
      columns.set(state);
      near.forEach((each, i) => each.set(state.units[i]!));
    },
    (state) => {
      const now = report(state);
      said.set(now.sentence, now.tone);
      samples(state, now);
      hand.draw(state, x, lit);
    },
    (state) => columns.draw(state, lit, x),
    (state) => net.draw(state, lit),
    (state) => three.draw(state),
  ], el);
  const draw = (state: State): void => {
    const first = latest === undefined;
    latest = state;
    parts.request(state);
    if (first) parts.flush();
  };
  el.append(layout(AREAS, {
    chart: card({ title: "Match the target", tools: [targets.el, next.el] }, curve.plot.el, key.el, strip.el, said.el, h("div", { class: "m-near" }, ...near.flatMap((each) => each.els))),
    units: columns.el,
    net: card({ title: "The network" }, net.part.el),
    sum: card({ title: "Add it up by hand" }, hand.el),
    trio: card({ title: "Three activations", tools: [kinds.el] }, ...three.el.map((each) => each.el)),
  }));
  const destroy = (): void => {
    again.cancel();
    parts.cancel();
  };
  return { draw, picture: () => curve.plot.svg, destroy };
}
