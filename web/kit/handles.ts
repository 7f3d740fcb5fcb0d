/** Handles of a plot: dragged by mouse, touch or pen, moved by arrow keys, spoken as sliders. */

import type { Point } from "./clip.ts";
import { css } from "./colour.ts";
import { arrange, attend, attributes, s, style } from "./dom.ts";
import type { HandleLayer } from "./layers.ts";
import { decimalsOf, formatNumber, snap } from "./numbers.ts";
import type { Scales } from "./scale.ts";

const REACH = 22; // half of a 44 px target

interface Entry {
  layer: HandleLayer;
  readonly element: SVGGElement;
  readonly shape: SVGPathElement;
  /** A run of key presses is one gesture. */
  keys: boolean;
}

interface Drag {
  readonly id: string;
  readonly offset: Point;
  readonly start: Point;
  moved: boolean;
}

/** Where a mouse, pen or finger is in the window. */
interface Place {
  clientX: number;
  clientY: number;
}

/** What handles need of their plot. */
export interface Surface {
  readonly svg: SVGSVGElement;
  readonly scales: Scales;
  locate(event: MouseEvent): Point;
}

export class Handles {
  readonly element = s("g", { class: "k-handles" });
  /** Asks for a new point beside a handle (Insert or +); set by the plot where points can be added. */
  onInsert: ((id: string) => void) | undefined;
  readonly #plot: Surface;
  readonly #entries = new Map<string, Entry>();
  readonly #drags = new Map<number, Drag>();

