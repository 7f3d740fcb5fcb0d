/** Trace on the page: the plane, the arithmetic, the units' maps and the hidden space. */

import { type Components, type LayerTrace, projected } from "../../engine/index.ts";
import {
  arrange, attributes, button, card, type Colour, fixed, type Frames, frames, h, layout, legend, type Layer, live, type Live, plot, rounds, type Row, segmented, select,
  space, type Space, type SpacePoints, stack, status, style, table, toggle, toolbar, upon,
} from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { arithmetic, subscript } from "./arithmetic.ts";
import { GRID, isHigh, largest, layersAt, REACH, type Room, roomsOf, surroundings } from "./compute.ts";
import { cloud, type DataName, nearest } from "./data.ts";
import { features } from "./features.ts";
import { numbersTable } from "./numbers-table.ts";
import type { Separation } from "./separation.ts";
import { type Action, initial, LINES, type Preset, PRESETS, presetOf, type State } from "./state.ts";

const CLASSES: readonly { name: string; colour: Colour; look: "dot" | "ring" | "cross" }[] = [
  { name: "blue", colour: "unit-0", look: "dot" }, { name: "orange", colour: "unit-1", look: "ring" }, { name: "green", colour: "unit-2", look: "cross" },
];
const NETWORKS: readonly { value: Preset; label: string }[] = [
  { value: "source", label: "one layer by hand, 2 → 3" }, { value: "blobs-3", label: "blobs, trained, 2 → 3 → 3" },
  { value: "spiral-3", label: "spiral, trained, 2 → 3 → 3" }, { value: "spiral-8", label: "spiral, trained, 2 → 8 → 3" },
  { value: "spiral-24", label: "spiral, trained, 2 → 24 → 3" }, { value: "spiral-64", label: "spiral, trained, 2 → 64 → 3" },
];
const OWN = { value: "own" as const, label: "changed by hand" };
const SAYS = ["each input times each weight", "the products of each unit, summed", "the bias added: z", "ReLU: what is negative becomes 0"];

/** What the cards draw from. */
interface Shown {
  state: State;
  layers: readonly LayerTrace[];
  /** Of the nearest point of the data. */
  kind: (typeof CLASSES)[number] | undefined;
  active: { layer: number; unit: number } | undefined;
}

class TraceView implements View<State> {
  private state = initial();
  private drawn = false;
  private readonly again = frames<void>(() => this.show());
  private readonly parts: Frames<Shown>;
  private active: { layer: number; unit: number } | undefined;

  private readonly plane = plot({ label: "The plane with the point", x: [-REACH, REACH], y: [-REACH, REACH], equal: true, xName: "x", yName: "y", height: 300 });
  private readonly network = select<Preset | "own">({ label: "Network", choices: NETWORKS, value: "source", onChange: (preset) => preset !== "own" && this.host.act({ kind: "preset", preset }, COMMIT) });
  private readonly data = segmented<DataName>({
    label: "Points", value: "none", choices: [{ value: "none", label: "none" }, { value: "spiral", label: "spiral" }, { value: "blobs", label: "blobs" }],
    onChange: (data) => this.host.act({ kind: "data", data }, COMMIT),
  });
  private readonly bias = toggle({ label: "with bias", value: true, onChange: (on) => this.host.act({ kind: "bias", on }, COMMIT) });
  private readonly back = button({ label: "◀ Back", onPress: () => this.step(-1) });
  private readonly next = button({ label: "Next ▶", onPress: () => this.step(1) });
  private readonly where = status();
  private readonly sums = arithmetic((layer, unit) => this.light(layer, unit));
  private readonly numbers = numbersTable({
    weight: (layer, from, to, value) => this.host.act({ kind: "weight", layer, from, to, value }, COMMIT),
    bias: (layer, unit, value) => this.host.act({ kind: "unit-bias", layer, unit, value }, COMMIT),
  });
  private readonly maps = features((unit) => this.light(0, unit));
  private readonly signature = h("ul", { class: "s-signature", attributes: { "aria-label": "Signature of the point" } });
  private readonly items: Live[] = [];
  private readonly pattern = status();
  private readonly room = space({
    label: "Hidden space of three units", turn: initial().turn, height: 300,
    onTurn: (turn) => this.host.act({ kind: "turn", turn }), onEnd: () => this.host.act(COMMIT),
  });
  private readonly past = space({
    label: "Hidden space before training", turn: initial().turn, height: 230,
    onTurn: (turn) => this.host.act({ kind: "turn", turn }), onEnd: () => this.host.act(COMMIT),
  });
  private readonly pastPlace = h("figure", { class: "s-room" }, this.past.el, h("figcaption", {}, "before training"));
  private readonly nowName = h("figcaption", {}, "after training");
  private readonly before = toggle({ label: "before training beside it", value: true, onChange: (on) => this.host.act({ kind: "before", on }, COMMIT) });
  private readonly apart = table({
    label: "How well the classes are apart", corner: "rows right",
    columns: [
      { id: "means", label: "by the nearest mean", name: "the share of points nearer to the mean of their own class than to any other", kind: "text" },
      { id: "linear", label: "by a straight cut", name: "the share of points that a least-squares map puts into their class, each judged by the others", kind: "text" },
    ],
  });
  private readonly axes = [0, 1, 2].map((axis) => select<string>({
    label: ["left axis", "right axis", "upright axis"][axis]!, choices: [], value: "", onChange: (unit) => this.host.act({ kind: "axis", axis, unit: Number(unit) }, COMMIT),
  }));
  private readonly components = toggle({
    label: "principal components", value: false, onChange: (on) => this.host.act({ kind: "room", room: on ? "components" : "units" }, COMMIT),
  });
  private readonly axesRow = toolbar(this.before.el, this.components.el, ...this.axes.map((each) => each.el));
  private readonly key = legend();
  private readonly verdict = status();
  private offered = 0;

