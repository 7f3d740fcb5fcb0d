/** Draw on the page: the curve with its networks, the error against N with a handle on it, and every number. */

import { type Best, evaluate, kinks, short as plain, toFunction } from "../../engine/index.ts";
import {
  button, card, crosshair, drawing, frames, h, layout, legend, live, multiples, plot, rounds, segmented, slider, status, style, table,
  toggle, toolbar, unitColour, type Frames, type Point, type Row, type Sample,
} from "../../kit/index.ts";
import { COMMIT, type Host, isFields, type View } from "../station.ts";
import { STEPS } from "./descent.ts";
import { DoodleView } from "./doodle-view.ts";
import { pointsOf, type Points, wholeOf } from "./points.ts";
import { curveOf, descentOf, errorIn, mostUnits } from "./results.ts";
import { running } from "./running.ts";
import { curveLayers, errorLayers, type Found, powersOf, strokeLayer, unitCurve, viewOf, WAY_COLOUR, WAY_NAME } from "./scene.ts";
import { type Action, initial, type Loss, MOST_UNITS, type State, type Way, WAYS } from "./state.ts";
import { targetCard } from "./target-card.ts";

/** Everything on the page that follows the state. */
class DrawView implements View<State> {
  private state = initial();
  private points: Points = pointsOf(this.state);
  private found: Found = { best: undefined, descents: {} };
  private stroke: readonly Point[] = [];
  private active: number | undefined;
  private proof: { best: Best; sentence: string } | undefined;
  private readonly again = frames<void>(() => this.show());
  private drawn = false;
  private readonly parts: Frames<void>;
  private readonly runner = running(() => this.again.request());
  private readonly asking = new AbortController();

  private readonly chart = plot({ label: "The target and the networks", x: [0, 10], y: [-2, 2], xName: "x", yName: "y", height: 360 });
  private readonly key = legend();
  private readonly cross = crosshair(this.chart, { read: (x) => this.read(x) });
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
  private readonly errors = plot({ label: "The error against the number of units", x: [0.5, 20.5], y: [-5, 0], xName: "N, the number of units", yName: "error", height: 250, powers: true });
  private readonly units = slider({
    label: "N", name: "number of units", min: 1, max: MOST_UNITS, step: 1, value: 4, colour: "fit",
    onInput: (units) => this.host.act({ kind: "units", units }), onCommit: () => this.host.act(COMMIT),
  });
  private readonly loss = segmented<Loss>({
    label: "Error", bare: true, value: "mse", choices: [{ value: "mse", label: "mean squared" }, { value: "max", label: "largest" }],
    onChange: (loss) => this.host.act({ kind: "loss", loss }, COMMIT),
  });
  private readonly said = status();
  private readonly target: ReturnType<typeof targetCard>;
  private readonly ways: Record<Way, ReturnType<typeof toggle>>;
  private readonly seed = button({ label: "Another seed", onPress: () => this.host.act({ kind: "seed", seed: (this.state.seed + 1) % 1e6 }, COMMIT) });
  private readonly stop = button({ label: "Stop", onPress: () => this.runner.stop() });
  private readonly progress = status();
  private readonly versus = table({
    label: "The best network and gradient descent", corner: "network",
    columns: [
      { id: "error", label: "error", kind: "text" },
      { id: "times", label: "to the bound", name: "the error divided by the bound", kind: "text" },
      { id: "kinks", label: "kinks", name: "kinks between the first and the last point", kind: "text" },
    ],
  });
  private readonly certify = button({ label: "Certify in Python", onPress: () => void this.ask() });
  private readonly proven = status();
  private readonly numbers = table({
    label: "The best network's hinges", corner: "unit",
    columns: [
      { id: "kink", label: "kink", name: "where the unit switches", kind: "text" },
      { id: "w", label: "w", name: "weight", kind: "text" },
      { id: "b", label: "b", name: "bias", kind: "text" },
      { id: "v", label: "v", name: "output weight", kind: "text" },
      { id: "bend", label: "bend", name: "change of slope at the kink", kind: "text" },
    ],
    onHover: (row) => this.light(row === undefined ? undefined : Number(row.slice(1))),
  });
  private readonly panels = multiples({
    label: "What each unit adds", x: [0, 10], y: [-1, 1], least: 104, height: 84,
    onHover: (id) => this.light(id === undefined ? undefined : Number(id.slice(1))),
  });
  private readonly bias = live("", h("p", { class: "s-small" }));
  private readonly scroll = h("div", { class: "s-tall s-plain", attributes: { role: "group", tabindex: 0, "aria-label": "The hinges, one a row" } }, this.numbers.el);

