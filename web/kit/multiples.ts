/** Small multiples: many panels of exact curves on one canvas, sharp on any screen, linked by one crosshair. */

import { clip, valueAt, vertices, type Series, type View } from "./clip.ts";
import { computed, type Colour } from "./colour.ts";
import { arrange, attributes, h, style } from "./dom.ts";
import { frames } from "./frames.ts";
import { formatNumber } from "./numbers.ts";
import { scales, type Scales } from "./scale.ts";
import { onThemeChange } from "./theme.ts";

export interface PanelCurve extends Series {
  colour?: Colour;
  look?: "line" | "target" | "ghost";
}

export interface Panel {
  id: string;
  title: string;
  curves: readonly PanelCurve[];
  /** What the panel shows, in words. */
  description?: string;
  y?: readonly [number, number];
  /** Places along x that get a short stroke at the lower edge. */
  ticks?: ArrayLike<number>;
}

export interface MultiplesOptions {
  label: string;
  x: readonly [number, number];
  y: readonly [number, number];
  /** Least width of a panel in pixels, and its height. */
  least?: number;
  height?: number;
  /** The most panels in a row. */
  most?: number;
  /** What is written at the crosshair of the panel in hand; without, the value of its last curve. */
  read?(panel: Panel, x: number): string;
  /** The pointer or the focus is at x in a panel, or in none. */
  onHover?(panel: string | undefined, x?: number): void;
  onSelect?(panel: string): void;
}

export interface Multiples {
  readonly el: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  set(panels: readonly Panel[], view?: Partial<View>): void;
  /** Draws a line at x in every panel. */
  cross(x: number | undefined): void;
}

const GAP = { column: 14, row: 30 } as const;
const TITLE = 20;
const COLOURS: Colour[] = ["text", "muted", "grid", "axis", "target", "ghost", "accent"];

/** Gives small multiples. */
export function multiples(options: MultiplesOptions): Multiples {
  return new CanvasMultiples(options);
}

class CanvasMultiples implements Multiples {
  readonly el: HTMLElement;
  readonly canvas = h("canvas", { attributes: { "aria-hidden": "true" } });
  readonly #options: MultiplesOptions;
  readonly #buttons = h("div", { class: "k-panels" });
  readonly #draw = frames<void>(() => this.#paint());
  /** All panels without crosshair: painted once for each scene, and copied while the crosshair moves. */
  readonly #still = h("canvas");
  #stale = true;
  #panels: readonly Panel[] = [];
  #view: View;
  #cross: number | undefined;
  #active: string | undefined;
  #width = 480;
  #colours: Map<Colour, string> | undefined;
  #family = "";
  #height = 0;