  constructor(private readonly host: Host<Action>) {
    this.parts = rounds<Shown>([
      upon(({ state: { turn, axes, room, ...rest }, active }) => [...Object.values(rest), active], ({ layers, kind }) => {
        this.showControls(layers);
        this.showPlane(kind?.colour ?? "fit");
      }),
      upon(({ state: { point, weights, biases, bias, step }, active }) => [point, weights, biases, bias, step, active], ({ state, layers, active }) =>
        this.sums.set(state, layers, active?.layer === Math.floor(state.step / LINES) ? active.unit : undefined)),
      upon(({ state }) => [state.weights, state.biases, state.step], ({ state }) => this.numbers.set(state)),
      upon(({ state: { point, weights, biases, bias } }) => [point, weights, biases, bias], ({ state, layers }) => {
        this.maps.set(state, layers[0]!);
        this.showSignature(layers[0]!, surroundings(state).tops);
      }),
      upon(({ state }) => [state], ({ state, layers, kind }) => {
        const around = surroundings(state);
        this.showRooms(layers[0]!, kind?.colour ?? "fit");
        this.showVerdict(layers, kind?.name, around.right);
      }),
    ], host.el);
    host.el.append(layout({
      wide: { areas: ["plane plane sums sums sums", "room room room maps maps"], columns: [1, 1, 1, 1, 1] },
      medium: { areas: ["plane plane", "sums sums", "room maps"], columns: [1, 1] },
    }, {
      plane: card({ title: "The plane", note: "drag the point", tools: [] }, this.plane.el, this.key.el, stack(this.network.el, toolbar(this.data.el, this.bias.el))),
      sums: card({ title: "The arithmetic", tools: [this.back.el, this.next.el] }, this.where.el, tall("The arithmetic, line by line", "s-lines", this.sums.el), h("h3", {}, "W and b, to be changed"), tall("Weights and biases", "s-weights", this.numbers.el)),
      room: card({ title: "Hidden space", note: "drag or use the arrow keys to turn it" }, h("div", { class: "s-rooms" }, this.pastPlace, h("figure", { class: "s-room" }, this.room.el, this.nowName)), this.axesRow, h("div", { class: "s-plain" }, this.apart.el), this.verdict.el),
      maps: card({ title: "Each unit's feature", note: "how strongly it answers over the plane" }, tall("The maps of the units", "s-maps", this.maps.el), this.signature, this.pattern.el),
    }));
  }