  constructor(private readonly host: Host<Action>) {
    this.parts = rounds<void>([
      () => {
        this.target.set(this.state, this.points.ok ? "" : this.points.sentence);
        this.pen.enable(this.state.target.kind === "drawn");
        this.showChart();
        this.showErrors();
        this.showProgress();
      },
      () => {
        this.showWords();
        this.showVersus();
      },
      () => this.showNumbers(),
      () => this.showPanels(),
    ], host.el);
    this.target = targetCard(host);
    const way = (name: Way, label: string): ReturnType<typeof toggle> =>
      toggle({ label, value: false, onChange: (on) => host.act({ kind: "way", way: name, on }, COMMIT) });
    this.ways = { usual: way("usual", "Train as usual"), recipe: way("recipe", "Train by the recipe") };
    this.cross.set(undefined);
    host.el.append(layout({
      wide: { areas: ["chart errors", "target errors", "numbers versus", "panels panels"], columns: [1.45, 1] },
      medium: { areas: ["chart chart", "errors errors", "target target", "versus versus", "numbers numbers", "panels panels"] },
    }, {
      chart: card({ title: "The curve" }, this.key.el, this.chart.el),
      errors: card({ title: "How good can N units be?", tools: [this.loss.el] }, this.errors.el, this.units.el, this.said.el),
      target: this.target.el,
      versus: card({ title: "Beside gradient descent" }, h("div", { class: "s-plain" }, this.versus.el),
        toolbar(this.ways.usual.el, this.ways.recipe.el, this.seed.el, this.stop.el), this.progress.el,
        host.services.ask ? toolbar(this.certify.el) : null, this.proven.el),
      panels: card({ title: "What each unit adds", note: "v relu(w x + b)" }, this.panels.el, this.bias.el),
      numbers: card({ title: "The best network, number by number" }, h("div", { class: "s-hinges" }, this.scroll)),
    }));
  }

