/** Doctor on the page: the curve with every unit's kink, the findings, what the remedies gain, and the repair. */

import { evaluate } from "../../engine/index.ts";
import {
  button, calm, card, crosshair, fileButton, frames, type Frames, h, layout, legend, plot, prose, type Row, rounds, type Sample, select, slider, status, style,
  table, toolbar, upon,
} from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { type Answers, answers, type Described, type Known, type LayerUnits } from "./answers.ts";
import { between, lossOf, type Picture, pictureOf } from "./compute.ts";
import { findingsList } from "./findings.ts";
import { curveLayers, lossLayers, roomOf, shareLayers, short, type Tick } from "./scene.ts";
import { type Action, type Case, caseOf, CASES, initial, type State } from "./state.ts";
import { CASE_NAMES } from "./text.ts";

const MORPH = 1500; // ms from before to after
const WORTH = 0.995; // of the loss: a repair that leaves more is none
const NEAR = 0.015; // of the width: a kink no further from the crosshair is meant
const PICTURED: readonly Sample[] = [
  { label: "rows", look: "dot" }, { label: "this network", colour: "fit" },
  { label: "kink that bends", colour: "text", look: "tick" }, { label: "dead", colour: "error", look: "cross" }, { label: "always on", colour: "error", look: "ring" },
];
const UNITS: readonly Sample[] = [{ label: "on for some rows", colour: "fit", look: "dot" }, ...PICTURED.slice(3)];
const OFFER = "For a network of your own: `pip install \"hinges[lab]\"`, and `hinges lab` opens models (ONNX, Keras, PyTorch, npz) with CSV files, and what Train has just trained.";

/** What the cards draw from. */
interface Shown {
  state: State;
  known: Known;
  picture: Picture | undefined;
  /** How far the repair is drawn. */
  share: number;
  /** The units that are marked, as "layer,index". */
  lit: ReadonlySet<string>;
  active: ReadonlySet<number>;
}

class DoctorView implements View<State> {
  private state = initial();
  private known: Known = {};
  private picture_: { of: readonly unknown[]; picture: Picture | undefined } | undefined;
  private ticks: readonly Tick[] = [];
  private hovered: number | undefined;
  private units: ReadonlySet<string> = new Set();
  private moving: number | undefined;
  private wanted = false;
  private timer = 0;
  private drawn = false;
  private refused = "";
  private readonly again = frames<void>(() => this.show());
  private readonly parts: Frames<Shown>;
  private readonly answers: Answers;

  private readonly which = select<Case | "own">({ label: "Network", bare: true, choices: [], value: "forum", onChange: (name) => name !== "own" && this.host.act({ kind: "case", name }, COMMIT) });
  private readonly key = legend();
  private readonly chart = plot({ label: "The network on its rows", x: [0, 10], y: [-2, 2], xName: "x", yName: "y", height: 380 });
  private readonly shares = plot({ label: "The share of the rows on which each unit is on", x: [0.5, 10.5], y: [-0.06, 1.06], xName: "unit", yName: "share of the rows on which it is on", height: 220, whole: true });
  private readonly layers = table({
    label: "The layers", corner: "layer",
    columns: [
      { id: "kind", label: "activation", kind: "text" }, { id: "units", label: "units", kind: "text" }, { id: "bend", label: "bend", name: "units with rows on both sides of their kink", kind: "text" },
      { id: "always", label: "always on", kind: "text" }, { id: "dead", label: "dead", kind: "text" }, { id: "saturated", label: "saturated", kind: "text" },
      { id: "on", label: "on", name: "share of the rows on which its units are on", kind: "text" },
    ],
  });
  private readonly standing = status();
  private readonly retry = button({ label: "Ask again", onPress: () => this.answers.again() });
  private readonly headline = h("h3", { class: "s-headline" });
  private readonly list = findingsList({
    onHold: (index) => this.host.act({ kind: "finding", finding: this.state.finding === index ? null : index }, COMMIT),
    onHover: (index) => this.light(index, new Set()),
  });
  private readonly losses = plot({ label: "The loss now and with each remedy", x: [0.5, 2.5], y: [-4, 0], xName: "finding", yName: "loss", height: 230, powers: true, whole: true });
  private readonly numbers = table({
    label: "Losses", corner: "", columns: [{ id: "loss", label: "loss", kind: "text" }, { id: "times", label: "to the floor", name: "the loss divided by the floor", kind: "text" }],
  });
  private readonly mend = button({ label: "Repair", look: "primary", onPress: () => this.repair() });
  private readonly slide = slider({
    label: "before → after", name: "from before to after the repair", min: 0, max: 1, step: 0.01, value: 0, colour: "fit",
    onInput: (repair) => {
      this.halt();
      this.host.act({ kind: "repair", repair });
    },
    onCommit: () => this.host.act(COMMIT),
  });
  private readonly mended = status();

