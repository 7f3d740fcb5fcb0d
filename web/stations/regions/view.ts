/** Regions on the page: the map, what is cut, and the formula of the region under the pointer or the crosshair. */

import {
  button, card, type Colour, frames, h, layout, legend, type Layer, panning, plot, type Sample, status, style, text, tiling, toolbar,
} from "../../kit/index.ts";
import { COMMIT, type Host, type View as StationView } from "../station.ts";
import { asking } from "./asking.ts";
import { choosing } from "./choosing.ts";
import type { Found } from "./found.ts";
import { cornersOf, type Reading, readingAt } from "./reading.ts";
import { regionCard, sentenceOf, short } from "./region-card.ts";
import { classColour, colouringOf, edgeIn, paletteIn, shownOf, unitOf } from "./shades.ts";
import { type Action, holding, initial, type State, type View, zoomed } from "./state.ts";

const LOOKS = ["dot", "ring", "cross"] as const;
const FIRST: View = [-1, 1, -1, 1];

class RegionsView implements StationView<State> {
  private state = initial();
  private hovered: readonly [number, number] | undefined;
  private known: { found: Found; reading: Reading } | undefined;
  private readonly again = frames<void>(() => this.show());
  private readonly reading = frames<void>(() => this.showReading());
  private readonly source;
  private readonly map = plot({ label: "The regions on the plane", x: [-1.25, 1.25], y: [-1.25, 1.25], xName: "s", yName: "t", height: 320 });
  private readonly tiles = tiling(this.map, { palette: paletteIn, edge: edgeIn });
  private readonly key = legend();
  private readonly counts = { activation: h("b"), linear: h("b") };
  private readonly said = status();
  private readonly way = button({ label: "Zoom in", onPress: () => this.zoom(0.5) });
  private readonly choose;
  private readonly card = regionCard();

  constructor(private readonly host: Host<Action>) {
    this.source = asking(host.services.ask, () => this.again.request());
    this.choose = choosing(host);
    this.map.el.classList.add("s-tiling");
    panning(this.map, {
      onView: ({ x, y }) => this.host.act({ kind: "view", view: [x[0], x[1], y[0], y[1]] }),
      onEnd: () => this.host.act(COMMIT),
      onPress: ([s, t]) => this.host.act({ kind: "point", point: [this.rounded(s), this.rounded(t)] }, COMMIT),
      onHover: (at) => {
        this.hovered = at;
        this.reading.request();
      },
    });
    const tools = [
      button({ label: "+", name: "Zoom in", onPress: () => this.zoom(0.5) }).el,
      button({ label: "\u2212", name: "Zoom out", onPress: () => this.zoom(2) }).el,
      button({ label: "Whole", name: "Whole: back to the first view", onPress: () => this.host.act({ kind: "view", view: null }, COMMIT) }).el,
    ];
    const figures = h("p", { class: "s-tiling-counts" }, this.counts.activation, " activation regions ", this.counts.linear, " linear regions");
    host.el.append(layout({
      wide: { areas: ["map choose", "map region"], columns: [1.2, 1] },
      medium: { areas: ["map map", "choose region"], columns: [1, 1.15] },
    }, {
      map: card({ title: "The plane", note: "drag, pinch or Ctrl + wheel", tools }, h("div", { class: "s-tiling-box" }, this.map.el), this.key.el, figures, toolbar(this.said.el, this.way.el)),
      choose: this.choose.el,
      region: this.card.el,
    }));
  }

  draw(state: State): void {
    this.state = state;
    this.source.follow(state);
    this.show();
  }

  picture(): SVGSVGElement {
    return this.tiles.picture();
  }

  destroy(): void {
    this.again.cancel();
    this.reading.cancel();
    this.source.destroy();
    this.tiles.destroy();
  }

  private get view(): View {
    return this.state.view ?? this.source.found?.bounds ?? FIRST;
  }

  /** The size of a step of the crosshair: about a hundredth of the view, a power of ten. */
  private get step(): number {
    return 10 ** Math.floor(Math.log10((this.view[1] - this.view[0]) / 60));
  }

  private rounded(value: number): number {
    const step = this.step / 10;
    return Number((Math.round(value / step) * step).toPrecision(12));
  }

  private zoom(times: number): void {
    const { point } = this.state;
    const [s0, s1, t0, t1] = this.view;
    const seen = point[0] >= s0 && point[0] <= s1 && point[1] >= t0 && point[1] <= t1;
    this.host.act({ kind: "view", view: zoomed(this.view, times, seen ? point : [(s0 + s1) / 2, (t0 + t1) / 2]) }, COMMIT);
  }

  private show(): void {
    const { state } = this;
    const { found, problem, waiting } = this.source;
    const [s0, s1, t0, t1] = this.view;
    this.choose.set(state, found);
    this.map.view({ x: [s0, s1], y: [t0, t1] });
    const shown = found && shownOf(state, found);
    this.tiles.set(shown?.tiles, shown?.shades ?? new Uint8Array());
    this.tiles.lines(found?.ties ?? []);
    this.map.draw(this.layers(found));
    this.key.set(found ? samplesOf(state, found, shown?.span) : []);
    text(this.counts.activation, found ? found.counts.activation.toLocaleString("en") : "\u2026");
    text(this.counts.linear, found ? found.counts.linear.toLocaleString("en") : "\u2026");
    this.host.el.toggleAttribute("aria-busy", waiting);
    this.said.set(problem || (waiting ? (this.host.services.ask ? "Python is cutting the plane \u2026" : "The regions are on their way \u2026") : found ? this.certified(found) : ""), problem ? "error" : found?.certified && !waiting ? "good" : "plain");
    style(this.way.el, "display", problem.includes("zoom in") ? "" : "none");
    this.showReading();
  }

