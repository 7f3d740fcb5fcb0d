/** The card in which a target is chosen: the sine, a drawing, a formula or a table. */

import { example } from "../../engine/index.ts";
import {
  arrange, button, card, editableNumber, fileButton, h, prose, segmented, stack, status, textField, toolbar,
} from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { parseTable, thinned } from "./csv.ts";
import { SHAPES } from "./doodle.ts";
import { parseFormula, VOCABULARY } from "./formula.ts";
import { keepWhole } from "./points.ts";
import { type Action, emptyBoard, FIRST_FORMULA, MOST_POINTS, type State, type Target } from "./state.ts";

type Kind = Target["kind"];
const KINDS: readonly Kind[] = ["sine", "drawn", "formula", "table", "doodle"];

export interface TargetCard {
  readonly el: HTMLElement;
  set(state: State, sentence: string): void;
}

/** Gives the card. Each kind remembers what it last held, so that one may look at another and come back. */
export function targetCard(host: Host<Action>, offered: readonly Kind[] = KINDS): TargetCard {
  const last: Partial<Record<Kind, Target>> = {};
  const choose = (kind: Kind): void => host.act({ kind: "target", target: last[kind] ?? firstOf(kind) }, COMMIT);
  const choice = segmented<Kind>({
    label: "Target", bare: true, value: "sine", onChange: choose,
    choices: offered.map((value) => ({ value, label: value === "drawn" ? "draw" : value })),
  });
  const said = status();
  const parts: Record<Kind, { el: HTMLElement; set(target: Target): void }> = {
    sine: { el: prose("150 points of sin x at random places in 0 to 10: the very question that was asked in a forum, where ten ReLU units gave a straight line."), set: () => undefined },
    drawn: drawnPart(host),
    formula: formulaPart(host),
    table: tablePart(host, (sentence) => said.set(sentence, "error")),
    doodle: doodlePart(host),
  };
  const place = h("div", { class: "k-stack" });
  let shown: Target | undefined;
  return {
    el: card({ title: "Target" }, choice.el, place, said.el),
    set(state, sentence) {
      const { target } = state;
      last[target.kind] = target;
      choice.set(target.kind);
      arrange(place, [parts[target.kind].el]);
      if (target !== shown) parts[target.kind].set(target);
      if (target !== shown || sentence) said.set(sentence, sentence && target.kind !== "drawn" ? "error" : "plain");
      shown = target;
    },
  };
}

function firstOf(kind: Kind): Target {
  if (kind === "sine") return { kind };
  if (kind === "drawn") return emptyBoard();
  if (kind === "formula") return FIRST_FORMULA;
  if (kind === "doodle") return SHAPES.heart!();
  return { kind, ...example("nile"), name: "flow of the Nile, 1871 to 1970" };
}

function drawnPart(host: Host<Action>): { el: HTMLElement; set(target: Target): void } {
  const wipe = button({ label: "Wipe the board", onPress: () => host.act({ kind: "wipe" }, COMMIT) });
  return {
    el: stack(
      prose("Draw on the plot with mouse, pen or finger. A new stroke writes over the old one where it passes, so a part can be mended; gaps are allowed. With a keyboard, choose *formula* or *table*."),
      toolbar(wipe.el),
    ),
    set: (target) => wipe.set({ disabled: target.kind === "drawn" && target.y.every((y) => y === null) }),
  };
}

function doodlePart(host: Host<Action>): { el: HTMLElement; set(target: Target): void } {
  const shapes = Object.entries(SHAPES).map(([name, shape]) =>
    button({ label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, onPress: () => host.act({ kind: "target", target: shape() }, COMMIT) }));
  return {
    el: stack(
      prose("Draw on the plane in one stroke, back and forth as you like: N hinges trace it as a curve t → (x, y). A new stroke takes the place of the old one. With a keyboard, choose a shape."),
      toolbar(...shapes.map((each) => each.el)),
    ),
    set: () => undefined,
  };
}

function formulaPart(host: Host<Action>): { el: HTMLElement; set(target: Target): void } {
  let now: Extract<Target, { kind: "formula" }> = FIRST_FORMULA;
  const change = (changes: Partial<typeof now>): void => host.act({ kind: "target", target: { ...now, ...changes } }, COMMIT);
  const field = textField({
    label: "y =", value: now.formula, onChange: (formula) => change({ formula }),
    check: (source) => {
      const parsed = parseFormula(source);
      return parsed.ok ? "" : parsed.sentence;
    },
  });
  const limits = { step: 1, min: -1e6, max: 1e6 };
  const from = editableNumber({ label: "first x", value: now.from, ...limits, onChange: (value) => change({ from: value }) });
  const to = editableNumber({ label: "last x", value: now.to, ...limits, onChange: (value) => change({ to: value }) });
  return {
    el: stack(field.el, h("div", { class: "s-range" }, "for x from ", from.el, " to ", to.el), h("p", { class: "s-small" }, `It may hold ${VOCABULARY}.`)),
    set(target) {
      if (target.kind !== "formula") return;
      now = target;
      field.set(target.formula);
      field.refuse("");
      from.set({ value: target.from, max: target.to - 1e-6 });
      to.set({ value: target.to, min: target.from + 1e-6 });
    },
  };
}

function tablePart(host: Host<Action>, refuse: (sentence: string) => void): { el: HTMLElement; set(target: Target): void } {
  const take = (source: string, name: string): void => {
    const read = parseTable(source);
    if (!read.ok) return refuse(read.sentence);
    const { x, y } = thinned(read.x, read.y, MOST_POINTS);
    keepWhole({ x, y }, read);
    const some = x.length < read.x.length ? `, ${x.length} of ${read.x.length.toLocaleString("en")} rows${host.services.ask ? " in the page, all of them to certify" : ""}` : "";
    host.act({ kind: "target", target: { kind: "table", x, y, name: `${name.slice(0, 60)}${some}` } }, COMMIT);
  };
  const file = fileButton({
    label: "Open a CSV file", accept: ".csv,.tsv,.txt,text/csv", onProblem: refuse, onText: take,
  });
  const field = textField({
    label: "x and y, a pair a row", value: "", lines: 5, onChange: (source) => take(source, "typed rows"),
    check: (source) => {
      const read = parseTable(source);
      return read.ok ? "" : read.sentence;
    },
  });
  const name = h("span", { class: "s-small" });
  return {
    el: stack(h("div", { class: "k-toolbar" }, file, name), field.el),
    set(target) {
      if (target.kind !== "table") return;
      field.set(target.x.map((x, i) => `${x}, ${target.y[i]}`).join("\n"));
      field.refuse("");
      name.textContent = target.name;
    },
  };
}