  constructor(private readonly host: Host<Action>) {
    this.answers = answers(host.services.ask, () => this.again.request());
    this.parts = rounds<Shown>([
      (shown) => this.showPicture(shown),
      upon(({ state, known, active }) => [state.finding, known, active], (shown) => this.showFindings(shown)),
      upon(({ state, known, share }) => [state, known, share], (shown) => this.showRepair(shown)),
      upon(({ state, known, active }) => [known, state.repair === null, [...active][0]], (shown) => this.showLosses(shown)),
    ], host.el);
    crosshair(this.chart, {
      label: "Read values and units at x",
      read: (x) => (this.picture_?.picture ? [{ label: "network", y: evaluate(between(this.picture_.picture, this.share()).f, x), colour: "fit" as const }] : []),
      onMove: (x) => this.light(undefined, this.near(x)),
    });
    crosshair(this.shares, { label: "Read units", step: 1, read: (x) => this.shareAt(x), onMove: (x) => this.light(undefined, new Set(x === undefined ? [] : unitAt(this.known, x)?.keys)) });
    host.el.append(layout({
      wide: { areas: ["chart findings", "repair losses"], columns: [1.35, 1] },
      medium: { areas: ["chart chart", "findings findings", "repair losses"], columns: [1, 1] },
    }, {
      chart: card({ title: "The patient", tools: [this.which.el] }, this.key.el, this.chart.el, this.shares.el, h("div", { class: "s-plain" }, this.layers.el), this.standing.el, this.files()),
      findings: card({ title: "What the doctor finds" }, this.headline, this.list.el, toolbar(this.retry.el)),
      repair: card({ title: "Repair" }, toolbar(this.mend.el), this.slide.el, this.mended.el, h("div", { class: "s-plain" }, this.numbers.el)),
      losses: card({ title: "What each remedy gains", note: "tried on the same rows" }, this.losses.el),
    }));
  }