  private certified(found: Found): string {
    const words = found.certificate.replace(/^(not )?certified: /, "");
    const moved = found.bounds.some((each, k) => each !== this.view[k]);
    return [
      `${found.certified ? "Certified" : "Not certified"}: ${words}.`,
      found.bent ? "" : "Where the class changes would take more regions than are drawn.",
      moved && !this.host.services.ask ? "The counts are those of the first view; the installed lab counts in any." : "",
    ].filter(Boolean).join(" ");
  }

  private showReading(): void {
    const { found } = this.source;
    const point = this.hovered ?? this.state.point;
    if (!found) {
      this.known = undefined;
      this.tiles.outline(undefined);
      this.card.set(undefined, undefined);
      return;
    }
    const same = this.known?.found === found && this.known.reading.point[0] === point[0] && this.known.reading.point[1] === point[1];
    if (same) return;
    const reading = readingAt(found, point);
    this.known = { found, reading };
    this.tiles.outline(reading.region < 0 ? undefined : cornersOf(found, reading.region));
    this.card.set(found, reading);
  }

  private layers(found: Found | undefined): Layer[] {
    const { state } = this;
    const layers: Layer[] = found ? pointsOf(state, found) : [];
    const [s, t] = state.point;
    const [view, step] = [this.view, this.step];
    layers.push({
      kind: "handle", id: "crosshair", x: s, y: t, label: "crosshair", shape: "ring", colour: "text", step,
      bounds: { x: [view[0] - step, view[1] + step], y: [view[2] - step, view[3] + step] },
      text: found ? sentenceOf(found, readingAt(found, state.point), false) : `s = ${short(s)}, t = ${short(t)}`,
      onMove: (x, y) => {
        this.hovered = undefined;
        const next = holding(this.view, [x, y]);
        this.host.act({ kind: "point", point: [x, y] }, ...(next === this.view ? [] : [{ kind: "view" as const, view: next }]));
      },
      onEnd: () => this.host.act(COMMIT),
    });
    return layers;
  }
}

/** The rows of the data that lie in the plane. */
function pointsOf({ plane }: State, { points, labels }: Found): Layer[] {
  if (!points) return [];
  if (plane.kind === "samples") {
    return [0, 1, 2].flatMap((k): Layer[] => [
      { kind: "points", id: `sample${k}`, x: [points[2 * k]!], y: [points[2 * k + 1]!], size: 8, colour: "text" },
      { kind: "label", id: `name${k}`, x: points[2 * k]!, y: points[2 * k + 1]!, text: `row ${plane.rows[k]}${labels ? `: class ${labels[k]}` : ""}`, shift: [8, 8], colour: "text" },
    ]);
  }
  const rows = Array.from({ length: points.length / 2 }, (_, i) => i);
  const kinds = labels ? [...new Set(labels)].sort((a, b) => a - b) : [0];
  return kinds.map((label): Layer => {
    const own = labels ? rows.filter((i) => labels[i] === label) : rows;
    return {
      kind: "points", id: `class${label}`, x: own.map((i) => points[2 * i]!), y: own.map((i) => points[2 * i + 1]!), size: 5,
      colour: labels ? classColour(label) : "data", look: labels ? LOOKS[label % 3] : "dot",
    };
  });
}

function samplesOf(state: State, found: Found, span: readonly [number, number] | undefined): Sample[] {
  const tie: Sample[] = found.ties.length > 0 ? [{ label: found.outputs > 1 ? "where the class changes" : "where the output is 0", colour: "text" as Colour }] : [];
  const colouring = colouringOf(state, found);
  if (colouring === "unit" && span) {
    const [layer, unit] = unitOf(state, found);
    const name = `z of unit ${unit} in layer ${layer + 1}`;
    return [...tie, { label: `${name}: ${short(span[0])}, off`, colour: "negative", look: "area" }, { label: `${short(span[1])}, on`, colour: "positive", look: "area" }];
  }
  if (colouring === "class") {
    if (found.outputs === 1) return [...tie, { label: "output not above 0", colour: classColour(0), look: "area" }, { label: "above 0", colour: classColour(1), look: "area" }];
    const seen = [...new Set([...(found.classes ?? [])])].filter((each) => each < found.outputs).sort((a, b) => a - b);
    return [...tie, ...seen.map((label): Sample => ({ label: `class ${label}`, colour: classColour(label), look: "area" }))];
  }
  const why = state.colour === "class" ? "a tint for each linear region; classes are decided by the last layer" : state.colour === "unit" ? "a tint for each linear region; this network has no units to follow" : "a tint for each linear region";
  return [...tie, { label: why, colour: "fit", look: "area" }];
}

/** Gives the view. */
export function render(host: Host<Action>): StationView<State> {
  return new RegionsView(host);
}
