/** Larger networks, trained in Python while the page watches: several layers, several inputs, many seeds at once. */

import {
  arrange, button, card, editableNumber, frames, h, type Layer, legend, live, plot, segmented, select, status, style, textField, toggle, toolbar,
} from "../../kit/index.ts";
import { type Arrays, type Ask, COMMIT, type Host, isFields } from "../station.ts";
import { type Lane, rowsOf } from "./lanes.ts";
import { GOOD, laneColour, power, type Rows } from "./scene.ts";
import { type Action, LARGER_DATA, LARGER_SEEDS, type Larger, MOST_WIDTH, type State } from "./state.ts";
import { count, plural, short, wilson } from "./words.ts";

const MOST_KEPT = 400; // moments of the losses
const DATA_NAMES: Readonly<Record<Larger["data"], string>> = { rows: "the rows above", spiral: "spiral: 2 inputs, 3 classes", digits: "digits: 64 inputs, 10 classes" };

/** A frame as Python sends it: five arrays of every run in turn. */
interface Frame extends Arrays {
  step: number;
  steps: number;
  paused: boolean;
  runs: readonly { sizes: readonly number[]; learning_rate: number; alive: number; exact: boolean; diverged: { step: number; sentence: string } | null }[];
  sentence?: string;
}

interface Losses {
  readonly step: number[];
  readonly low: number[];
  readonly middle: number[];
  readonly high: number[];
}

export interface LargerCard {
  readonly el: HTMLElement;
  set(state: State, lanes: readonly Lane[]): void;
  stop(): void;
}

/** Gives the card; where there is no Python, it says what that would add. */
export function largerCard(host: Host<Action>): LargerCard {
  const { ask } = host.services;
  if (ask) return new Asked(host, ask);
  return {
    el: card({ title: "Larger networks" }, h("p", { class: "k-prose" }, "This page trains one hidden layer of up to 64 units on one input; the installed lab (hinges lab) trains up to four layers, several inputs and 64 seeds at once in Python, and streams them here.")),
    set: () => undefined,
    stop: () => undefined,
  };
}

/** Reads widths such as "40, 20, 10"; gives a sentence where they are none. */
export function widthsOf(source: string): number[] | string {
  const widths = source.split(/[\s,-]+/).filter(Boolean).map(Number);
  const good = widths.length >= 1 && widths.length <= 4 && widths.every((each) => Number.isInteger(each) && each >= 1 && each <= MOST_WIDTH);
  return good ? widths : `Write one to four widths from 1 to ${MOST_WIDTH}, such as 40, 20, 10.`;
}

/** Gives what Python is asked to train. */
export function questionOf(state: State, lanes: readonly Lane[], rows: Rows): Record<string, unknown> & { kind: string } {
  const { larger } = state;
  const classes = larger.data !== "rows";
  return {
    kind: "train", lane: "train", data: classes ? { example: larger.data } : { x: rows.x, y: rows.y }, seeds: larger.seeds, seed: state.settings.seed, steps: state.settings.steps,
    runs: lanes.map(({ settings: s }) => ({
      hidden: larger.hidden, activation: s.activation, init: s.init, kinks: s.kinks, standardize: s.standardize, optimizer: s.optimizer, learning_rate: Math.min(1e6, s.learningRate),
      schedule: s.schedule, batch_size: s.batch || null, l1: s.l1, l2: s.l2, validation: classes ? 0 : s.validation, relocate: larger.relocate, loss: classes ? "cross-entropy" : "mse",
    })),
  };
}

