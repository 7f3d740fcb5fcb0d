/** Doodle on the page: a curve in the plane, the hinges that trace it, and the two functions of t that they share. */

import { evaluate, inSlices, type Shared, short as plain } from "../../engine/index.ts";
import {
  card, drawing, frames, h, layout, legend, plot, rounds, slider, status, table, unitColour, type Frames, type Layer, type Point,
} from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { computeDoodle, type Doodle, foundOf, MOST_PIECES, PLANE, SHAPES, traced, wayOf } from "./doodle.ts";
import { errorLayers, power, strokeLayer } from "./scene.ts";
import { type Action, initial, type State } from "./state.ts";
import { targetCard } from "./target-card.ts";

const NAMES = ["x", "y"] as const;

export class DoodleView implements View<State> {
  private state = initial();
  private doodle: Doodle = SHAPES.heart!();
  private stroke: readonly Point[] = [];
  private active: number | undefined;
  private work: { doodle: Doodle; abort: AbortController } | undefined;
  private drawn = false;
  private readonly again = frames<void>(() => this.parts.request());
  private readonly parts: Frames<void>;
  private readonly chart = plot({ label: "The doodle and its trace", x: [...PLANE.x], y: [...PLANE.y], xName: "x", yName: "y", height: 400 });
  private readonly key = legend();
  private readonly waves = NAMES.map((name) => plot({ label: `${name} along the way`, x: [0, 1], y: [-1, 1], xName: "t, how far along", yName: name, height: 150 }));
  private readonly errors = plot({ label: "The error against the number of hinges", x: [0.5, MOST_PIECES + 0.5], y: [-5, 0], xName: "N, the number of hinges", yName: "error", height: 210, powers: true });
  private readonly pieces = slider({
    label: "N", name: "number of hinges", min: 1, max: MOST_PIECES, step: 1, value: 4, colour: "fit",
    onInput: (units) => this.host.act({ kind: "units", units }), onCommit: () => this.host.act(COMMIT),
  });
  private readonly said = status();
  private readonly target: ReturnType<typeof targetCard>;
  private readonly numbers = table({
    label: "The hinges of the trace", corner: "unit",
    columns: [
      { id: "t", label: "kink at t", name: "where along the way it switches", kind: "text" },
      { id: "x", label: "bend of x", name: "change of slope of x", kind: "text" },
      { id: "y", label: "bend of y", name: "change of slope of y", kind: "text" },
    ],
    onHover: (row) => this.light(row === undefined ? undefined : Number(row.slice(1))),
  });

  constructor(private readonly host: Host<Action>) {
    this.target = targetCard(host);
    const pen = drawing(this.chart, {
      onStroke: (points) => {
        this.stroke = points;
        this.again.request();
      },
      onEnd: (points) => {
        this.stroke = [];
        const doodle = traced(points);
        if (doodle) host.act({ kind: "target", target: doodle }, COMMIT);
        else this.again.request();
      },
    });
    pen.enable(true);
    this.parts = rounds<void>([() => this.showPlane(), () => this.showWaves(), () => this.showErrors(), () => this.showNumbers()], host.el);
    host.el.append(layout({
      wide: { areas: ["chart errors", "target errors", "waves numbers"], columns: [1.45, 1] },
      medium: { areas: ["chart chart", "errors errors", "target target", "waves waves", "numbers numbers"] },
    }, {
      chart: card({ title: "The doodle" }, this.key.el, this.chart.el),
      errors: card({ title: "How well do N hinges trace it?" }, this.errors.el, this.pieces.el, this.said.el),
      target: this.target.el,
      waves: card({ title: "What the network gives", note: "one input t, two outputs, the same kinks" }, ...this.waves.map((each) => each.el)),
      numbers: card({ title: "The hinges, number by number" }, h("div", { class: "s-hinges" }, h("div", { class: "s-tall s-plain", attributes: { role: "group", tabindex: 0, "aria-label": "The hinges of the trace, one a row" } }, this.numbers.el))),
    }));
  }