  draw(state: State): void {
    this.state = state;
    this.points = pointsOf(state);
    this.show();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  picture(): SVGSVGElement {
    return this.chart.svg;
  }

  destroy(): void {
    this.runner.destroy();
    this.asking.abort();
    this.again.cancel();
    this.parts.cancel();
  }

  private show(): void {
    const { state, points } = this;
    this.runner.follow(state, points);
    this.found = this.gather();
    this.parts.request();
  }

  private gather(): Found {
    const { state, points } = this;
    if (!points.ok) return { best: undefined, descents: {} };
    const best = curveOf(points, state.loss)[Math.min(state.units, mostUnits(points)) - 1];
    const descents: Found["descents"] = {};
    for (const way of state.ways) {
      const descent = descentOf(points, state, way);
      if (descent) descents[way] = descent;
    }
    return { best, descents };
  }

  private showChart(): void {
    const { state, points, found } = this;
    this.chart.view(viewOf(state, points));
    const layers = curveLayers(state, points, found, this.active);
    if (this.stroke.length > 1) layers.push(strokeLayer(this.stroke));
    this.chart.draw(layers);
    this.chart.describe(found.best ? this.sentence(found.best) : points.ok ? "The points to be fitted." : points.sentence);
  }

  private showErrors(): void {
    const { state, points, found } = this;
    const most = points.ok ? mostUnits(points) : MOST_UNITS;
    const curve = points.ok ? curveOf(points, state.loss) : [];
    this.loss.set(state.loss);
    this.units.set({ value: Math.min(state.units, most), max: most, disabled: !points.ok });
    this.errors.view({ x: [1 - 0.025 * most, most + 0.025 * most], y: powersOf(curve, state.loss, found) });
    this.errors.draw(points.ok ? errorLayers(state, curve, most, found, (units) => this.host.act({ kind: "units", units }), () => this.host.act(COMMIT)) : []);
  }

  private showWords(): void {
    const { state, points, found } = this;
    const isLine = state.target.kind === "drawn" || state.target.kind === "formula";
    const samples: Sample[] = [{ label: isLine ? "target" : "points", look: isLine ? "target" : "dot" }];
    if (found.best) samples.push({ label: `the best ${plural(found.best.size)} found`, colour: "fit" });
    for (const way of WAYS) if (found.descents[way]) samples.push({ label: WAY_NAME[way], colour: WAY_COLOUR[way], look: "dash" });
    this.key.set(samples);
    if (!points.ok) this.said.set(points.sentence);
    else if (this.runner.problem) this.said.set(this.runner.problem, "error");
    else if (!found.best) this.said.set(`Computing: ${curveOf(points, state.loss).length} of ${mostUnits(points)}.`);
    else this.said.set(this.sentence(found.best));
  }

  private sentence(best: Best): string {
    const upper = `With ${plural(best.size)} the best error found is ${short(best.error, 3)}`;
    if (best.error < 1e-15) return `${upper}: every point is met.`;
    if (best.gap < 1e-3) return `${upper}, and ${plural(best.size)} cannot do better: the bound, computed here in floating point, meets it.`;
    return `${upper}; no ${plural(best.size)} can go below ${short(best.lower, 3)} (computed here in floating point). The truth lies between.`;
  }

  private showVersus(): void {
    const { state, points, found } = this;
    const { best } = found;
    const inside = points.ok ? [Math.min(...points.x), Math.max(...points.x)] as const : undefined;
    const bends = (network: Best["network"]): string => {
      const f = toFunction(network);
      return String(kinks(f).filter((t) => inside && t > inside[0] && t < inside[1]).length);
    };
    const times = (error: number): string => (best && best.lower > 0 ? `${short(error / best.lower, 3)} ×` : "");
    const rows: Row[] = [
      { id: "bound", label: "the bound", cells: { error: best ? short(best.lower, 4) : "…", times: "", kinks: "" } },
      { id: "best", label: "best found", colour: "fit", cells: { error: best ? short(best.error, 4) : "…", times: times(best?.error ?? 0), kinks: best ? bends(best.network) : "" } },
    ];
    for (const way of WAYS) {
      const descent = found.descents[way];
      const error = descent && errorIn(descent, state.loss);
      rows.push({
        id: way, label: way === "usual" ? "as usual" : "by the recipe", colour: WAY_COLOUR[way],
        cells: { error: error === undefined ? "–" : short(error, 4), times: error === undefined ? "" : times(error), kinks: descent ? bends(descent.network) : "" },
      });
    }
    this.versus.set(rows);
    for (const way of WAYS) this.ways[way].set(state.ways.includes(way));
    if (this.proof && this.proof.best !== best) {
      this.proof = undefined;
      this.proven.set("");
    }
    this.certify.set({ disabled: !best });
  }

  /** Of the training, with its way to stop: what a person waits for while it runs. */
  private showProgress(): void {
    this.stop.set({ disabled: this.runner.training === undefined });
    this.seed.set({ disabled: this.state.ways.length === 0 });
    this.progress.set(this.progressSentence());
  }

  private progressSentence(): string {
    const { state, found } = this;
    const way = this.runner.training;
    if (way) return `${capital(WAY_NAME[way])}: step ${(found.descents[way]?.steps ?? 0).toLocaleString("en")} of ${STEPS.toLocaleString("en")}.`;
    const diverged = state.ways.find((each) => found.descents[each]?.diverged);
    if (diverged) return `${capital(WAY_NAME[diverged])} ran into numbers that are not finite; the last good network is shown.`;
    const halted = state.ways.find((each) => found.descents[each] && !found.descents[each].done);
    if (halted) return `Stopped at step ${found.descents[halted]!.steps.toLocaleString("en")}. Another seed starts again.`;
    if (state.ways.length === 0) return "Nothing is trained yet: choose a way above. It runs in this page.";
    return `${STEPS.toLocaleString("en")} steps each, seed ${state.seed}${state.loss === "max" ? "; descent lowers the mean squared error, here its largest one is shown" : ""}.`;
  }

  private showNumbers(): void {
    const { best } = this.found;
    const network = best?.network;
    const [w, b, v] = network ? [network.weights[0]![0]!, network.biases[0]!, network.weights[1]!] : [[], [], []];
    const constant = network?.biases[1]?.[0];
    const rows: Row[] = b.map((bias, k) => ({
      id: `u${k}`, label: `h_${k + 1}`, colour: unitColour(k), active: this.active === k,
      cells: {
        kink: w[k] ? short(-bias / w[k]!) : "none", w: short(w[k]!), b: short(bias), v: short(v[k]![0]!),
        bend: short(Math.abs(w[k]!) * v[k]![0]!, 3),
      },
    }));
    if (constant !== undefined) rows.push({ id: "constant", label: "output bias", cells: { kink: "", w: "", b: short(constant), v: "", bend: "" } });
    this.numbers.set(rows);
    this.bias.set(constant === undefined ? "" : `Their sum, plus the output bias ${short(constant)}, is the purple curve.`);
  }

  private showPanels(): void {
    const { best } = this.found;
    const [w, b] = best ? [best.network.weights[0]![0]!, best.network.biases[0]!] : [[], []];
    const x = viewOf(this.state, this.points).x;
    const curves = best ? b.map((_, k) => unitCurve(best, k)) : [];
    const ends = curves.flatMap((curve) => x.map((at) => lineAt(curve, at)));
    const reach = Math.max(1e-9, ...ends.map(Math.abs));
    this.panels.set(
      curves.map((curve, k) => ({
        id: `u${k}`, title: `h${sub(k + 1)}`, curves: [{ ...curve, colour: unitColour(k) }],
        description: `kink at ${w[k] ? short(-b[k]! / w[k]!) : "no place"}`,
      })),
      { x, y: [-1.1 * reach, 1.1 * reach] },
    );
    style(this.panels.el, "flex", "0 0 auto");
  }

  private light(unit: number | undefined): void {
    const next = unit !== undefined && Number.isInteger(unit) ? unit : undefined;
    if (next === this.active) return;
    this.active = next;
    this.again.request();
  }

  private read(x: number): { label: string; y: number; colour?: "fit" | "negative" | "positive" }[] {
    const { best, descents } = this.found;
    const readings: { label: string; y: number; colour?: "fit" | "negative" | "positive" }[] = [];
    if (best) readings.push({ label: "best", y: evaluate(best.function, x), colour: "fit" });
    for (const way of WAYS) {
      const descent = descents[way];
      if (descent) readings.push({ label: way, y: evaluate(toFunction(descent.network), x), colour: WAY_COLOUR[way] as "negative" });
    }
    return readings;
  }

  /** Asks the installed library for the bound in exact arithmetic. */
  private async ask(): Promise<void> {
    const { ask } = this.host.services;
    const { points, state } = this;
    const { best } = this.found;
    if (!ask || !points.ok || !best) return;
    this.proof = { best, sentence: "" };
    const { x, y } = wholeOf(points);
    const rows = x.length > points.x.length ? ` for all ${x.length.toLocaleString("en")} rows` : "";
    this.proven.set("Python is computing the bound in exact arithmetic …");
    try {
      const answer = await ask({ kind: "best", x, y, units: best.size, loss: state.loss }, this.asking.signal);
      if (this.proof?.best !== best) return;
      if (!isFields(answer) || typeof answer.lower !== "number" || typeof answer.upper !== "number") throw new Error("no bounds");
      this.proven.set(`${answer.certified === false ? "Python computed" : "Certified in Python"}${rows}: no ${plural(best.size)} can go below ${short(answer.lower, 6)}; it found ${short(answer.upper, 6)}.`, "good");
    } catch (error) {
      if (this.proof?.best === best) this.proven.set(`Python gave no bound${error instanceof Error && error.message !== "no bounds" ? `: ${error.message}` : ""}. What the page computed stays.`, "error");
    }
  }
}

/** Gives the view: of functions of x, or, for a doodle, of a curve in the plane. */
export function render(host: Host<Action>): View<State> {
  let view: View<State> | undefined;
  let isDoodle: boolean | undefined;
  return {
    draw(state) {
      const wanted = state.target.kind === "doodle";
      if (wanted !== isDoodle) {
        view?.destroy();
        host.el.replaceChildren();
        view = wanted ? new DoodleView(host) : new DrawView(host);
        isDoodle = wanted;
      }
      view!.draw(state);
    },
    picture: () => view?.picture?.(),
    destroy: () => view?.destroy(),
  };
}

function lineAt(curve: ReturnType<typeof unitCurve>, x: number): number {
  const [at, y] = [curve.x[0]!, curve.y[0]!];
  return y + (x < at ? (curve.left ?? 0) : (curve.right ?? 0)) * (x - at);
}

function short(x: number, digits = 4): string {
  return plain(x, digits).replaceAll("-", "\u2212");
}

function plural(units: number): string {
  return `${units} ${units === 1 ? "unit" : "units"}`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function sub(k: number): string {
  return [...String(k)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}