  draw(state: State): void {
    if (state.network !== this.state.network || state.data !== this.state.data) this.refused = "";
    this.state = state;
    this.show();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  picture(): SVGSVGElement {
    return this.picture_?.picture ? this.chart.svg : this.shares.svg;
  }

  destroy(): void {
    this.halt();
    this.answers.destroy();
    this.again.cancel();
    this.parts.cancel();
  }

  private files(): HTMLElement {
    const { upload } = this.host.services;
    if (!upload) return h("div", { class: "s-offer" }, prose(OFFER));
    const take = (kind: "network" | "data") => (file: File): void => {
      this.refused = "";
      upload(file).then(({ handle, kind: found, name }) => {
        if (found !== kind) throw new Error(kind === "data" ? `${name} holds a network, not rows.` : `${name} holds rows, not a network.`);
        const reference = { upload: handle, name };
        this.host.act(kind === "network" ? { kind, network: reference } : { kind, data: reference }, COMMIT);
      }).catch((error: unknown) => {
        this.refused = error instanceof Error ? error.message : `${file.name} could not be read.`;
        this.again.request();
      });
    };
    const refuse = (sentence: string): void => {
      this.refused = sentence;
      this.again.request();
    };
    return h("div", { class: "s-doctor-files" },
      fileButton({ label: "Open a model", accept: ".onnx,.keras,.pt2,.npz,.json", largest: 64e6, onFile: take("network"), onProblem: refuse }),
      fileButton({ label: "Open its data", accept: ".csv,.tsv,.txt,.npz", largest: 64e6, onFile: take("data"), onProblem: refuse }));
  }

  private share(): number {
    return this.known.repair ? (this.moving ?? this.state.repair ?? 0) : 0;
  }

  private show(): void {
    const { state } = this;
    this.known = this.answers.of(state);
    const { diagnosis, repair } = this.known;
    const needs = [state.network, state.data, diagnosis, repair];
    if (!this.picture_ || needs.some((each, i) => each !== this.picture_!.of[i])) this.picture_ = { of: needs, picture: this.drawable() };
    if (this.wanted && repair) this.play();
    if (state.repair === null) this.halt();
    const findings = diagnosis?.findings ?? [];
    const chosen = this.hovered ?? (this.units.size > 0 ? undefined : (state.finding ?? undefined));
    const lit = chosen === undefined ? this.units : new Set(findings[chosen]?.units.map(String));
    const active = chosen === undefined
      ? new Set(findings.flatMap((finding, k) => (finding.units.some((unit) => this.units.has(String(unit))) ? [k] : []))) : new Set([chosen]);
    this.parts.request({ state, known: this.known, picture: this.picture_.picture, share: this.share(), lit, active });
  }

  private drawable(): Picture | undefined {
    try {
      return pictureOf(this.state, this.known);
    } catch {
      return undefined; // numbers too large for a curve: the findings say so
    }
  }

  private showPicture({ state, known, picture, share, lit, active }: Shown): void {
    const name = caseOf(state);
    const named = CASES.map((value) => ({ value, label: CASE_NAMES[value] }));
    this.which.offer(name ? named : [...named, { value: "own" as const, label: ownName(state) }]);
    this.which.set(name ?? "own");
    const isTable = !picture && known.diagnosis !== undefined;
    style(this.chart.el, "display", isTable ? "none" : "");
    style(this.shares.el, "display", isTable ? "" : "none");
    style(this.layers.el, "display", isTable ? "" : "none");
    if (picture) {
      this.chart.view({ x: picture.x, y: roomOf(picture).y });
      const places = [...active].flatMap((k) => known.diagnosis?.findings[k]?.places ?? []);
      const first = new Set([...lit].flatMap((unit) => (unit.startsWith("0,") ? [Number(unit.slice(2))] : [])));
      const { layers, ticks } = curveLayers(picture, share, first, places);
      this.ticks = ticks;
      this.chart.draw(layers);
      this.chart.describe(described(picture, known));
      this.key.set(picture.before.kinks ? [...PICTURED, ...(share > 0 ? [{ label: "before", colour: "muted" as const, look: "dash" as const }] : [])] : PICTURED.slice(0, 2));
    } else {
      this.ticks = [];
      this.chart.draw([]);
      if (known.diagnosis) this.showUnits(known, share, lit);
    }
    this.showStanding(known, picture);
  }

  /** Of several inputs or classes: what every unit does on the rows, and the layers in numbers. */
  private showUnits(known: Known, share: number, lit: ReadonlySet<string>): void {
    const { network } = known.diagnosis!;
    const { layers, x } = shareLayers(network.layers, share > 0 ? known.repair?.network.layers : undefined, (layer, unit) => lit.has(`${layer},${unit}`));
    this.shares.view({ x });
    this.shares.draw(layers);
    this.shares.describe(known.diagnosis!.standing);
    this.key.set([...UNITS, ...(share > 0 ? [{ label: "before", colour: "muted" as const, look: "dot" as const }] : [])]);
    this.layers.set(layerRows(known, share));
  }

  private showStanding({ busy, problem, diagnosis }: Known, picture: Picture | undefined): void {
    const isHalf = "upload" in this.state.network && !("upload" in this.state.data);
    const sentence = this.refused || (problem && `${problem.charAt(0).toUpperCase()}${problem.slice(1)}${isHalf ? ". Open its data, too." : ""}`);
    style(this.retry.el, "display", problem ? "" : "none");
    if (sentence) return this.standing.set(sentence, "error");
    if (diagnosis) return this.standing.set(`${diagnosis.standing}${picture && !picture.before.curve.exact ? " Its layers are smooth or very large: the curve is drawn through samples, not exactly." : ""}`);
    const facts = picture ? `Mean squared error ${short(lossOf(picture.before.f, picture.rows))} on ${picture.rows.x.length} rows. ` : "";
    this.standing.set(busy ? `${facts}Looking at it …` : `${facts}The findings come from Python, which is not here.`);
  }

  private showFindings({ state, known, active }: Shown): void {
    const { diagnosis, busy } = known;
    this.headline.textContent = diagnosis?.headline ?? (busy ? "…" : "Nothing is diagnosed yet");
    this.list.set(diagnosis?.findings ?? [], state.finding, active);
  }

  private showLosses({ state, known, active }: Shown): void {
    const { diagnosis, repair } = known;
    if (!diagnosis) return this.losses.draw([]);
    const { layers, x, y } = lossLayers(diagnosis, state.repair === null ? undefined : repair, [...active][0] ?? state.finding);
    this.losses.view({ x, y });
    this.losses.draw(layers);
    this.losses.describe(diagnosis.findings.map(({ name, remedy }, k) => `${k + 1}: ${name}${remedy?.effect ? `, ${remedy.effect}` : ""}.`).join(" "));
  }

  private showRepair({ state, known, picture, share }: Shown): void {
    const { diagnosis, repair, busy } = known;
    const asked = state.repair !== null;
    const better = repair?.improved === true && repair.after < WORTH * (repair.before ?? Infinity);
    this.mend.set({ label: asked && repair ? "Play again" : "Repair", disabled: !diagnosis || busy === "repair" || (asked && repair !== undefined && !better) });
    this.slide.set({ value: Math.round(100 * share) / 100, disabled: !asked || !better });
    this.mended.set(!diagnosis ? "" : busy === "repair" ? "Python is repairing it …"
      : !asked || !repair ? "The same layers with better numbers in them: nothing is added, and the result is never worse."
      : better ? repair.status : `There is next to nothing to gain: the loss stays at ${short(repair.after)}.`, asked && better ? "good" : "plain");
    const floor = diagnosis?.floor?.lower ?? 0;
    const row = (id: string, label: string, loss: number): Row => ({ id, label, cells: { loss: short(loss), times: floor > 0 ? `${short(loss / floor, 3)} ×` : "" } });
    const rows: Row[] = diagnosis ? [row("before", "before", diagnosis.loss)] : [];
    if (asked && repair && picture) rows.push(row("shown", "in the picture", share <= 0 ? diagnosis!.loss : share >= 1 ? repair.after : lossOf(between(picture, share).f, picture.rows)));
    if (asked && repair) rows.push(row("after", "after", repair.after));
    if (floor > 0) rows.push(row("floor", diagnosis!.floor!.certified ? "floor, certified" : "floor", floor));
    this.numbers.set(rows);
  }

  private repair(): void {
    this.wanted = true;
    if (this.state.repair === 1) this.again.request();
    else this.host.act({ kind: "repair", repair: 1 }, COMMIT);
  }

  /** Lets the curve move from before to after, where the reader likes motion. */
  private play(): void {
    this.wanted = false;
    window.cancelAnimationFrame(this.timer);
    if (calm()) return;
    let start: number | undefined;
    this.moving = 0;
    const step = (now: number): void => {
      start ??= now;
      const share = Math.min(1, (now - start) / MORPH);
      this.moving = share < 1 ? share * share * (3 - 2 * share) : undefined;
      if (share < 1) this.timer = window.requestAnimationFrame(step);
      this.again.request();
    };
    this.timer = window.requestAnimationFrame(step);
  }

  private shareAt(x: number): { label: string; y: number }[] {
    const found = unitAt(this.known, x);
    return found ? [{ label: "on", y: found.share }] : [];
  }

  private halt(): void {
    window.cancelAnimationFrame(this.timer);
    this.moving = undefined;
  }

  private light(finding: number | undefined, units: ReadonlySet<string>): void {
    if (finding === this.hovered && units.size === this.units.size && [...units].every((each) => this.units.has(each))) return;
    this.hovered = finding;
    this.units = units;
    this.again.request();
  }

  /** Gives the units whose ticks stand at x, the nearest stack of them. */
  private near(x: number | undefined): ReadonlySet<string> {
    const picture = this.picture_?.picture;
    if (x === undefined || !picture) return new Set();
    const reach = NEAR * (picture.x[1] - picture.x[0]);
    const least = Math.min(reach, ...this.ticks.map((tick) => Math.abs(tick.x - x)));
    return new Set(this.ticks.filter((tick) => Math.abs(tick.x - x) <= least && least < reach).map((tick) => `0,${tick.unit}`));
  }
}

/** Gives the view. */
export function render(host: Host<Action>): View<State> {
  return new DoctorView(host);
}

function ownName({ network, data }: State): string {
  const of = (ref: State["network"] | State["data"], rows = ""): string => ("upload" in ref ? ref.name : "example" in ref ? `${rows}${CASE_NAMES[ref.example]}` : "");
  return [of(network), of(data, "the rows of: ")].filter(Boolean).join(" on ") || "a network from elsewhere";
}

/** Gives the unit at a place of the picture of shares: its key and its share. */
function unitAt({ diagnosis }: Known, x: number): { keys: string[]; share: number } | undefined {
  const units = diagnosis?.network.layers.flatMap(({ shares }, layer) => (shares ?? []).map((share, k) => ({ keys: [`${layer},${k}`], share }))) ?? [];
  return units[Math.round(x) - 1];
}

function described({ rows, before }: Picture, known: Known): string {
  const count = (state: string): number => before.kinks?.filter((kink) => kink.state === state).length ?? 0;
  const units = before.kinks ? ` Of ${before.kinks.length} units ${count("bends")} bend among the rows, ${count("dead")} are dead and ${count("always on")} always on.` : "";
  return `${rows.x.length} rows and the curve of the network.${units} ${known.diagnosis?.headline ?? ""}`;
}

function layerRows({ diagnosis, repair }: Known, share: number): Row[] {
  const of = (network: Described, when: string): Row[] => network.layers.map((layer, k) => ({ id: `${when} ${k}`, label: `${layer.name}${when}`, cells: cellsOf(layer) }));
  if (!diagnosis) return [];
  return share > 0 && repair ? [...of(diagnosis.network, ", before"), ...of(repair.network, ", after")] : of(diagnosis.network, "");
}

function cellsOf({ kind, units, bend, always_on, dead, saturated, on }: LayerUnits): Row["cells"] {
  const count = (value: number | null): string => (value === null ? "–" : value.toLocaleString("en"));
  return { kind, units: count(units), bend: count(bend), always: count(always_on), dead: count(dead), saturated: count(saturated), on: `${Math.round(100 * on)} %` };
}