class Asked implements LargerCard {
  readonly el: HTMLElement;
  private state: State | undefined;
  private lanes: readonly Lane[] = [];
  private rows: Rows | undefined;
  private frame: Frame | undefined;
  private losses: Losses[] = [];
  private training: AbortController | undefined;
  private readonly again = frames<void>(() => this.show());
  private readonly hidden = textField({
    label: "Hidden layers", value: "", check: (source) => (typeof widthsOf(source) === "string" ? String(widthsOf(source)) : ""), onChange: (source) => this.change({ hidden: widthsOf(source) as number[] }),
  });
  private readonly data = select<Larger["data"]>({ label: "Data", value: "rows", choices: LARGER_DATA.map((value) => ({ value, label: DATA_NAMES[value] })), onChange: (data) => this.change({ data }) });
  private readonly seeds = segmented<string>({ label: "Seeds at once", value: "8", choices: LARGER_SEEDS.map((each) => ({ value: String(each), label: String(each) })), onChange: (seeds) => this.change({ seeds: Number(seeds) }) });
  private readonly moves = toggle({ label: "move units that bend nothing", value: false, onChange: (relocate) => this.change({ relocate }) });
  private readonly press = button({ label: "▶ Train in Python", look: "primary", onPress: () => this.toggle() });
  private readonly end = button({ label: "Stop", onPress: () => this.stop() });
  private readonly rate = editableNumber({ label: "learning rate in Python", value: 1e-3, min: 1e-9, max: 1e6, step: 0.001, onChange: (rate) => this.say({ learning_rate: rate }) });
  private readonly rateRow = h("div", { class: "k-choice" }, h("span", { class: "k-label", attributes: { "aria-hidden": "true" } }, "learning rate, now"), this.rate.el);
  private readonly progress = live("", h("p", { class: "k-status" }));
  private readonly said = status();
  private readonly key = legend();
  private readonly curve = plot({ label: "The network that Python trains", x: [0, 10], y: [-1.5, 1.5], xName: "x", yName: "y", height: 260 });
  private readonly chart = plot({ label: "The losses in Python", x: [0, 1000], y: [-5, 0], xName: "step", yName: "loss", height: 260, powers: true });
  private readonly pictures = h("div", { class: "s-pair" });

  constructor(private readonly host: Host<Action>, private readonly ask: Ask) {
    this.el = card({ title: "Larger networks, in Python", note: "with the settings above" },
      h("div", { class: "s-fields" }, this.hidden.el, this.data.el, this.seeds.el, this.moves.el), toolbar(this.press.el, this.end.el, this.rateRow), this.progress.el, this.key.el, this.pictures, this.said.el);
    this.show();
  }

  set(state: State, lanes: readonly Lane[]): void {
    this.state = state;
    this.lanes = lanes;
    this.hidden.set(state.larger.hidden.join(", "));
    this.data.set(state.larger.data);
    this.seeds.set(String(state.larger.seeds));
    this.moves.set(state.larger.relocate);
    this.again.request();
  }

  stop(): void {
    this.training?.abort();
    this.training = undefined;
    this.again.request();
  }

  private change(changes: Partial<Larger>): void {
    if (this.state) this.host.act({ kind: "larger", larger: { ...this.state.larger, ...changes } }, COMMIT);
  }

  private toggle(): void {
    if (this.training) this.say({ paused: !this.frame?.paused });
    else void this.start();
  }

  private say(change: Record<string, unknown>): void {
    if (this.training) this.ask({ kind: "change", ...change }).catch((error: unknown) => this.fail(error));
  }

  private async start(): Promise<void> {
    const { state, lanes } = this;
    const rows = state && rowsOf(state);
    if (!state || !rows?.ok) return;
    const mine = (this.training = new AbortController());
    this.frame = undefined;
    this.losses = lanes.map(() => ({ step: [], low: [], middle: [], high: [] }));
    this.rows = state.larger.data === "rows" ? rows : undefined;
    this.said.set("");
    this.progress.set("Python is getting ready: the first steps compile, which takes some seconds …");
    this.rate.set({ value: lanes[0]!.settings.learningRate });
    this.again.request();
    try {
      const last = await this.ask(questionOf(state, lanes, rows), mine.signal, (value) => this.training === mine && this.take(value));
      if (this.training !== mine) return;
      const ended = this.take(last);
      this.said.set(ended?.sentence ?? "", ended?.runs.some((run) => run.diverged) ? "warning" : "good");
    } catch (error) {
      if (this.training === mine) this.fail(error);
    }
    if (this.training === mine) this.stop();
  }

  private fail(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    this.said.set(`Python gave no answer${error instanceof Error ? `: ${error.message}` : ""}`, "error");
  }

  private take(value: unknown): Frame | undefined {
    if (!isFields(value) || !Array.isArray(value.runs) || !Array.isArray(value.arrays)) return undefined;
    const frame = (this.frame = value as unknown as Frame);
    frame.runs.forEach((_, i) => keep(this.losses[i], frame.step, seedsOf(frame, i)));
    this.again.request();
    return frame;
  }

