/** Train on the page: the clock, the curve, the losses, the rain of kinks, the units, the seeds. */

import { type Best, errorCurve, inSlices, settingsAt, trainingRows } from "../../engine/index.ts";
import {
  attributes, button, card, crosshair, drawing, frames, h, layout, legend, live, multiples, plot, rounds, segmented, select, slider, status, style,
  table, toggle, toolbar, trails, unitColour, upon, type Frames, type Layer, type Point, type Row, type Sample,
} from "../../kit/index.ts";
import { stateFor } from "../doctor/state.ts";
import { initial as initialDraw } from "../draw/state.ts";
import { targetCard } from "../draw/target-card.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { clock, type Speed } from "./clock.ts";
import { largerCard } from "./larger.ts";
import { type Lane, lanesOf, rowsOf, runOf } from "./lanes.ts";
import {
  curveLayers, GOOD, kinkOf, laneColour, lossLayers, panelCurves, power, powersOf, rainLayers, readAt, type Rows, type Shown, shownOf, type Space, spaceOf, trailsOf,
} from "./scene.ts";
import { lossesOf, seedRunner } from "./seeds.ts";
import { settingsCard } from "./settings-card.ts";
import { type Action, type Compare, initial, type PresetName, presetOf, SEED_COUNTS, type State } from "./state.ts";
import { changeWords, count, frozenSentence, plural, short, stateOf, unitsSentence, wilson } from "./words.ts";

const PRESET_NAMES: readonly { value: PresetName; label: string }[] = [
  { value: "forum", label: "the forum's settings" }, { value: "normalised", label: "the forum's, normalised" },
  { value: "torch", label: "torch's start" }, { value: "recipe", label: "the recipe" },
];
const OWN = { value: "own" as const, label: "changed by hand" };
const COMPARISONS: readonly { value: Compare; label: string }[] = [
  { value: "none", label: "alone" }, { value: "scale", label: "as they are, and normalised" }, { value: "recipe", label: "these settings, and the recipe" },
  { value: "activations", label: "five activations" }, { value: "starts", label: "four starts" }, { value: "optimizers", label: "three optimisers" },
];

/** What the cards draw from. */
interface Frame {
  state: State;
  rows: Rows;
  space: Space;
  lanes: readonly Lane[];
  all: readonly Shown[];
  shown: Shown;
  now: number;
  best: Best | undefined;
  active: number | undefined;
}

class TrainView implements View<State> {
  private state = initial();
  private lanes: readonly Lane[] = [];
  private key: readonly unknown[] = [];
  private step = -1;
  private drawn = false;
  /** To be played as soon as the state is there. */
  private starting = false;
  private wasLate = false;
  private unitsDrawn = 0;
  private active: number | undefined;
  private stroke: readonly Point[] = [];
  private bests = new WeakMap<readonly number[], Map<string, Best | "asked">>();
  private readonly ending = new AbortController();
  private readonly again = frames<void>(() => this.show());
  private readonly seedsAgain = frames<void>(() => this.showSeeds());
  private readonly parts: Frames<Frame | undefined>;
  private readonly time = clock(() => this.show(), () => this.settle());
  private readonly seeds = seedRunner(() => this.seedsAgain.request());