  draw(state: State): void {
    this.state = state;
    this.show();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  private show(): void {
    const { state, active } = this;
    const row = nearest(cloud(state.data), state.point);
    const kind = row < 0 ? undefined : CLASSES[cloud(state.data).labels[row]!];
    this.parts.request({ state, layers: layersAt(state), kind, active });
  }

  picture(): SVGSVGElement {
    return this.plane.svg;
  }

  destroy(): void {
    this.again.cancel();
    this.parts.cancel();
  }

  private step(by: number): void {
    this.host.act({ kind: "step", step: this.state.step + by }, COMMIT);
  }

  private light(layer: number, unit: number | undefined): void {
    if (unit === this.active?.unit && layer === this.active?.layer) return;
    this.active = unit === undefined ? undefined : { layer, unit };
    this.again.request();
  }

  private showControls(layers: readonly LayerTrace[]): void {
    const { state } = this;
    const preset = presetOf(state);
    this.network.offer(preset ? NETWORKS : [...NETWORKS, OWN]);
    this.network.set(preset ?? "own");
    this.data.set(state.data);
    this.bias.set(state.bias);
    const [layer, line] = [Math.floor(state.step / LINES), state.step % LINES];
    this.back.set({ disabled: state.step === 0 });
    this.next.set({ disabled: state.step === LINES * layers.length - 1 });
    const output = layers.length > 1 && layer === layers.length - 1;
    this.where.set(`Layer ${layer + 1} of ${layers.length}, line ${line + 1} of ${LINES}: ${output && line === 3 ? "the output layer has no ReLU" : SAYS[line]!}.`);
  }

  private showPlane(colour: Colour): void {
    const { state } = this;
    const layers: Layer[] = [];
    const lit = this.active?.layer === 0 ? surroundings(state).fields[this.active.unit] : undefined;
    if (lit) layers.push({ kind: "field", id: "field", columns: GRID, rows: GRID, values: lit, x: [-REACH, REACH], y: [-REACH, REACH], colour: "fit" });
    const { points, labels } = cloud(state.data);
    CLASSES.forEach(({ name, colour: own, look }, k) => {
      const rows = points.filter((_, i) => labels[i] === k);
      layers.push({ kind: "points", id: name, x: rows.map(([x]) => x), y: rows.map(([, y]) => y), size: look === "dot" ? 5 : 6, colour: own, look });
    });
    const [x, y] = state.point;
    layers.push({ kind: "arrow", id: "way", from: [0, 0], to: [x, y], colour: "muted" });
    layers.push({
      kind: "handle", id: "point", x, y, label: "the point", shape: "dot", colour, step: 0.01, bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
      onMove: (a, b) => this.host.act({ kind: "point", point: [a, b] }), onEnd: () => this.host.act(COMMIT),
    });
    this.plane.draw(layers);
    this.plane.describe(`The point lies at x = ${x}, y = ${y}${points.length > 0 ? `, among ${points.length} points of three classes` : ""}.`);
    this.key.set(points.length === 0 ? [] : CLASSES.map(({ name, colour: own, look }) => ({ label: `${name} (${look === "dot" ? "dots" : look === "ring" ? "rings" : "crosses"})`, colour: own, look: "dot" as const })));
  }

  private showSignature(layer: LayerTrace, tops: readonly number[]): void {
    arrange(this.signature, layer.a.map((value, j) => {
      const item = (this.items[j] ??= live("", h("li")));
      item.set(fixed(value, layer.a.length > 8 ? 2 : 3));
      attributes(item.el, { "data-on": String(value > 0) });
      return item.el;
    }));
    const bits = layer.z.map((z) => (z > 0 ? "1" : "0")).join(" ");
    const words = layer.a.map((value, j) => (isHigh(value, tops[j]!) ? "HIGH" : layer.z[j]! > 0 ? "LOW" : "OFF")).join(", ");
    this.pattern.set(layer.a.length > 8 ? `The signature above; pattern ${bits}.` : `The signature above: (${words}); pattern ${bits}.`);
  }

  private showRooms(layer: LayerTrace, colour: Colour): void {
    const { state } = this;
    const units = layer.a.length;
    const rooms = roomsOf(state);
    const many = units > 3 && rooms !== undefined;
    this.placeIn(this.room, rooms?.now, layer.a, colour);
    if (rooms?.before) this.placeIn(this.past, rooms.before, rooms.before.place(state.point), colour);
    style(this.pastPlace, "display", rooms?.before ? "" : "none");
    style(this.nowName, "display", rooms?.before ? "" : "none");
    if (units !== this.offered) {
      this.offered = units;
      for (const each of this.axes) each.offer(layer.a.map((_, j) => ({ value: String(j), label: `h${subscript(j + 1)}` })));
    }
    this.axes.forEach((each, k) => each.set(String(state.axes[k])));
    this.components.set(state.room === "components");
    this.before.set(state.before);
    const preset = presetOf(state);
    const started = preset !== undefined && PRESETS[preset].start !== undefined && state.data === PRESETS[preset].data;
    style(this.before.el, "display", started ? "" : "none");
    style(this.axesRow, "display", units > 3 || started ? "" : "none");
    style(this.components.el, "display", many ? "" : "none");
    for (const each of this.axes) style(each.el, "display", units <= 3 || (many && state.room === "components") ? "none" : "");
    const rows = rooms ? [["plane", "the points themselves", rooms.plane], ...(rooms.before ? [["before", "before training", rooms.before.separation]] : []),
      ["now", rooms.before ? "after training" : "the hidden space", rooms.now.separation]] as [string, string, Separation][] : [];
    this.apart.set(rows.map(([id, label, { means, linear }]): Row => ({ id, label, active: id === "now", cells: { means: percent(means), linear: percent(linear) } })));
    style(this.apart.el, "display", rooms ? "" : "none");
  }

  /** Shows the points of one hidden space, and the place of the point in hand. */
  private placeIn(place: Space, room: Room | undefined, held: readonly number[], colour: Colour): void {
    const { state } = this;
    const found: Components | undefined = held.length > 3 && state.room === "components" ? room?.components : undefined;
    const signatures = room?.signatures ?? [];
    const along = (values: readonly number[]): number[] => (found ? projected(found, values, 3) : state.axes.map((unit) => values[unit] ?? 0));
    // Components have both signs; the corner of the space is where the least of each is.
    const corner = found ? leastOf([...signatures, held].map(along)) : [0, 0, 0];
    const pick = (values: readonly number[]): number[] => along(values).map((each, k) => each - corner[k]!);
    const { labels } = cloud(state.data);
    const sets: SpacePoints[] = CLASSES.map((each, k) => ({ ...each, points: signatures.filter((_, i) => labels[i] === k).map(pick) }));
    const [a, b, c] = state.axes.map((unit, k) => (found ? `pc${subscript(k + 1)}` : `h${subscript(unit + 1)}`));
    place.set({ sets, held: { point: pick(held), colour }, names: [a!, b!, c!] });
    place.turn(state.turn);
    const total = found?.variances.reduce((sum, each) => sum + each, 0) ?? 0;
    const shown = found && total > 0 ? found.variances.slice(0, 3).reduce((sum, each) => sum + each, 0) / total : 1;
    place.describe(`The point lies at ${pick(held).map((each) => fixed(each, 3)).join(", ")}${found ? `; these three directions hold ${Math.round(100 * shown)} % of the spread` : ""}.`);
  }

  private showVerdict(layers: readonly LayerTrace[], kind: string | undefined, right: number | undefined): void {
    if (right === undefined) {
      this.verdict.set(kind ? `The nearest of the points is ${kind}: the one in hand wears its colour.` : "Choose spiral or blobs to see where other points go.");
      return;
    }
    const says = CLASSES[largest(layers[layers.length - 1]!.a)]?.name ?? "none";
    this.verdict.set(`The network says ${says}; the nearest of the points is ${kind}. It puts ${Math.round(100 * right)} % of the points into their class.`, says === kind ? "good" : "warning");
  }
}

function percent(share: number): string {
  return `${fixed(100 * share, 1)} %`;
}

function leastOf(points: readonly (readonly number[])[]): number[] {
  return points.reduce<number[]>((least, point) => point.map((each, k) => Math.min(each, least[k] ?? each)), []);
}

/** Gives a place of limited height that is scrolled where its table is longer, by keyboard too. */
function tall(label: string, kind: string, content: HTMLElement): HTMLElement {
  return h("div", { class: `s-tall ${kind}`, attributes: { role: "group", tabindex: 0, "aria-label": label } }, content);
}

/** Gives the view. */
export function render(host: Host<Action>): View<State> {
  return new TraceView(host);
}