  constructor(plot: Surface) {
    this.#plot = plot;
    plot.svg.addEventListener("pointerdown", (event) => this.#press(event));
    plot.svg.addEventListener("pointermove", (event) => this.#move(event));
    plot.svg.addEventListener("pointerup", (event) => this.#release(event));
    plot.svg.addEventListener("pointercancel", (event) => this.#release(event));
    // Browsers look at the touch-action of an SVG group in their own ways: this keeps a finger on a handle from scrolling.
    plot.svg.addEventListener("touchstart", (event) => {
      const touch = event.changedTouches[0];
      if (touch && event.cancelable && this.takes(touch)) event.preventDefault();
    }, { passive: false });
    plot.svg.addEventListener("dblclick", (event) => this.#nearest(event)?.layer.onDelete?.());
  }

  get dragging(): boolean {
    return this.#drags.size > 0;
  }

  focus(id: string): void {
    this.#entries.get(id)?.element.focus();
  }

  /** Whether a handle would take a press at this place. */
  takes(event: Place): boolean {
    return this.#nearest(event) !== undefined;
  }

  update(layers: readonly HandleLayer[], at: Scales): void {
    const present = new Set(layers.map((layer) => layer.id));
    for (const id of [...this.#entries.keys()]) if (!present.has(id)) this.#entries.delete(id);
    const elements = layers.map((layer) => {
      const entry = this.#entries.get(layer.id) ?? this.#create(layer);
      entry.layer = layer;
      show(entry, at);
      return entry.element;
    });
    attributes(this.element, { transform: `translate(${at.box.left} ${at.box.top})` });
    arrange(this.element, elements);
  }

  #create(layer: HandleLayer): Entry {
    const shape = s("path", { class: "k-handle-shape" });
    const element = s(
      "g",
      { class: "k-handle", attributes: { tabindex: 0, role: "slider" } },
      s("circle", { class: "k-handle-target", attributes: { r: REACH } }),
      s("circle", { class: "k-handle-focus", attributes: { r: 12.5 } }),
      shape,
    );
    const entry: Entry = { layer, element, shape, keys: false };
    element.addEventListener("keydown", (event) => this.#key(entry, event));
    element.addEventListener("keyup", () => endKeys(entry));
    element.addEventListener("blur", () => endKeys(entry));
    attend(element, (active) => entry.layer.onHover?.(active));
    this.#entries.set(layer.id, entry);
    return entry;
  }

  #nearest(event: Place): Entry | undefined {
    const corner = this.#plot.svg.getBoundingClientRect();
    const { box, pixel } = this.#plot.scales;
    let best: Entry | undefined;
    let least = REACH;
    for (const entry of this.#entries.values()) {
      const [px, py] = pixel(entry.layer.x, entry.layer.y);
      const away = Math.hypot(event.clientX - corner.left - box.left - px, event.clientY - corner.top - box.top - py);
      if (away <= least) [best, least] = [entry, away];
    }
    return best;
  }

  #press(event: PointerEvent): void {
    const entry = event.button === 0 ? this.#nearest(event) : undefined;
    if (!entry) return;
    event.preventDefault(); // no selection of text, no scrolling
    const [x, y] = this.#plot.locate(event);
    const { layer } = entry;
    this.#drags.set(event.pointerId, { id: layer.id, offset: [layer.x - x, layer.y - y], start: [layer.x, layer.y], moved: false });
    this.#plot.svg.setPointerCapture(event.pointerId);
    document.documentElement.classList.add("hinges-dragging");
    entry.element.classList.add("k-dragged");
    entry.element.focus({ preventScroll: true });
  }

  #move(event: PointerEvent): void {
    const drag = this.#drags.get(event.pointerId);
    if (!drag) return;
    const entry = this.#entries.get(drag.id);
    if (!entry) return this.#release(event); // deleted while it was held
    const [x, y] = this.#plot.locate(event);
    if (!drag.moved) entry.layer.onStart?.();
    drag.moved = true;
    moveTo(entry.layer, x + drag.offset[0], y + drag.offset[1], this.#plot.scales);
  }

  #release(event: PointerEvent): void {
    const drag = this.#drags.get(event.pointerId);
    if (!drag) return;
    this.#drags.delete(event.pointerId);
    if (this.#drags.size === 0) document.documentElement.classList.remove("hinges-dragging");
    const entry = this.#entries.get(drag.id);
    entry?.element.classList.remove("k-dragged");
    if (drag.moved) entry?.layer.onEnd?.();
  }

  #key(entry: Entry, event: KeyboardEvent): void {
    const { layer } = entry;
    if (event.key === "Escape") return this.#escape(entry, event);
    if ((event.key === "Delete" || event.key === "Backspace") && layer.onDelete) {
      event.preventDefault();
      return layer.onDelete();
    }
    if ((event.key === "Insert" || event.key === "+") && this.onInsert) {
      event.preventDefault();
      return this.onInsert(layer.id);
    }
    const to = keyTarget(layer, event, this.#plot.scales);
    if (!to) return;
    event.preventDefault();
    if (!entry.keys) layer.onStart?.();
    entry.keys = true;
    moveTo(layer, to[0], to[1], this.#plot.scales);
  }

  /** Escape puts a handle that is being dragged back where it was. */
  #escape(entry: Entry, event: KeyboardEvent): void {
    for (const [pointer, drag] of this.#drags) {
      if (drag.id !== entry.layer.id) continue;
      event.preventDefault();
      if (drag.moved) entry.layer.onMove?.(...drag.start);
      this.#plot.svg.releasePointerCapture(pointer);
      this.#drags.delete(pointer);
      entry.element.classList.remove("k-dragged");
      document.documentElement.classList.remove("hinges-dragging");
      if (drag.moved) entry.layer.onEnd?.();
    }
  }
}

function endKeys(entry: Entry): void {
  if (!entry.keys) return;
  entry.keys = false;
  entry.layer.onEnd?.();
}

function stepsOf(layer: HandleLayer): { x: number; y: number } {
  const { step } = layer;
  return typeof step === "number" ? { x: step, y: step } : { x: step?.x ?? 0, y: step?.y ?? 0 };
}

function boundsOf(layer: HandleLayer, at: Scales): { x: readonly [number, number]; y: readonly [number, number] } {
  return { x: layer.bounds?.x ?? at.view.x, y: layer.bounds?.y ?? at.view.y };
}

/** Where an arrow, page, home or end key sends a handle, or nothing for another key. */
function keyTarget(layer: HandleLayer, event: KeyboardEvent, at: Scales): Point | undefined {
  const axis = layer.axis ?? "both";
  const bounds = boundsOf(layer, at);
  const along = axis === "y" ? 1 : 0;
  const limits = along ? bounds.y : bounds.x;
  const put = (value: number): Point => (along ? [layer.x, value] : [value, layer.y]);
  if (event.key === "Home") return put(limits[0]);
  if (event.key === "End") return put(limits[1]);
  const direction = directionOf(event.key, axis);
  if (!direction) return undefined;
  const steps = stepsOf(layer);
  const times = event.shiftKey || event.key.startsWith("Page") ? 10 : 1;
  const stepX = steps.x || (at.view.x[1] - at.view.x[0]) / 100;
  const stepY = steps.y || (at.view.y[1] - at.view.y[0]) / 100;
  return [layer.x + direction[0] * stepX * times, layer.y + direction[1] * stepY * times];
}

/** Right and up raise a value: a handle on one axis takes both pairs of arrows. */
function directionOf(key: string, axis: "x" | "y" | "both"): Point | undefined {
  const right = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const up = key === "ArrowUp" || key === "PageUp" ? 1 : key === "ArrowDown" || key === "PageDown" ? -1 : 0;
  if (!right && !up) return undefined;
  if (axis === "both") return [right, up];
  return axis === "x" ? [right || up, 0] : [0, up || right];
}

function moveTo(layer: HandleLayer, x: number, y: number, at: Scales): void {
  const axis = layer.axis ?? "both";
  const steps = stepsOf(layer);
  const bounds = boundsOf(layer, at);
  const nextX = axis === "y" ? layer.x : snap(x, steps.x, ...bounds.x);
  const nextY = axis === "x" ? layer.y : snap(y, steps.y, ...bounds.y);
  if (nextX !== layer.x || nextY !== layer.y) layer.onMove?.(nextX, nextY);
}

const SHAPES = {
  ring: "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0",
  dot: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0",
  diamond: "M0 -8.5L8.5 0L0 8.5L-8.5 0Z",
  tick: "M0 0L7 -9V-15A3 3 0 0 0 4 -18H-4A3 3 0 0 0 -7 -15V-9Z",
} as const;

function show(entry: Entry, at: Scales): void {
  const { layer, element, shape } = entry;
  const [px, py] = at.pixel(layer.x, layer.y);
  const visible = px >= -1 && px <= at.box.width + 1 && py >= -1 && py <= at.box.height + 1;
  const limit = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)) * 100) / 100;
  attributes(element, { transform: `translate(${limit(px, at.box.width)} ${limit(py, at.box.height)})` });
  element.classList.toggle("k-outside", !visible);
  attributes(shape, { d: SHAPES[layer.shape ?? "ring"] });
  style(element, "--c", layer.colour ? css(layer.colour) : "");
  const axis = layer.axis ?? "both";
  const bounds = boundsOf(layer, at);
  const [low, high] = axis === "y" ? bounds.y : bounds.x;
  attributes(element, {
    "data-layer": layer.id,
    "data-axis": axis,
    "aria-label": layer.label,
    "aria-valuemin": low,
    "aria-valuemax": high,
    "aria-valuenow": axis === "y" ? layer.y : layer.x,
    "aria-valuetext": layer.text ?? coordinates(layer, axis),
    "aria-orientation": axis === "y" ? "vertical" : "horizontal",
  });
}

function coordinates(layer: HandleLayer, axis: "x" | "y" | "both"): string {
  const steps = stepsOf(layer);
  const x = formatNumber(Number(layer.x.toPrecision(4)), steps.x ? decimalsOf(steps.x) : 0);
  const y = formatNumber(Number(layer.y.toPrecision(4)), steps.y ? decimalsOf(steps.y) : 0);
  return axis === "x" ? `x = ${x}` : axis === "y" ? `y = ${y}` : `x = ${x}, y = ${y}`;
}