  private readonly press = button({ label: "▶ Play", look: "primary", onPress: () => this.toggle() });
  private readonly one = button({ label: "One step", onPress: () => this.goTo(this.time.now + 1, true) });
  private readonly first = button({ label: "To the start", onPress: () => this.goTo(0, true) });
  private readonly speed = segmented<Speed>({
    label: "Speed", bare: true, value: "full", choices: [{ value: "slow", label: "slow" }, { value: "fast", label: "fast" }, { value: "full", label: "full" }],
    onChange: (speed) => (this.time.speed = speed),
  });
  private readonly scrub = slider({
    label: "step", min: 0, max: 50_000, step: 1, value: 0, colour: "fit", onInput: (step) => this.goTo(step, false), onCommit: () => this.host.act(COMMIT),
  });
  private readonly progress = live("", h("p", { class: "k-status" }));
  private readonly preset = select<PresetName | "own">({ label: "Settings of", choices: PRESET_NAMES, value: "forum", onChange: (preset) => preset !== "own" && this.host.act({ kind: "preset", preset }, COMMIT) });
  private readonly compare = select<Compare>({ label: "Side by side", choices: COMPARISONS, value: "none", onChange: (compare) => this.beside(compare) });
  private readonly normalise = button({ label: "Normalise", name: "Normalise: the same beside it, with x and y of mean 0 and spread 1", onPress: () => this.beside("scale") });
  private readonly recipe = button({ label: "Recipe", name: "The recipe: the same beside it, with the kinks spread over the data", onPress: () => this.beside("recipe") });
  private readonly trouble = h("div", { class: "s-trouble", attributes: { role: "status" } });
  private readonly why = h("p", {});
  private readonly calmer = button({ label: "Go on from here at a usual rate", look: "primary", onPress: () => this.calm() });

  private readonly chart = plot({ label: "The data and the network", x: [0, 10], y: [-1.5, 1.5], yName: "y", height: 300, left: 56 });
  private readonly key1 = legend();
  private readonly cross = crosshair(this.chart, { read: (x) => (this.frame ? readAt(this.state, this.frame.all, this.frame.best, x) : []) });
  private readonly pen = drawing(this.chart, {
    onStroke: (points) => {
      this.stroke = points;
      this.again.request();
    },
    onEnd: (points) => {
      this.stroke = [];
      this.host.act({ kind: "stroke", points: points.map(([x, y]) => [x, y] as const) }, COMMIT);
    },
  });
  private readonly panels = multiples({
    label: "The networks side by side", x: [0, 10], y: [-1.5, 1.5], least: 116, height: 84, onSelect: (id) => this.host.act({ kind: "lane", lane: Number(id.slice(4)) }, COMMIT),
  });
  private readonly best = toggle({ label: "best possible", value: true, onChange: (on) => this.host.act({ kind: "best", on }, COMMIT) });
  private readonly rain = plot({ label: "The rain of kinks", x: [0, 10], y: [50_000, 0], xName: "where the kink is", yName: "step", height: 320, left: 56 });
  private readonly falling = trails(this.rain);
  private readonly losses = plot({ label: "The loss over the steps", x: [0, 50_000], y: [-5, 0], xName: "step", yName: "mean squared error", height: 300, powers: true });
  private readonly key2 = legend();
  private readonly numbers = table({
    label: "The losses now", corner: "network",
    columns: [{ id: "loss", label: "loss", kind: "text" }, { id: "held", label: "held out", name: "loss on the rows held out", kind: "text" }, { id: "times", label: "to the best", name: "the loss divided by that of the best possible", kind: "text" }],
  });
  private readonly units = table({
    label: "The units", corner: "unit",
    columns: [
      { id: "does", label: "on the data", kind: "text" }, { id: "kink", label: "kink", name: "where the unit switches", kind: "text" },
      { id: "w", label: "w", name: "weight", kind: "text" }, { id: "b", label: "b", name: "bias", kind: "text" }, { id: "v", label: "v", name: "output weight", kind: "text" },
    ],
    onHover: (row) => this.light(row?.startsWith("u") ? Number(row.slice(1)) : undefined),
  });
  private readonly unitsSaid = status();
  private readonly settings: ReturnType<typeof settingsCard>;
  private readonly target: ReturnType<typeof targetCard>;
  private readonly cloud = plot({ label: "The loss of each seed", x: [0, 1], y: [-5, 0], yName: "loss at the end", height: 220, powers: true, noX: true });
  private readonly many = select<string>({ label: "How many", choices: SEED_COUNTS.map((each) => ({ value: String(each), label: each === 0 ? "none" : `${each} seeds` })), value: "0", onChange: (seeds) => this.host.act({ kind: "seeds", seeds: Number(seeds) }, COMMIT) });
  private readonly shares = table({
    label: "The seeds", corner: "network",
    columns: [
      { id: "done", label: "seeds", kind: "text" }, { id: "good", label: "below .01", kind: "text" }, { id: "interval", label: "95 % interval", name: "interval of the share below .01, by Wilson", kind: "text" },
      { id: "median", label: "median", name: "median of the losses", kind: "text" },
    ],
  });
  private readonly larger: ReturnType<typeof largerCard>;
  private readonly doctor = button({ label: "Ask the doctor", onPress: () => this.diagnose() });
  private readonly seedsSaid = live("", h("p", { class: "s-small" }));
  private frame: Frame | undefined;

