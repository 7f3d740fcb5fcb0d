/** What is sliced: the network, the base point, and which outputs or unit are looked at. */

import { arrange, attributes, button, card, editableNumber, fileButton, h, segmented, select, status, style, text, toolbar, uniqueId } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { imageMaker, type Image } from "./image.ts";
import { largest, plural, rowName, type Shown } from "./shown.ts";
import { type Action, DIGITS, NAMES, type Name, nameOf, type Show, type State } from "./state.ts";

const NETWORKS = ".onnx,.keras,.pt2,.npz,.json";
const TABLES = ".csv,.npz,.tsv,.txt";
const LARGEST = 64_000_000;
const FASHION_PIXELS = 784;
/** Thumbnails of rows beside the mean. */
const STRIP = 11;
const LABEL: Record<Name, string> = { digits: "digits, pixels from 0 to 1", "digits-standardized": "digits, inputs standardised" };

interface Choice {
  readonly el: HTMLElement;
  readonly input: HTMLInputElement;
  readonly image: Image;
  readonly words: HTMLElement;
  row: number | null;
}

export interface BaseCard {
  readonly el: HTMLElement;
  set(shown: Shown): void;
  /** Marks the base at once, before the rest of the card has its turn. */
  mark(base: number | null): void;
  /** Before anything is known: what is awaited, or what went wrong. */
  wait(sentence: string, state: State, failed: boolean): void;
}

export function baseCard(host: Host<Action>): BaseCard {
  const strip = h("div", { class: "s-strip", attributes: { role: "radiogroup", "aria-label": "Base point" } });
  const image = imageMaker(strip);
  const group = uniqueId();
  let from = 0; // the first row of the strip: the view's own, no part of the state
  let latest: Shown | undefined;
  let now: State | undefined;
  const choices: Choice[] = Array.from({ length: STRIP + 1 }, () => {
    const input = h("input", { attributes: { type: "radio", name: group } });
    const each: Choice = { input, image: image(), words: h("span"), row: null, el: h("label", { class: "s-base" }) };
    input.addEventListener("change", () => input.checked && host.act({ kind: "base", base: each.row }, COMMIT));
    each.el.append(input, each.image.el, each.words);
    return each;
  });
  const model = select<string>({
    label: "Network", value: "digits", choices: NAMES.map((value) => ({ value, label: LABEL[value] })),
    onChange: (value) => NAMES.includes(value as Name) && host.act({ kind: "model", model: { example: value } }, COMMIT),
  });
  const kind = segmented<Show["kind"]>({
    label: "Curves", value: "outputs", choices: [{ value: "outputs", label: "all outputs" }, { value: "output", label: "one output" }, { value: "unit", label: "one unit" }],
    onChange: (value) => host.act({ kind: "show", show: showOf(value, latest) }, COMMIT),
  });
  const index = editableNumber({ label: "number of the output or unit", value: 0, min: 0, max: 9, step: 1, onChange: (value) => act({ index: Math.round(value) }) });
  const layer = editableNumber({ label: "hidden layer of the unit", value: 0, min: 0, max: 0, step: 1, onChange: (value) => act({ layer: Math.round(value) }) });
  const act = (change: { index?: number; layer?: number }): void => {
    const show = latest?.state.show;
    if (show && show.kind !== "outputs") host.act({ kind: "show", show: { ...show, ...change } as Show }, COMMIT);
  };
  const [indexName, layerName] = [h("span", { class: "k-label" }, "number"), h("span", { class: "k-label" }, "layer")];
  const numbers = h("div", { class: "s-which" }, h("span", { class: "k-choice" }, layerName, layer.el), h("span", { class: "k-choice" }, indexName, index.el));
  const row = editableNumber({ label: "row of the base", value: 0, min: 0, max: 1, step: 1, onChange: (value) => {
    from = Math.max(0, Math.round(value));
    host.act({ kind: "base", base: from }, COMMIT);
  } });
  const turn = (by: number): void => {
    from = Math.max(0, Math.min((latest?.about.rows ?? 1) - 1, from + by * STRIP));
    if (latest) draw(latest);
  };
  const [back, next] = [button({ label: "◀", name: "Earlier rows", onPress: () => turn(-1) }), button({ label: "▶", name: "Later rows", onPress: () => turn(1) })];
  const said = status();

  const draw = (shown: Shown): void => {
    const { about, state, source } = shown;
    const { base } = state;
    const samples = source.samples(from, STRIP) ?? [];
    const mean = base === null ? shown.sweep?.base : undefined;
    choices.forEach((each, i) => {
      each.row = i === 0 ? null : from + i - 1;
      const sample = i === 0 ? undefined : samples[i - 1];
      style(each.el, "display", i > 0 && !sample ? "none" : "");
      if (i === 0 ? mean : sample) each.image.set(i === 0 ? mean! : sample!.x, about.low, about.high, about.shape);
      text(each.words, i === 0 ? "mean" : sample?.label || `row ${each.row}`);
      attributes(each.input, { "aria-label": i === 0 ? "the mean of all rows" : rowName(each.row, sample), title: i === 0 ? null : `row ${each.row}` });
      each.input.checked = each.row === base;
    });
    strip.classList.toggle("s-flat", about.shape === undefined);
    back.set({ disabled: from === 0 });
    next.set({ disabled: from + STRIP >= about.rows });
    row.set({ value: base ?? from, max: about.rows - 1 });
  };
  const offer = (state: State, own: string): void => {
    const name = nameOf(state);
    model.offer([...NAMES.map((value) => ({ value: value as string, label: LABEL[value] })), ...(name ? [] : [{ value: "upload", label: own }])]);
    model.set(name ?? "upload");
  };
  style(numbers, "display", "none");
  arrange(strip, choices.map((each) => each.el));
  const el = card({ title: "What is sliced" },
    h("div", { class: "s-what" },
      toolbar(model.el, kind.el, numbers, bringing(host, () => now, (sentence) => said.set(sentence))),
      h("div", { class: "s-bases" }, h("div", { class: "s-strip-row" }, strip, h("span", { class: "s-strip-turn" }, back.el, next.el, h("span", { class: "k-label" }, "row"), row.el)))),
    said.el);
  return {
    el,
    mark(base) {
      for (const each of choices) each.input.checked = each.row === base;
    },
    wait(sentence, state, failed) {
      now = state;
      offer(state, "your network");
      said.set(sentence, failed ? "error" : "plain");
    },
    set(shown) {
      latest = shown;
      const { state, about, sweep } = shown;
      const { show } = state;
      now = state;
      offer(state, `your network, ${[about.inputs, ...about.layers, about.outputs].join("-")}`);
      kind.set(show.kind);
      style(numbers, "display", show.kind === "outputs" ? "none" : "");
      style(layer.el.parentElement!, "display", show.kind === "unit" && about.layers.length > 1 ? "" : "none");
      if (show.kind !== "outputs") {
        const units = about.layers[show.kind === "unit" ? show.layer : 0] ?? 1;
        index.set({ value: show.index, max: (show.kind === "output" ? about.outputs : units) - 1 });
      }
      layer.set({ value: show.kind === "unit" ? show.layer : 0, max: Math.max(0, about.layers.length - 1) });
      draw(shown);
      said.set(sentence(shown, sweep));
    },
  };
}

