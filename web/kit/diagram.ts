/** A network diagram: each unit with its own little curve, each weight an edge (colour: sign, width: size) and a number. */

import { clip, vertices, type Series } from "./clip.ts";
import { css, signColour, type Colour } from "./colour.ts";
import { CHIP, edgeNumber, edgePath, heightOf, place, type Geometry, type NodePlace } from "./diagram-layout.ts";
import { arrange, attend, attributes, h, s, style, text, uniqueId } from "./dom.ts";
import { editableNumber, type NumberField } from "./number-field.ts";
import { formatNumber, subscripted } from "./numbers.ts";
import { extent, scales } from "./scale.ts";
import { path } from "./marks.ts";

export interface DiagramNode {
  id: string;
  /** "h_1"; set with an index. */
  label: string;
  colour?: Colour;
  /** Its activation as a function of the input, drawn inside. */
  curve?: Series;
  /** The bias; shown under the node where it is there. */
  bias?: number;
  /** A round node without a curve: an input, or a sum. */
  small?: boolean;
  /** It is off on all of the data. */
  dead?: boolean;
}

export interface DiagramEdge {
  id: string;
  from: string;
  to: string;
  weight: number;
  /** "w_1": what the number is called. */
  label?: string;
}

export interface Net {
  layers: readonly { title?: string; nodes: readonly DiagramNode[] }[];
  edges: readonly DiagramEdge[];
  /** x range of the little curves. */
  domain?: readonly [number, number];
}

export type Part = { kind: "node" | "bias" | "edge"; id: string };

export interface DiagramOptions {
  label: string;
  /** Numbers can be edited where this is given. */
  onEdit?(part: Part, value: number): void;
  /** The pointer or the focus is on a part, or on none. */
  onHover?(part: Part | undefined): void;
  step?: number;
}

export interface Diagram {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  set(net: Net): void;
  /** Emphasises parts by id and lets the others step back; an empty list ends that. */
  highlight(ids: readonly string[]): void;
  describe(description: string): void;
}

/** Gives a diagram of a network. */
export function diagram(options: DiagramOptions): Diagram {
  return new SvgDiagram(options);
}

interface NodeView {
  readonly group: SVGGElement;
  readonly box: SVGRectElement;
  readonly curve: SVGPathElement;
  readonly label: SVGTextElement;
}

interface Chip {
  readonly el: HTMLElement;
  readonly field: NumberField | undefined;
  readonly shown: SVGTextElement;
}

class SvgDiagram implements Diagram {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  readonly #options: DiagramOptions;
  readonly #edges = s("g");
  readonly #hits = s("g");
  readonly #nodes = s("g");
  readonly #titles = s("g");
  readonly #texts = s("g", { class: "k-chip-texts" });
  readonly #chips = h("div", { class: "k-chips" });
  readonly #words = h("p", { class: "k-hidden", attributes: { id: uniqueId() } });
  readonly #nodeViews = new Map<string, NodeView>();
  readonly #edgeViews = new Map<string, { line: SVGPathElement; hit: SVGPathElement }>();
  readonly #chipViews = new Map<string, Chip>();
  #net: Net = { layers: [], edges: [] };
  #width = 480;
  #height = 0;
  #lit: ReadonlySet<string> = new Set();