  constructor(options: MultiplesOptions) {
    this.#options = options;
    this.#view = { x: options.x, y: options.y };
    this.el = h("div", { class: "k-multiples", attributes: { role: "group", "aria-label": options.label } }, this.canvas, this.#buttons);
    this.#buttons.addEventListener("pointermove", (event) => this.#point(event));
    this.#buttons.addEventListener("pointerleave", () => this.#hover(undefined));
    this.#buttons.addEventListener("keydown", (event) => this.#key(event));
    this.#buttons.addEventListener("focusin", (event) => this.#hover(panelOf(event), this.#cross ?? this.#view.x[0]));
    this.#buttons.addEventListener("focusout", () => this.#hover(undefined));
    this.#buttons.addEventListener("click", (event) => {
      const id = panelOf(event);
      if (id !== undefined) this.#options.onSelect?.(id);
    });
    new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width < 1) return;
      this.#width = Math.floor(entry.contentRect.width);
      this.#place();
    }).observe(this.el);
    onThemeChange(this.el, () => {
      this.#colours = undefined;
      this.#renew();
    });
  }

  set(panels: readonly Panel[], view: Partial<View> = {}): void {
    this.#panels = panels;
    this.#view = { ...this.#view, ...view };
    this.#place();
    if (this.#colours) this.#draw.flush(); // who gives panels has chosen the frame; the first look asks for a style
  }

  cross(x: number | undefined): void {
    if (x === this.#cross) return;
    this.#cross = x;
    this.#draw.request();
  }

  get #columns(): number {
    const least = this.#options.least ?? 120;
    const room = Math.floor((this.#width + GAP.column) / (least + GAP.column));
    const fits = Math.max(1, Math.min(this.#options.most ?? Infinity, room));
    const count = Math.max(1, this.#panels.length);
    const rows = Math.ceil(count / fits);
    return Math.ceil(count / rows); // rows of nearly equal length leave no empty corner
  }

  #box(index: number): { left: number; top: number; width: number; height: number } {
    const columns = this.#columns;
    const width = (this.#width - GAP.column * (columns - 1)) / columns;
    const height = this.#options.height ?? 72;
    return {
      left: (index % columns) * (width + GAP.column),
      top: Math.floor(index / columns) * (height + GAP.row) + TITLE,
      width,
      height,
    };
  }

  #scales(index: number): Scales {
    return scales({ x: this.#view.x, y: this.#panels[index]?.y ?? this.#view.y }, this.#box(index));
  }

  #place(): void {
    const rows = Math.ceil(this.#panels.length / this.#columns);
    this.#height = rows * ((this.#options.height ?? 72) + GAP.row);
    style(this.el, "height", `${this.#height}px`);
    const kind = this.#options.onSelect ? "button" : "div";
    arrange(this.#buttons, this.#panels.map((panel, index) => {
      const old = this.#buttons.children[index];
      const element = old instanceof HTMLElement ? old : h(kind, { class: "k-panel" });
      const box = this.#box(index);
      const active = this.#active === panel.id || (this.#active === undefined && index === 0);
      attributes(element, {
        type: kind === "button" ? "button" : null, role: kind === "button" ? null : "img", "data-panel": panel.id,
        tabindex: active ? 0 : -1, "aria-label": [panel.title, panel.description].filter(Boolean).join(": "),
      });
      style(element, "left", `${box.left}px`);
      style(element, "top", `${box.top - TITLE}px`);
      style(element, "width", `${box.width}px`);
      style(element, "height", `${box.height + TITLE}px`);
      return element;
    }));
    this.#renew();
  }

  #renew(): void {
    this.#stale = true;
    this.#draw.request();
  }

  /** Gives a canvas's context, the canvas of the present size and empty. */
  #cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = globalThis.devicePixelRatio || 1;
    const [wide, high] = [Math.round(this.#width * ratio), Math.round(this.#height * ratio)];
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    const context = canvas.getContext("2d");
    context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    context?.clearRect(0, 0, this.#width, this.#height);
    if (context) context.lineJoin = "round";
    return context;
  }

  #paint(): void {
    const context = this.#cleared(this.canvas);
    if (!context) return;
    style(this.canvas, "width", `${this.#width}px`);
    style(this.canvas, "height", `${this.#height}px`);
    if (this.#stale) {
      const still = this.#cleared(this.#still);
      if (!still) return;
      this.#panels.forEach((panel, index) => this.#paintPanel(still, panel, index, false));
      this.#stale = false;
    }
    if (this.#still.width > 0 && this.#still.height > 0) context.drawImage(this.#still, 0, 0, this.#width, this.#height);
    this.#panels.forEach((panel, index) => {
      const lit = panel.id === this.#active;
      if (lit) this.#paintPanel(context, panel, index, true);
      if (this.#cross !== undefined) this.#paintCross(context, panel, this.#scales(index), lit);
    });
  }

  #paintPanel(context: CanvasRenderingContext2D, panel: Panel, index: number, lit: boolean): void {
    const at = this.#scales(index);
    const colour = this.#colour(lit ? "text" : "muted"); // with the first colour, the font is known too
    const { left, top, width, height } = at.box;
    if (lit) context.clearRect(left - 1, top - TITLE, width + 2, height + TITLE + 1);
    context.font = `${lit ? 600 : 500} 12px ${this.#family}`;
    context.fillStyle = colour;
    context.fillText(panel.title, left, top - 7, width);
    context.lineWidth = 1;
    context.strokeStyle = this.#colour(lit ? "accent" : "grid");
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    const [, zero] = at.pixel(0, 0);
    if (zero > 0 && zero < height) line(context, "h", left, top + Math.round(zero) + 0.5, width, this.#colour("axis"));
    if (panel.ticks) this.#paintTicks(context, panel.ticks, at);
    for (const curve of panel.curves) this.#paintCurve(context, curve, at);
  }

  #paintTicks(context: CanvasRenderingContext2D, ticks: ArrayLike<number>, at: Scales): void {
    const { left, top, width, height } = at.box;
    context.beginPath();
    for (let i = 0; i < ticks.length; i += 1) {
      const across = left + at.pixel(ticks[i]!, 0)[0];
      if (across < left || across > left + width) continue;
      context.moveTo(across, top + height);
      context.lineTo(across, top + height - 6);
    }
    context.lineWidth = 1;
    context.strokeStyle = this.#colour("muted");
    context.stroke();
  }

  #paintCurve(context: CanvasRenderingContext2D, curve: PanelCurve, at: Scales): void {
    const { left, top } = at.box;
    context.beginPath();
    for (const part of clip(vertices(curve, at.view.x), at.view)) {
      part.forEach(([x, y], index) => {
        const [px, py] = at.pixel(x, y);
        if (index) context.lineTo(left + px, top + py);
        else context.moveTo(left + px, top + py);
      });
    }
    context.lineWidth = curve.look === "target" ? 4 : 1.6;
    context.globalAlpha = curve.look === "ghost" ? 0.35 : 1;
    context.strokeStyle = this.#colour(curve.colour ?? (curve.look === "target" ? "target" : "text"));
    context.stroke();
    context.globalAlpha = 1;
  }

  #paintCross(context: CanvasRenderingContext2D, panel: Panel, at: Scales, lit: boolean): void {
    const x = this.#cross ?? 0;
    const { left, top, width, height } = at.box;
    const across = left + at.pixel(x, 0)[0];
    if (across < left || across > left + width) return;
    line(context, "v", across, top, height, this.#colour("muted"));
    const written = lit ? (this.#options.read ?? valueOfLast)(panel, x) : "";
    if (written === "") return;
    context.font = `500 11px ${this.#family}`;
    context.fillStyle = this.#colour("text");
    const room = context.measureText(written).width;
    context.fillText(written, across + 5 + room > left + width ? across - 5 - room : across + 5, top + 14);
  }

  #colour(colour: Colour): string {
    if (!this.#colours) {
      const used = this.#panels.flatMap((panel) => panel.curves.flatMap((curve) => (curve.colour ? [curve.colour] : [])));
      this.#colours = computed(this.el, [...new Set([...COLOURS, ...used])]);
      this.#family = getComputedStyle(this.el).fontFamily;
    }
    const known = this.#colours.get(colour);
    if (known !== undefined) return known;
    const found = computed(this.el, [colour]).get(colour) ?? "";
    this.#colours.set(colour, found);
    return found;
  }

  #point(event: PointerEvent): void {
    const id = panelOf(event);
    const index = this.#panels.findIndex((panel) => panel.id === id);
    if (index < 0) return this.#hover(undefined);
    const at = this.#scales(index);
    const [x] = at.data(event.clientX - this.el.getBoundingClientRect().left - at.box.left, 0);
    this.#hover(id, x);
  }

  #hover(id: string | undefined, x?: number): void {
    const inside = x === undefined ? undefined : Math.min(this.#view.x[1], Math.max(this.#view.x[0], x));
    this.#active = id;
    this.cross(id === undefined ? undefined : inside);
    this.#draw.request();
    this.#options.onHover?.(id, id === undefined ? undefined : inside);
  }

  /** Arrows go from panel to panel; with shift they move the crosshair. */
  #key(event: KeyboardEvent): void {
    const index = this.#panels.findIndex((panel) => panel.id === panelOf(event));
    const direction = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.#columns, ArrowUp: -this.#columns }[event.key];
    if (direction === undefined || index < 0) return;
    event.preventDefault();
    if (event.shiftKey) {
      const step = ((this.#view.x[1] - this.#view.x[0]) / 50) * Math.sign(direction);
      return this.#hover(this.#panels[index]?.id, (this.#cross ?? this.#view.x[0]) + step);
    }
    const next = this.#buttons.children[index + direction];
    if (!(next instanceof HTMLElement)) return;
    for (const each of this.#buttons.children) attributes(each, { tabindex: each === next ? 0 : -1 });
    next.focus();
  }
}

function valueOfLast(panel: Panel, x: number): string {
  const main = panel.curves[panel.curves.length - 1];
  const y = main && valueAt(main, x);
  return y === undefined ? "" : formatNumber(Number(y.toPrecision(3)));
}

function panelOf(event: Event): string | undefined {
  const target = event.target instanceof Element ? event.target.closest("[data-panel]") : null;
  return target?.getAttribute("data-panel") ?? undefined;
}

function line(context: CanvasRenderingContext2D, way: "h" | "v", x: number, y: number, length: number, colour: string): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(way === "h" ? x + length : x, way === "v" ? y + length : y);
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.stroke();
}