/** Buttons that bring a network and its data to Python, where there is one. */
function bringing(host: Host<Action>, state: () => State | undefined, say: (sentence: string) => void): HTMLElement | null {
  const { upload } = host.services;
  if (!upload) return null;
  const onProblem = (sentence: string): void => host.services.announce(sentence, { tone: "error" });
  const onFile = (wanted: "network" | "data") => (file: File): void => {
    say(`Python is reading ${file.name} …`);
    upload(file).then(({ handle, kind, name, summary }) => {
      if (kind !== wanted) return onProblem(`${name} holds ${kind === "data" ? "data" : "a network"}: bring it by the other button.`);
      const reference = { upload: handle };
      if (kind === "network") {
        const before = state()?.data ?? DIGITS;
        const data = "upload" in before ? before : summary.inputs === FASHION_PIXELS ? { example: "fashion-mnist" } : DIGITS;
        host.act({ kind: "model", model: reference, data }, COMMIT);
      } else if (state() && nameOf(state()!)) onProblem("Bring your network first, then the data that it reads.");
      else host.act({ kind: "data", data: reference }, COMMIT);
    }, (error: unknown) => onProblem(error instanceof Error ? error.message : "That file could not be read."));
  };
  return toolbar(
    fileButton({ label: "Your network", accept: NETWORKS, largest: LARGEST, onFile: onFile("network"), onProblem }),
    fileButton({ label: "Its data", accept: TABLES, largest: LARGEST, onFile: onFile("data"), onProblem }));
}

function showOf(kind: Show["kind"], shown: Shown | undefined): Show {
  if (kind === "outputs") return { kind };
  if (kind === "unit") return { kind, layer: 0, index: 0 };
  const values = shown?.state.show.kind === "outputs" ? shown.sweep?.values : undefined;
  return { kind, index: values ? largest(values) : 0 };
}

function sentence({ state, about, source }: Shown, sweep: Shown["sweep"]): string {
  const { base } = state;
  const where = rowName(base, base === null ? undefined : source.sample(base));
  const inputs = plural(about.inputs, about.shape ? "pixel" : "input");
  const says = sweep && state.show.kind === "outputs" && about.outputs > 1 ? ` There the largest output is ${largest(sweep.values)}.` : "";
  const line = `Each of the ${inputs} is moved by itself, all others stay as they are at ${where}.${says}`;
  const open = sweep?.unresolved ? ` ${plural(sweep.unresolved, "decision")} stayed open in exact arithmetic.` : "";
  return source.problem || `${line}${open}${sweep ? "" : " Python is computing …"}`;
}