  draw(state: State): void {
    this.state = state;
    if (state.target.kind === "doodle") this.doodle = state.target;
    this.follow();
    this.parts.request();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  picture(): SVGSVGElement {
    return this.chart.svg;
  }

  destroy(): void {
    this.work?.abort.abort();
    this.again.cancel();
    this.parts.cancel();
  }

  private get shared(): Shared | undefined {
    return foundOf(this.doodle)[Math.min(this.state.units, MOST_PIECES) - 1];
  }

  /** Computes the traces of this doodle while the page stays free; the newest doodle wins. */
  private follow(): void {
    if (this.work?.doodle === this.doodle) return;
    this.work?.abort.abort();
    this.work = { doodle: this.doodle, abort: new AbortController() };
    const again = (): void => this.again.request();
    inSlices(computeDoodle(this.doodle), again, { budget: 7, signal: this.work.abort.signal }).then(again, () => undefined);
  }

  private showPlane(): void {
    const { doodle, shared } = this;
    this.target.set(this.state, "");
    const layers: Layer[] = [{ kind: "curve", id: "target", x: doodle.x, y: doodle.y, look: "target" }];
    if (shared) {
      const [fx, fy] = shared.functions as [Shared["functions"][0], Shared["functions"][0]];
      const t = fx.breakpoints;
      if (this.active !== undefined && t[this.active] !== undefined) {
        const from = this.active;
        layers.push({ kind: "curve", id: "glow", x: fx.values.slice(from), y: fy.values.slice(from), look: "glow" });
      }
      layers.push({ kind: "curve", id: "trace", x: fx.values, y: fy.values, colour: "fit" });
      t.slice(0, -1).forEach((_, k) => layers.push({ kind: "points", id: `kink ${k}`, x: [fx.values[k]!], y: [fy.values[k]!], size: 9, colour: unitColour(k) }));
    }
    if (this.stroke.length > 1) layers.push(strokeLayer(this.stroke));
    this.chart.draw(layers);
    this.chart.describe(this.sentence());
    this.key.set([{ label: "doodle", look: "target" }, { label: `traced by ${hinges(this.state.units)}`, colour: "fit" }]);
  }

  private showWaves(): void {
    const { doodle, shared } = this;
    const t = wayOf(doodle);
    this.waves.forEach((wave, o) => {
      const values = o === 0 ? doodle.x : doodle.y;
      wave.view({ x: [0, 1], y: [...(o === 0 ? PLANE.x : PLANE.y)] });
      const layers: Layer[] = [{ kind: "curve", id: "target", x: t, y: values, look: "target" }];
      const f = shared?.functions[o];
      if (f) {
        f.breakpoints.slice(0, -1).forEach((at, k) => layers.push({ kind: "rule", id: `kink ${k}`, x: at, look: "dash", colour: unitColour(k) }));
        layers.push({ kind: "curve", id: "trace", x: f.breakpoints, y: f.values, colour: "fit" });
      }
      wave.draw(layers);
      wave.describe(f ? `${NAMES[o]} along the way, from ${short(evaluate(f, 0))} to ${short(evaluate(f, 1))}, with ${f.breakpoints.length - 1} straight pieces.` : "The trace is being computed.");
    });
  }

  private showErrors(): void {
    const curve = foundOf(this.doodle);
    const real = curve.flatMap(({ error, lower }) => [error, lower]).filter((each) => each > 1e-15).map(power);
    this.pieces.set({ value: Math.min(this.state.units, MOST_PIECES), max: MOST_PIECES });
    this.errors.view({ x: [0.5, MOST_PIECES + 0.5], y: real.length > 0 ? [Math.floor(Math.min(...real)) - 0.15, Math.max(...real) + 0.35] : [-5, 0] });
    this.errors.draw(errorLayers({ ...this.state, ways: [] }, curve, MOST_PIECES, { best: undefined, descents: {} },
      (units) => this.host.act({ kind: "units", units }), () => this.host.act(COMMIT)));
    this.said.set(this.sentence());
  }

  private sentence(): string {
    const { shared } = this;
    if (!shared) return `Computing: ${foundOf(this.doodle).length} of ${MOST_PIECES}.`;
    const upper = `${hinges(shared.size)} trace it with a mean squared error of ${short(shared.error, 3)}`;
    if (shared.error < 1e-15) return `${upper}: every place is met.`;
    return `${upper}; no breakpoints shared by x and y, however placed, go below ${short(shared.lower, 3)} (computed here in floating point, and reached only by pieces that need not meet).`;
  }

  private showNumbers(): void {
    const { shared } = this;
    if (!shared) return this.numbers.set([]);
    const [bias, changes] = [shared.network.biases, shared.network.weights[1]!];
    this.numbers.set([
      ...changes.map((change, k) => ({
        id: `u${k}`, label: `h_${k + 1}`, colour: unitColour(k), active: this.active === k,
        cells: { t: short(-bias[0]![k]! + 0), x: short(change[0]!), y: short(change[1]!) },
      })),
      { id: "constant", label: "output bias", cells: { t: "", x: short(bias[1]![0]!), y: short(bias[1]![1]!) } },
    ]);
  }

  private light(unit: number | undefined): void {
    const next = unit !== undefined && Number.isInteger(unit) ? unit : undefined;
    if (next === this.active) return;
    this.active = next;
    this.again.request();
  }
}

function hinges(count: number): string {
  return `${count} ${count === 1 ? "hinge" : "hinges"}`;
}

function short(x: number, digits = 4): string {
  return plain(x, digits).replaceAll("-", "\u2212");
}
