/** A plot: axes and layers in SVG, one unit one pixel. It knows how to draw, and nothing of what it draws. */

import { Axes, room } from "./axes.ts";
import type { Point, View } from "./clip.ts";
import { arrange, attributes, h, s, style, text, uniqueId } from "./dom.ts";
import { FieldCanvas } from "./field.ts";
import { Handles } from "./handles.ts";
import type { FieldLayer, HandleLayer, Layer, Mark } from "./layers.ts";
import { createMark, updateMark } from "./marks.ts";
import { scales, type Scales } from "./scale.ts";
import { Adding } from "./adding.ts";

export interface PlotOptions {
  /** The accessible name: what the picture is of. */
  label: string;
  x: readonly [number, number];
  y: readonly [number, number];
  xName?: string;
  yName?: string;
  /** Least height in pixels; in a card the plot grows to fill what is left. */
  height?: number;
  /** One unit of x is as long as one unit of y. */
  equal?: boolean;
  /** Neither numbers nor names. */
  bare?: boolean;
  /** y counts powers of ten (give log10 of the values): at -2 stands 10⁻². */
  powers?: boolean;
  /** x counts things: only whole numbers stand along it. */
  whole?: boolean;
  /** Least room for the numbers at the left, so that plots under each other line up. */
  left?: number;
  /** Along x stand no numbers. */
  noX?: boolean;
  /** A click on an addable curve, or Insert or + on a handle, asks for a point here. */
  onAdd?(x: number, y: number): void;
}

export interface Plot {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  /** Shows these layers; those with ids already shown are changed in place. */
  draw(layers: readonly Layer[]): void;
  /** Shows another part of the plane. */
  view(view: Partial<View>): void;
  /** Says in words what the picture shows (for those who cannot see it). */
  describe(description: string): void;
  rename(label: string): void;
  /** The present scales; pixels count from the plot area's corner, which lies at `scales.box`. */
  readonly scales: Scales;
  /** Data coordinates of a pointer event. */
  locate(event: MouseEvent): Point;
  /** Hears of each new size, view or scene. */
  onDraw(listener: () => void): void;
  /** Moves the keyboard focus to a handle. */
  focus(handle: string): void;
}

/** Gives a plot; put `el` into the page and call `draw` with each new state. */
export function plot(options: PlotOptions): Plot {
  return new SvgPlot(options);
}

class SvgPlot implements Plot {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  scales: Scales;
  readonly #options: PlotOptions;
  readonly #axes = new Axes();
  readonly #area = s("svg", { class: "k-area-view", attributes: { overflow: "hidden", "aria-hidden": "true" } });
  readonly #labels = s("g", { class: "k-labels", attributes: { "aria-hidden": "true" } });
  readonly #words = h("p", { class: "k-hidden", attributes: { id: uniqueId() } });
  readonly #marks = new Map<string, SVGElement>();
  readonly #fields = new FieldCanvas();
  readonly #handles: Handles;
  readonly #adding: Adding | undefined;
  readonly #listeners: (() => void)[] = [];
  #view: View;
  #layers: readonly Layer[] = [];
  #held: boolean | undefined;
  #size = { width: 480, height: 300 };

  constructor(options: PlotOptions) {
    this.#options = options;
    this.#view = { x: options.x, y: options.y };
    this.#size.height = options.height ?? 300;
    this.svg = s("svg", { class: "k-svg", attributes: { role: "img", "aria-label": options.label } });
    this.#handles = new Handles(this);
    this.svg.append(this.#axes.element, this.#area, this.#labels, this.#handles.element);
    this.el = h("div", { class: "k-plot" }, this.svg, this.#words);
    style(this.el, "--least-height", `${this.#size.height}px`);
    this.scales = this.#layout();
    if (options.onAdd) this.#adding = new Adding(this, this.#handles, options.onAdd);
    new ResizeObserver(([entry]) => entry && this.#resize(entry.contentRect)).observe(this.el);
  }

  draw(layers: readonly Layer[]): void {
    this.#layers = layers;
    this.#show();
  }

  view(view: Partial<View>): void {
    const next = { ...this.#view, ...view };
    if (same(next.x, this.#view.x) && same(next.y, this.#view.y)) return;
    this.#view = next;
    this.#relayout();
  }

  describe(description: string): void {
    text(this.#words, description);
    attributes(this.svg, { "aria-describedby": description ? this.#words.id : null });
  }

  rename(label: string): void {
    attributes(this.svg, { "aria-label": label });
  }

  locate(event: MouseEvent): Point {
    const corner = this.svg.getBoundingClientRect();
    const { left, top } = this.scales.box;
    return this.scales.data(event.clientX - corner.left - left, event.clientY - corner.top - top);
  }

  onDraw(listener: () => void): void {
    this.#listeners.push(listener);
  }

  focus(handle: string): void {
    this.#handles.focus(handle);
  }

  #resize(rectangle: { width: number; height: number }): void {
    const width = Math.floor(rectangle.width);
    const height = Math.floor(rectangle.height);
    if (width < 1 || height < 1 || (width === this.#size.width && height === this.#size.height)) return;
    this.#size = { width, height };
    this.#relayout();
  }

  #relayout(): void {
    this.scales = this.#layout();
    this.#show();
  }

  #layout(): Scales {
    const { x, y, xName, yName, bare, equal, powers, whole, left, noX } = { ...this.#options, ...this.#view };
    const names = { x: xName, y: yName, bare, powers, whole, left, noX };
    const now = scales({ x, y }, room(this.#size, { y }, names), equal);
    attributes(this.svg, { width: this.#size.width, height: this.#size.height });
    attributes(this.#area, { x: now.box.left, y: now.box.top, width: now.box.width, height: now.box.height });
    attributes(this.#labels, { transform: `translate(${now.box.left} ${now.box.top})` });
    this.#axes.update(now, names);
    return now;
  }

  #show(): void {
    const shapes: SVGElement[] = [];
    const labels: SVGElement[] = [];
    const handles: HandleLayer[] = [];
    const fields: FieldLayer[] = [];
    for (const layer of this.#layers) {
      if (layer.kind === "handle") handles.push(layer);
      else if (layer.kind === "field") fields.push(layer);
      else (layer.kind === "label" ? labels : shapes).push(this.#mark(layer));
    }
    arrange(this.#area, shapes);
    arrange(this.#labels, labels);
    this.#forget();
    this.#fields.update(this.el, fields, this.scales);
    this.#handles.update(handles, this.scales);
    this.#adding?.update(this.#layers);
    if (this.#held !== handles.length > 0) {
      this.#held = handles.length > 0;
      attributes(this.svg, { role: this.svg.querySelector("[tabindex]") ? "group" : "img" }); // a crosshair counts too
    }
    for (const listener of this.#listeners) listener();
  }

  #mark(mark: Mark): SVGElement {
    const known = this.#marks.get(`${mark.kind} ${mark.id}`);
    const element = known ?? createMark(mark);
    if (!known) this.#marks.set(`${mark.kind} ${mark.id}`, element);
    updateMark(element, mark, this.scales);
    return element;
  }

  #forget(): void {
    for (const [key, element] of this.#marks) if (!element.parentNode) this.#marks.delete(key);
  }
}

function same(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] === other[0] && one[1] === other[1];
}