  constructor(private readonly host: Host<Action>) {
    this.settings = settingsCard(host, () => this.time.now);
    this.larger = largerCard(host);
    this.target = targetCard({ el: host.el, services: { ...host.services, ask: undefined }, act: (...actions) => host.act(...(actions as Action[])) }, ["sine", "drawn", "formula", "table"]);
    this.parts = rounds<Frame | undefined>([
      (frame) => this.showChart(frame),
      (frame) => frame && this.showLosses(frame),
      (frame) => frame && this.showRain(frame),
      (frame) => (frame ? this.showUnits(frame) : false),
      upon((frame) => [frame?.state, frame?.best], (frame) => frame && this.showSettings(frame)),
      (frame) => frame && this.showPanels(frame),
    ], host.el);
    this.cross.set(undefined);
    this.trouble.append(this.why, this.calmer.el);
    const below = host.services.ask ? ["larger larger", "target target"] : ["target larger"];
    host.el.append(layout({
      wide: { areas: ["clock clock", "chart losses", "rain settings", "units seeds", ...below], columns: [1.45, 1] },
      medium: { areas: ["clock clock", "chart chart", "rain rain", "losses losses", "settings settings", "units units", "seeds seeds", ...below] },
    }, this.cards()));
  }

  private cards(): Record<string, HTMLElement> {
    const scroll = h("div", { class: "s-tall s-plain", attributes: { role: "group", tabindex: 0, "aria-label": "The units, one a row" } }, this.units.el);
    return {
      clock: card({ title: "Clock", tools: [this.normalise.el, this.recipe.el] },
        h("div", { class: "s-clock" }, toolbar(this.press.el, this.one.el, this.first.el, this.speed.el), this.scrub.el),
        this.progress.el, this.trouble, h("div", { class: "s-choices" }, this.preset.el, this.compare.el)),
      chart: card({ title: "The curve", tools: [this.best.el] }, this.key1.el, this.chart.el, this.panels.el),
      rain: card({ title: "The rain of kinks", note: "one colour a unit; shaded: outside of the data" }, this.rain.el),
      losses: card({ title: "The loss", note: "drag the step" }, this.key2.el, this.losses.el, h("div", { class: "s-plain" }, this.numbers.el)),
      settings: this.settings.el,
      units: card({ title: "The units", tools: this.host.services.open ? [this.doctor.el] : undefined }, this.unitsSaid.el, h("div", { class: "s-hinges" }, scroll)),
      seeds: card({ title: "Was it luck?", note: "the same settings, other seeds", tools: [] }, this.many.el, this.cloud.el, h("div", { class: "s-plain" }, this.shares.el), this.seedsSaid.el),
      target: this.target.el,
      larger: this.larger.el,
    };
  }