  constructor(options: DiagramOptions) {
    this.#options = options;
    this.svg = s("svg", { class: "k-svg", attributes: { "aria-hidden": "true" } },
      this.#titles, this.#edges, this.#hits, this.#nodes, this.#texts);
    this.el = h("div", { class: "k-diagram", attributes: { role: "group", "aria-label": options.label } },
      this.svg, this.#chips, this.#words);
    new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width < 1) return;
      this.#width = Math.floor(entry.contentRect.width);
      this.#height = Math.floor(entry.contentRect.height);
      this.#show();
    }).observe(this.el);
  }

  set(net: Net): void {
    this.#net = net;
    style(this.el, "--least-height", `${heightOf(net)}px`);
    this.#show();
  }

  highlight(ids: readonly string[]): void {
    this.#lit = new Set(ids);
    this.#light();
  }

  describe(description: string): void {
    text(this.#words, description);
    attributes(this.el, { "aria-describedby": description ? this.#words.id : null });
  }

  #show(): void {
    const height = Math.max(this.#height, heightOf(this.#net));
    const geometry = place(this.#net, this.#width, height);
    attributes(this.svg, { width: this.#width, height });
    this.#showTitles(geometry);
    this.#showNodes(geometry);
    this.#showEdges(geometry);
    this.#showChips(geometry);
    this.#light();
  }

  #showTitles({ nodes }: Geometry): void {
    const titled = this.#net.layers.filter((layer) => layer.title && layer.nodes[0]);
    arrange(this.#titles, titled.map((layer, index) => {
      const element = this.#titles.children[index] ?? s("text", { class: "k-diagram-title" });
      const x = nodes.get(layer.nodes[0]?.id ?? "")?.x ?? 0;
      const anchor = x < 40 ? "start" : x > this.#width - 40 ? "end" : "middle";
      attributes(element, { x: anchor === "start" ? 2 : anchor === "end" ? this.#width - 2 : x, y: 14, "text-anchor": anchor });
      text(element, layer.title ?? "");
      return element;
    }));
  }

  #showNodes(geometry: Geometry): void {
    const every = this.#net.layers.flatMap((layer) => layer.nodes);
    const all = every.flatMap((node) => (node.curve ? [...vertices(node.curve, this.#net.domain ?? [0, 1])] : []));
    const range = extent(all.map((point) => point[1]));
    arrange(this.#nodes, every.map((node) => {
      const view = this.#nodeViews.get(node.id) ?? this.#createNode(node.id);
      const at = geometry.nodes.get(node.id);
      if (at) this.#showNode(view, node, at, geometry, range);
      return view.group;
    }));
    prune(this.#nodeViews, every);
  }

  #createNode(id: string): NodeView {
    const view = {
      box: s("rect", { class: "k-node-box" }),
      curve: s("path", { class: "k-node-curve" }),
      label: s("text", { class: "k-node-label" }),
    };
    const group = s("g", { class: "k-node", attributes: { "data-part": id } }, view.box, view.curve, view.label);
    attend(group, (active) => this.#options.onHover?.(active ? { kind: "node", id } : undefined));
    this.#nodeViews.set(id, { group, ...view });
    return { group, ...view };
  }

  #showNode(view: NodeView, node: DiagramNode, at: NodePlace, geometry: Geometry, range: readonly [number, number]): void {
    style(view.group, "--c", node.colour ? css(node.colour) : "");
    view.group.classList.toggle("k-dead", node.dead ?? false);
    attributes(view.box, {
      x: at.x - at.width / 2, y: at.y - at.height / 2, width: at.width, height: at.height,
      rx: node.small || !geometry.curves ? at.height / 2 : 8,
    });
    const drawn = node.curve && geometry.curves && !node.small;
    attributes(view.curve, { d: drawn && node.curve ? littleCurve(node.curve, at, this.#net.domain ?? [0, 1], range) : "" });
    attributes(view.label, drawn
      ? { x: at.x - at.width / 2 + 6, y: at.y - at.height / 2 + 13, "text-anchor": "start" }
      : { x: at.x, y: at.y + 4.5, "text-anchor": "middle" });
    text(view.label, geometry.biases || node.small ? subscripted(node.label) : "");
  }

  #showEdges(geometry: Geometry): void {
    const most = Math.max(1e-12, ...this.#net.edges.map((edge) => Math.abs(edge.weight)));
    const views = this.#net.edges.map((edge) => {
      const view = this.#edgeViews.get(edge.id) ?? this.#createEdge(edge.id);
      const [from, to] = [geometry.nodes.get(edge.from), geometry.nodes.get(edge.to)];
      if (from && to) {
        const d = edgePath(from, to);
        attributes(view.line, { d });
        attributes(view.hit, { d });
        style(view.line, "--c", css(signColour(edge.weight)));
        style(view.line, "stroke-width", `${(0.75 + (3.5 * Math.abs(edge.weight)) / most).toFixed(2)}px`);
        view.line.classList.toggle("k-zero-weight", edge.weight === 0);
      }
      return view;
    });
    arrange(this.#edges, views.map((view) => view.line));
    arrange(this.#hits, views.map((view) => view.hit));
    prune(this.#edgeViews, this.#net.edges);
  }

  #createEdge(id: string): { line: SVGPathElement; hit: SVGPathElement } {
    const line = s("path", { class: "k-edge", attributes: { "data-part": id } });
    const hit = s("path", { class: "k-edge-hit" });
    hit.addEventListener("pointerenter", () => this.#hover({ kind: "edge", id }));
    hit.addEventListener("pointerleave", () => this.#hover(undefined));
    hit.addEventListener("click", () => this.#chipViews.get(`edge ${id}`)?.field?.input.focus());
    this.#edgeViews.set(id, { line, hit });
    return { line, hit };
  }

  #hover(part: Part | undefined): void {
    for (const [key, chip] of this.#chipViews) {
      const here = part !== undefined && key === `${part.kind} ${part.id}`;
      chip.el.classList.toggle("k-shown", here);
      chip.shown.classList.toggle("k-shown", here);
    }
    this.#options.onHover?.(part);
  }

  #showChips(geometry: Geometry): void {
    const chips: Chip[] = [];
    const keys = new Set<string>();
    const add = (part: Part, name: string, value: number, x: number, y: number, always: boolean): void => {
      const key = `${part.kind} ${part.id}`;
      keys.add(key);
      const chip = this.#chipViews.get(key) ?? this.#createChip(part, name, value);
      this.#chipViews.set(key, chip);
      chips.push(chip);
      chip.field?.set({ value, label: name });
      const written = formatNumber(value, 1);
      if (!chip.field) {
        text(chip.el, written);
        style(chip.el, "width", `calc(${written.length + (part.kind === "bias" ? 2 : 0)}ch + 8px)`);
      }
      attributes(chip.el, { title: name, "aria-label": chip.field ? null : `${name}: ${written}`, role: chip.field ? null : "img" });
      const left = Math.min(this.#width - CHIP.width / 2, Math.max(CHIP.width / 2, x));
      style(chip.el, "left", `${left}px`);
      style(chip.el, "top", `${y}px`);
      chip.el.classList.toggle("k-optional", !always);
      attributes(chip.shown, { x: left, y: y + 4, "text-anchor": "middle", class: always ? "" : "k-optional" });
      text(chip.shown, `${part.kind === "bias" ? "b " : ""}${written}`);
    };
    const counts = new Map(this.#net.layers.flatMap((layer) => layer.nodes.map((node) => [node.id, layer.nodes.length])));
    for (const node of this.#net.layers.flatMap((layer) => layer.nodes)) {
      const at = geometry.nodes.get(node.id);
      if (!at || node.bias === undefined) continue;
      add({ kind: "bias", id: node.id }, `bias of ${node.label.replace("_", "")}`, node.bias,
        at.x, at.y + at.height / 2 + 12, geometry.biases);
    }
    for (const edge of this.#net.edges) {
      const [from, to] = [geometry.nodes.get(edge.from), geometry.nodes.get(edge.to)];
      if (!from || !to) continue;
      const [x, y] = edgeNumber(from, to, (counts.get(edge.to) ?? 0) >= (counts.get(edge.from) ?? 0));
      const name = (edge.label ?? `weight from ${edge.from} to ${edge.to}`).replace("_", "");
      add({ kind: "edge", id: edge.id }, name, edge.weight, x, y, geometry.numbers);
    }
    arrange(this.#chips, chips.map((chip) => chip.el));
    arrange(this.#texts, chips.map((chip) => chip.shown));
    for (const key of [...this.#chipViews.keys()]) if (!keys.has(key)) this.#chipViews.delete(key);
  }

  #createChip(part: Part, name: string, value: number): Chip {
    const { onEdit, step } = this.#options;
    const field = onEdit && editableNumber({ label: name, value, step, onChange: (next) => onEdit(part, next) });
    const el = h("div", { class: `k-chip k-chip-${part.kind}${field ? "" : " k-chip-text"}` }, field?.el);
    attend(el, (active) => this.#hover(active ? part : undefined));
    return { el, field, shown: s("text", { attributes: { "data-export": "only" } }) };
  }

  #light(): void {
    const any = this.#lit.size > 0;
    this.el.classList.toggle("k-lit-some", any);
    for (const [id, view] of this.#nodeViews) view.group.classList.toggle("k-lit", this.#lit.has(id));
    for (const [id, view] of this.#edgeViews) view.line.classList.toggle("k-lit", this.#lit.has(id));
  }
}

function littleCurve(curve: Series, at: NodePlace, domain: readonly [number, number], range: readonly [number, number]): string {
  const box = { left: at.x - at.width / 2 + 6, top: at.y - at.height / 2 + 6, width: at.width - 12, height: at.height - 12 };
  const inner = scales({ x: domain, y: range }, box);
  const moved = { ...inner, pixel: (x: number, y: number) => {
    const [px, py] = inner.pixel(x, y);
    return [px + box.left, py + box.top] as const;
  } };
  return clip(vertices(curve, domain), inner.view).map((part) => path(part, moved)).join("");
}

function prune(views: Map<string, unknown>, present: readonly { id: string }[]): void {
  const wanted = new Set(present.map((each) => each.id));
  for (const id of [...views.keys()]) if (!wanted.has(id)) views.delete(id);
}