  private show(): void {
    const { frame, training } = this;
    this.press.set({ label: !training ? "▶ Train in Python" : frame?.paused ? "▶ Go on" : "❚❚ Pause", disabled: training !== undefined && !frame });
    this.end.set({ disabled: !training });
    style(this.rateRow, "display", training ? "" : "none");
    style(this.pictures, "display", frame ? "" : "none");
    if (!frame) {
      if (!training) this.progress.set("");
      return;
    }
    const curved = frame.runs.length > 0 && (frame.arrays[4]?.length ?? 0) > 0;
    arrange(this.pictures, curved && this.rows ? [this.curve.el, this.chart.el] : [this.chart.el]);
    this.key.set(frame.runs.map((run, i) => ({ label: `${frame.runs.length > 1 ? `${this.lanes[i]?.name ?? i}, ` : ""}${run.sizes.join("-")}`, colour: laneColour(i, frame.runs.length) })));
    if (curved && this.rows) this.showCurve(frame, this.rows);
    this.showLosses(frame);
    const words = frame.runs.map((run, i) => this.wordsOf(frame, run, i));
    this.progress.set(`Step ${count(frame.step)} of ${count(frame.steps)}. ${words.join(" ")}`);
  }

  private wordsOf(frame: Frame, run: Frame["runs"][number], i: number): string {
    const losses = seedsOf(frame, i);
    const name = frame.runs.length > 1 ? `${this.lanes[i]?.name ?? i}: ` : "";
    const dead = Array.from(frame.arrays[5 * i + 2]!).filter((each) => each === 1).length;
    const good = losses.filter((each) => each < GOOD).length;
    const [low, high] = wilson(good, losses.length);
    const share = losses.length > 1 ? `, ${good} of ${losses.length} seeds below .01 (95 % interval ${Math.round(100 * low)} to ${Math.round(100 * high)} %)` : "";
    const middle = losses.length > 0 ? `median loss ${short(losses[losses.length >> 1]!)}` : "no seed is finite";
    return `${name}${middle}${share}; ${plural(dead, "unit")} dead in the first seed.${run.diverged ? ` ${run.diverged.sentence}` : ""}`;
  }

  private showCurve(frame: Frame, { x, y }: Rows): void {
    const layers: Layer[] = [{ kind: "points", id: "rows", x, y, size: 4, colour: "data" }];
    frame.runs.forEach((_, i) => {
      const values = frame.arrays[5 * i + 4]!;
      const points = frame.shapes[5 * i + 4]![1]!;
      layers.push({ kind: "curve", id: `curve ${i}`, x: values.subarray(0, points), y: values.subarray(points, 2 * points), colour: laneColour(i, frame.runs.length) });
    });
    const [low, high] = [Math.min(...y), Math.max(...y)];
    this.curve.view({ x: [Math.min(...x), Math.max(...x)], y: [low - 0.25 * (high - low || 1), high + 0.25 * (high - low || 1)] });
    this.curve.draw(layers);
  }

  private showLosses(frame: Frame): void {
    const all = this.losses.flatMap((each) => [...each.low, ...each.high]).filter(Number.isFinite);
    const [low, high] = [Math.min(power(GOOD), ...all), Math.max(power(GOOD), ...all)];
    const layers: Layer[] = [{ kind: "rule", id: "good", y: power(GOOD), look: "dash" }];
    this.losses.forEach((each, i) => {
      const colour = laneColour(i, frame.runs.length);
      layers.push({ kind: "area", id: `seeds ${i}`, x: each.step, y: each.high, y2: each.low, colour }, { kind: "curve", id: `median ${i}`, x: each.step, y: each.middle, colour });
    });
    this.chart.view({ x: [0, 1.04 * frame.steps], y: [Math.floor(low - 0.05), Math.min(6, high + 0.3)] });
    this.chart.draw(layers);
    this.chart.describe(`Each line is the median of the seeds, its shade reaches from the smallest loss to the largest. ${this.losses.map((each, i) => `${this.lanes[i]?.name ?? i}: ${short(10 ** (each.middle[each.middle.length - 1] ?? NaN))}.`).join(" ")}`);
  }
}

/** Gives the losses of the finite seeds, in rising order. */
function seedsOf(frame: Frame, run: number): number[] {
  const values = frame.arrays[5 * run]!;
  const seeds = frame.shapes[5 * run]![1]!;
  return Array.from(values.subarray(0, seeds)).filter((each, k) => values[2 * seeds + k] === 1 && Number.isFinite(each)).sort((a, b) => a - b);
}

/** Keeps a moment; of too many, every other one goes. */
function keep(losses: Losses | undefined, step: number, sorted: readonly number[]): void {
  if (!losses || sorted.length === 0 || step <= (losses.step[losses.step.length - 1] ?? -1)) return;
  if (losses.step.length >= MOST_KEPT) for (const list of Object.values(losses) as number[][]) list.splice(0, list.length, ...list.filter((_, k) => k % 2 === 0));
  losses.step.push(step);
  losses.low.push(power(sorted[0]!));
  losses.middle.push(power(sorted[sorted.length >> 1]!));
  losses.high.push(power(sorted[sorted.length - 1]!));
}