  draw(state: State): void {
    this.state = state;
    this.follow();
    this.show();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  picture(): SVGSVGElement {
    return this.chart.svg;
  }

  destroy(): void {
    this.time.destroy();
    this.seeds.stop();
    this.larger.stop();
    this.ending.abort();
    this.again.cancel();
    this.seedsAgain.cancel();
    this.parts.cancel();
  }

  /** Takes up what the state asks for: other runs, another step. */
  private follow(): void {
    const { state } = this;
    const rows = rowsOf(state);
    const key = [rows, state.settings, state.changes, state.compare];
    const same = key.every((each, i) => Object.is(each, this.key[i]));
    if (rows.ok && !same) {
      this.lanes = lanesOf(state);
      this.time.follow(this.lanes.map((lane) => runOf(rows, lane.settings, state.changes, this.lanes.length)), state.step);
    } else if (rows.ok && state.step !== this.step) {
      this.time.pause();
      this.time.goTo(state.step);
    }
    this.key = key;
    this.step = state.step;
    if (!rows.ok) this.time.pause();
    this.seedsAgain.request();
  }

  private toggle(): void {
    if (this.time.playing) {
      this.time.pause();
      return this.settle();
    }
    const end = Math.max(...this.runs().map((run) => run.end), 0);
    if (this.time.now >= end && end > 0) {
      this.host.act({ kind: "step", step: 0 }); // at the end, play begins anew
      this.step = 0;
      this.time.goTo(0);
    }
    this.time.play();
    this.seeds.stop();
    this.show();
  }

  /** Puts the step that was reached into the state: a link leads there. */
  private settle(): void {
    this.step = this.time.now;
    this.host.act({ kind: "step", step: this.time.now }, COMMIT);
    this.show();
    this.seedsAgain.request();
  }

  private goTo(step: number, whole: boolean): void {
    this.time.pause();
    this.host.act({ kind: "step", step }, ...(whole ? [COMMIT] : []));
  }

  /** Puts others beside the network, and plays them from the start. */
  private beside(compare: Compare): void {
    this.time.pause();
    this.host.act({ kind: "compare", compare }, { kind: "step", step: 0 }, COMMIT);
    this.starting = compare !== "none";
    this.again.request();
  }

  private calm(): void {
    const { optimizer } = this.settingsNow();
    this.host.act({ kind: "set", key: "learningRate", value: optimizer === "sgd" ? 1e-2 : 1e-3, at: this.time.now }, COMMIT);
    this.starting = true;
    this.again.request();
  }

  /** Hands the network shown, with its training rows, to Doctor. */
  private diagnose(): void {
    if (!this.frame) return;
    const { shown, rows } = this.frame;
    const split = trainingRows(rows.x.length, shown.lane.settings.validation);
    const state = stateFor(shown.run.network(), { x: rows.x.slice(0, split), y: rows.y.slice(0, split) });
    if (typeof state === "string") this.host.services.announce(state, { tone: "error" });
    else this.host.services.open?.("doctor", state);
  }

  private runs() {
    const rows = rowsOf(this.state);
    return rows.ok ? this.lanes.map((lane) => runOf(rows, lane.settings, this.state.changes, this.lanes.length)) : [];
  }

  private settingsNow() {
    const lane = this.lanes[this.state.lane] ?? this.lanes[0];
    return settingsAt(lane?.settings ?? this.state.settings, this.state.changes, this.time.now);
  }

  private show(): void {
    if (this.starting && this.drawn) {
      this.starting = false;
      this.time.play();
    }
    const { state, active } = this;
    if (this.wasLate && !this.time.late) this.seedsAgain.request(); // they wait until the clock rests
    this.wasLate = this.time.late;
    const rows = rowsOf(state);
    if (!rows.ok) {
      this.frame = undefined;
      this.parts.request(undefined);
      return;
    }
    const runs = this.runs();
    const all = this.lanes.map((lane, i) => shownOf(lane, runs[i]!));
    const now = this.time.now;
    this.frame = { state, rows, space: spaceOf(rows), lanes: this.lanes, all, shown: all[state.lane] ?? all[0]!, now, best: this.bestOf(rows, state), active };
    this.parts.request(this.frame);
  }

  /** The best network of as many ReLU units on the training rows; asked for once, found while the page stays free. */
  private bestOf(rows: Rows, { settings }: State): Best | undefined {
    const split = trainingRows(rows.x.length, settings.validation);
    const [x, y] = [rows.x.slice(0, split), rows.y.slice(0, split)];
    const key = `${split} ${settings.units}`;
    const known = this.bests.get(rows.y) ?? new Map<string, Best | "asked">();
    this.bests.set(rows.y, known);
    const found = known.get(key);
    if (found) return found === "asked" ? undefined : found;
    if (!this.state.best || new Set(x).size < 2) return undefined;
    known.set(key, "asked");
    inSlices(errorCurve({ x, y }, settings.units, "mse"), (each) => known.set(`${split} ${each.size}`, each), { budget: 5, signal: this.ending.signal })
      .then(() => this.again.request(), () => known.delete(key));
    return undefined;
  }

  private showChart(frame: Frame | undefined): void {
    const rows = rowsOf(this.state);
    this.target.set({ ...initialDraw(), target: this.state.target }, rows.ok ? "" : rows.sentence);
    this.pen.enable(this.state.target.kind === "drawn");
    if (!frame) return this.showNothing(rows.ok ? "" : rows.sentence);
    const { state, all, best, space, active } = frame;
    this.chart.view({ x: space.x, y: space.y });
    const layers = curveLayers(state, frame.rows, all, best, space, active);
    if (this.stroke.length > 1) layers.push(this.strokeLayer());
    this.chart.draw(layers);
    this.chart.describe(`At step ${count(frame.now)} the loss is ${short(frame.shown.measures.loss)}. ${unitsSentence(frame.shown)}`);
    this.showClock(frame);
  }

  private showNothing(sentence: string): void {
    this.chart.view({ x: [0, 10], y: [-2, 2] });
    this.chart.draw(this.stroke.length > 1 ? [this.strokeLayer()] : []);
    this.rain.draw([]);
    this.falling.draw([]);
    this.losses.draw([]);
    this.press.set({ disabled: true });
    this.progress.set(sentence);
  }

  private strokeLayer(): Layer {
    return { kind: "curve", id: "stroke", x: this.stroke.map(([x]) => x), y: this.stroke.map(([, y]) => y), look: "thin", colour: "accent" };
  }

  private showClock({ state, now, all, shown }: Frame): void {
    const { playing, late } = this.time;
    this.press.set({ label: playing ? "❚❚ Pause" : "▶ Play", disabled: false });
    this.one.set({ disabled: playing || now >= state.settings.steps });
    this.first.set({ disabled: now === 0 });
    this.scrub.set({ value: now, max: state.settings.steps });
    attributes(this.progress.el, { "aria-busy": late ? "true" : null });
    const frozen = shown.run.frozen;
    const stuck = frozen !== undefined && now >= frozen;
    const ended = now >= state.settings.steps ? " The run is over." : "";
    this.progress.set(late ? `Computing step ${count(state.step)}: at ${count(now)}.`
      : `Step ${count(now)} of ${count(state.settings.steps)}: loss ${short(shown.measures.loss)}${all.length > 1 ? ` (${shown.lane.name})` : ""}.${ended}`);
    style(this.trouble, "display", stuck ? "" : "none");
    const words = stuck ? `${all.length > 1 ? `${shown.lane.name}: ` : ""}${frozenSentence(shown.run, frozen)}` : "";
    if (this.why.textContent !== words) this.why.textContent = words;
  }

  private showLosses({ state, all, best, now, shown }: Frame): void {
    this.losses.view({ x: [0, 1.04 * state.settings.steps], y: powersOf(all, state.best ? best : undefined) });
    this.losses.draw(lossLayers(state, all, best, now, { onMove: (step) => this.goTo(step, false), onEnd: () => this.host.act(COMMIT) }));
    this.losses.describe(`The loss of ${all.map(({ lane, measures }) => `${lane.name} is ${short(measures.loss)}`).join(", of ")} at step ${count(now)}.`);
    const samples: Sample[] = all.map(({ lane }, i) => ({ label: all.length > 1 ? lane.name : "loss", colour: laneColour(i, all.length) }));
    if (Number.isFinite(shown.measures.held) && all.length === 1) samples.push({ label: "on the rows held out", colour: "fit", look: "dash" });
    if (state.changes.length > 0) samples.push({ label: `changed: ${changeWords(state.changes[state.changes.length - 1]!)}`, colour: "warning", look: "dash" });
    this.key2.set(samples);
    this.numbers.set([
      ...all.map(({ lane, measures, run }, i): Row => ({
        id: `lane${i}`, label: lane.name, colour: laneColour(i, all.length), active: all.length > 1 && i === state.lane,
        cells: {
          loss: `${short(measures.loss, 4)}${run.frozen !== undefined && now >= run.frozen ? " (diverged)" : ""}`,
          held: Number.isFinite(measures.held) ? short(measures.held, 4) : "–", times: best && best.error > 0 ? `${short(measures.loss / best.error)} ×` : "",
        },
      })),
      ...(best && state.best ? [{ id: "best", label: `best of ${plural(best.size, "unit")}`, cells: { loss: short(best.error, 4), held: "", times: "1 ×" } }] : []),
    ]);
  }

  private showRain({ state, shown, space, active }: Frame): void {
    this.rain.view({ x: space.x, y: [state.settings.steps, 0] });
    this.rain.draw(rainLayers(state, shown, space));
    this.falling.draw(shown.lane.settings.activation === "linear" ? [] : trailsOf(shown, space, active));
    this.rain.describe(unitsSentence(shown));
  }

  private showUnits({ shown }: Frame): boolean {
    const { parameters: p } = shown;
    const n = (p.length - 1) / 3;
    // Numbers that change sixty times a second are read by nobody, and many of them cost layout.
    if (this.time.playing && performance.now() < this.unitsDrawn + 12 * n) return false;
    this.unitsDrawn = performance.now();
    this.unitsSaid.set(unitsSentence(shown), shown.measures.units.every((each) => each !== 0) ? "warning" : "plain");
    const rows: Row[] = Array.from({ length: n }, (_, j) => ({
      id: `u${j}`, label: `h_${j + 1}`, colour: unitColour(j), active: this.active === j,
      cells: {
        does: stateOf(shown, j), kink: Number.isNaN(kinkOf(p, j)) ? "none" : short(kinkOf(p, j)), w: short(p[j]!), b: short(p[n + j]!), v: short(p[2 * n + j]!),
      },
    }));
    rows.push({ id: "constant", label: "output bias", cells: { does: "", kink: "", w: "", b: short(p[3 * n]!), v: "" } });
    this.units.set(rows);
    return true;
  }

  private showSettings({ state, all, best }: Frame): void {
    this.settings.set(state, this.settingsNow());
    const preset = presetOf(state.settings);
    this.preset.offer(preset && state.changes.length === 0 ? PRESET_NAMES : [...PRESET_NAMES, OWN]);
    this.preset.set(preset && state.changes.length === 0 ? preset : "own");
    this.compare.set(state.compare);
    this.best.set(state.best);
    const samples: Sample[] = [{ label: "rows", look: "dot", colour: "data" }];
    all.forEach(({ lane }, i) => samples.push({ label: lane.name, colour: laneColour(i, all.length) }));
    if (best && state.best) samples.push({ label: `the best possible with ${plural(best.size, "ReLU unit")}`, colour: "ghost", look: "dash" });
    if (state.settings.validation > 0) samples.push({ label: "rings: held out", look: "dot", colour: "data" });
    this.key1.set(samples);
    attributes(this.normalise.el, { "aria-pressed": String(state.compare === "scale") });
    attributes(this.recipe.el, { "aria-pressed": String(state.compare === "recipe") });
    this.many.set(String(state.seeds));
    this.larger.set(state, this.lanes);
  }

  private showPanels({ all, rows, space }: Frame): boolean {
    style(this.panels.el, "display", all.length > 1 ? "" : "none");
    if (all.length === 1) return false;
    this.panels.set(all.map((each, i) => ({
      id: `lane${i}`, title: `${each.lane.name}: ${short(each.measures.loss)}`, curves: panelCurves(rows, each, laneColour(i, all.length), space),
      description: `loss ${short(each.measures.loss)}`,
    })), { x: space.x, y: space.y });
    style(this.panels.el, "flex", "0 0 auto");
    return true;
  }

  private showSeeds(): void {
    const { state, lanes } = this;
    const rows = rowsOf(state);
    if (!rows.ok) return;
    if (this.time.playing || this.time.late) this.seeds.stop();
    else this.seeds.follow(rows, lanes, state.changes, state.seeds);
    const found = lanes.map((lane) => lossesOf(rows, lane, state.changes).slice(0, state.seeds));
    const real = found.flat().filter((each) => Number.isFinite(each));
    const [low, high] = [Math.min(power(GOOD), ...real.map(power)), Math.max(power(GOOD), ...real.map(power))];
    const top = Math.max(0.3, high + 0.3);
    this.cloud.view({ x: [0, lanes.length], y: [Math.floor(low - 0.05), top] });
    const layers: Layer[] = [{ kind: "rule", id: "good", y: power(GOOD), colour: "good", look: "dash" }];
    found.forEach((losses, i) => {
      const colour = laneColour(i, lanes.length);
      const y = losses.map((each) => (Number.isFinite(each) ? power(each) : top - 0.12));
      layers.push({ kind: "points", id: `seeds ${i}`, x: spread(y, i), y, size: 6, colour });
    });
    this.cloud.draw(layers);
    const said = lanes.map((lane, i) => {
      const losses = found[i]!;
      const good = losses.filter((each) => each < GOOD).length;
      const [a, b] = wilson(good, losses.length);
      const sorted = [...losses].sort((p, q) => p - q);
      const median = sorted.length === 0 ? NaN : sorted.length % 2 ? sorted[(sorted.length - 1) / 2]! : (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2;
      return { lane, losses, good, a, b, median };
    });
    this.cloud.describe(said.map(({ lane, losses, good }) => `Of ${plural(losses.length, "seed")} of ${lane.name}, ${good} are below 0.01.`).join(" "));
    const percent = (part: number): string => `${Math.round(100 * part)} %`;
    this.shares.set(said.map(({ lane, losses, good, a, b, median }, i) => ({
      id: `lane${i}`, label: lane.name, colour: laneColour(i, lanes.length),
      cells: losses.length === 0 ? { done: "0", good: "–", interval: "–", median: "–" }
        : { done: String(losses.length), good: `${good} (${percent(good / losses.length)})`, interval: `${percent(a)} to ${percent(b)}`, median: Number.isFinite(median) ? short(median) : "diverged" },
    })));
    const missing = state.seeds * lanes.length - found.reduce((sum, each) => sum + each.length, 0);
    this.seedsSaid.set(state.seeds === 0 ? "Choose how many: one run can be luck, a share with its interval tells."
      : missing > 0 ? (this.time.playing ? "The seeds wait until the clock rests." : `Training: ${plural(missing, "run")} to go.`)
        : `Every dot is a seed, from ${state.settings.seed} on; the dashed line is 0.01.${real.length < found.flat().length ? " At the top: those that diverged." : ""}`);
  }

  private light(unit: number | undefined): void {
    if (unit === this.active) return;
    this.active = unit;
    this.again.request();
  }
}

/** Places dots of nearly the same height beside each other, around the middle of their column. */
function spread(y: readonly number[], column: number): number[] {
  const taken = new Map<number, number>();
  const order = y.map((each) => Math.round(each * 8));
  const all = new Map<number, number>();
  for (const bin of order) all.set(bin, (all.get(bin) ?? 0) + 1);
  return order.map((bin) => {
    const k = taken.get(bin) ?? 0;
    taken.set(bin, k + 1);
    const of = all.get(bin)!;
    const gap = Math.min(0.06, 0.8 / of);
    return column + 0.5 + gap * (k - (of - 1) / 2);
  });
}

/** Gives the view. */
export function render(host: Host<Action>): View<State> {
  return new TrainView(host);
}
