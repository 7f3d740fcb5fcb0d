/** Points in a space of three axes, turned by dragging or by the arrow keys: a small projection of its own, on one canvas. */

import { computed, type Colour } from "./colour.ts";
import { attributes, h, style, text } from "./dom.ts";
import { frames } from "./frames.ts";
import { onThemeChange } from "./theme.ts";

export interface SpacePoints {
  /** Rows of three numbers. */
  points: readonly (readonly number[])[];
  colour: Colour;
  look?: "dot" | "ring" | "cross";
}

export interface SpaceScene {
  sets: readonly SpacePoints[];
  /** The point in hand, with the way along the axes to it. */
  held?: { point: readonly number[]; colour: Colour };
  names: readonly [string, string, string];
}

export interface Space {
  readonly el: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  set(scene: SpaceScene): void;
  /** Turns it: radians about the upright axis, and up or down. */
  turn(turn: readonly [number, number]): void;
  describe(description: string): void;
}

export interface SpaceOptions {
  label: string;
  height?: number;
  turn: readonly [number, number];
  onTurn(turn: [number, number]): void;
  onEnd?(): void;
}

const STEP = Math.PI / 36;
const COLOURS: Colour[] = ["text", "muted", "grid", "axis", "target"];
type Corner = readonly [number, number, number];

/** Gives a space. */
export function space(options: SpaceOptions): Space {
  return new CanvasSpace(options);
}

class CanvasSpace implements Space {
  readonly el: HTMLElement;
  readonly canvas = h("canvas", { attributes: { "aria-hidden": "true" } });
  readonly #options: SpaceOptions;
  readonly #words = h("p", { class: "k-hidden" });
  readonly #pad: HTMLElement;
  readonly #draw = frames<void>(() => this.#paint());
  #scene: SpaceScene = { sets: [], names: ["", "", ""] };
  #turn: readonly [number, number];
  #size = { width: 320, height: 300 };
  #colours: Map<Colour, string> | undefined;
  #drag: { id: number; x: number; y: number; turn: readonly [number, number] } | undefined;

  constructor(options: SpaceOptions) {
    this.#options = options;
    this.#turn = options.turn;
    this.#pad = h("div", {
      class: "k-space-pad",
      attributes: { role: "slider", tabindex: 0, "aria-label": `${options.label}: turn`, "aria-valuemin": -180, "aria-valuemax": 180 },
    });
    this.el = h("div", { class: "k-space", attributes: { role: "group", "aria-label": options.label } }, this.canvas, this.#pad, this.#words);
    style(this.el, "--least-height", `${options.height ?? 300}px`);
    this.#listen();
    this.turn(options.turn);
    new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width < 1) return;
      this.#size = { width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) };
      this.#draw.request();
    }).observe(this.el);
    onThemeChange(this.el, () => {
      this.#colours = undefined;
      this.#draw.request();
    });
  }

  set(scene: SpaceScene): void {
    this.#scene = scene;
    this.#draw.request();
  }

  turn(turn: readonly [number, number]): void {
    this.#turn = turn;
    const degrees = turn.map((each) => Math.round((each * 180) / Math.PI));
    attributes(this.#pad, { "aria-valuenow": degrees[0], "aria-valuetext": `turned ${degrees[0]} degrees, tilted ${degrees[1]} degrees` });
    this.#draw.request();
  }

  describe(description: string): void {
    text(this.#words, description);
  }

  #listen(): void {
    const pad = this.#pad;
    pad.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.#drag) return;
      event.preventDefault();
      pad.focus({ preventScroll: true });
      pad.setPointerCapture(event.pointerId);
      this.#drag = { id: event.pointerId, x: event.clientX, y: event.clientY, turn: this.#turn };
      document.documentElement.classList.add("hinges-dragging");
    });
    pad.addEventListener("pointermove", (event) => {
      const drag = this.#drag;
      if (!drag || drag.id !== event.pointerId) return;
      this.#ask(drag.turn[0] + (event.clientX - drag.x) / 110, drag.turn[1] + (event.clientY - drag.y) / 110);
    });
    const end = (event: PointerEvent): void => {
      if (this.#drag?.id !== event.pointerId) return;
      this.#drag = undefined;
      document.documentElement.classList.remove("hinges-dragging");
      this.#options.onEnd?.();
    };
    pad.addEventListener("pointerup", end);
    pad.addEventListener("pointercancel", end);
    pad.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!by) return;
      event.preventDefault();
      const size = STEP * (event.shiftKey ? 6 : 1);
      this.#ask(this.#turn[0] + by[0]! * size, this.#turn[1] + by[1]! * size);
    });
    pad.addEventListener("keyup", (event) => {
      if (event.key.startsWith("Arrow")) this.#options.onEnd?.();
    });
  }

  #ask(yaw: number, pitch: number): void {
    const around = yaw - 2 * Math.PI * Math.round(yaw / (2 * Math.PI));
    this.#options.onTurn([around, Math.min(1.5, Math.max(-0.3, pitch))]);
  }

  #colour(colour: Colour): string {
    if (!this.#colours) {
      const used = this.#scene.sets.map((each) => each.colour);
      this.#colours = computed(this.el, [...new Set([...COLOURS, ...used, ...(this.#scene.held ? [this.#scene.held.colour] : [])])]);
    }
    const known = this.#colours.get(colour);
    if (known !== undefined) return known;
    const found = computed(this.el, [colour]).get(colour) ?? "";
    this.#colours.set(colour, found);
    return found;
  }

  #paint(): void {
    const { width, height } = this.#size;
    const ratio = globalThis.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    style(this.canvas, "width", `${width}px`);
    style(this.canvas, "height", `${height}px`);
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.lineCap = "round";
    const most = mostOf(this.#scene);
    const at = this.#projection(most);
    this.#paintFrame(context, at, most);
    const rows = this.#scene.sets.flatMap((set) => set.points.map((point) => ({ set, place: at(point) })));
    rows.sort((a, b) => a.place[2] - b.place[2]);
    for (const { set, place } of rows) {
      context.globalAlpha = 0.8;
      mark(context, place, this.#colour(set.colour), set.look ?? "dot");
    }
    context.globalAlpha = 1;
    this.#paintHeld(context, at);
  }

  /** Turns about the third axis, then tilts towards the reader, without perspective. */
  #projection(most: readonly number[]): (point: readonly number[]) => Corner {
    const [yaw, pitch] = this.#turn;
    const [c, s, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    const { width, height } = this.#size;
    const unit = Math.min(width - 36, height - 28) / 1.72;
    return (point) => {
      const [u, v, w] = point.map((value, k) => value / most[k]! - 0.5) as [number, number, number];
      const x = c * u - s * v;
      const deep = s * u + c * v;
      return [width / 2 + unit * x, height / 2 - unit * (cp * w + sp * deep), cp * -deep + sp * w];
    };
  }

  #paintFrame(context: CanvasRenderingContext2D, at: (point: readonly number[]) => Corner, most: readonly number[]): void {
    const corner = (k: number): Corner => at([0, 1, 2].map((axis) => ((k >> axis) & 1 ? most[axis]! : 0)));
    context.lineWidth = 1;
    for (let k = 0; k < 8; k += 1) {
      for (const axis of [0, 1, 2]) {
        if ((k >> axis) & 1) continue;
        context.strokeStyle = this.#colour(k === 0 ? "muted" : "grid");
        segment(context, corner(k), corner(k | (1 << axis)));
      }
    }
    context.font = `500 12px ${getComputedStyle(this.el).fontFamily}`;
    context.textAlign = "center";
    context.fillStyle = this.#colour("muted");
    const origin = corner(0);
    for (const axis of [0, 1, 2]) {
      const [x, y] = corner(1 << axis);
      const length = Math.hypot(x - origin[0], y - origin[1]) || 1;
      const away = 22 / length;
      context.fillText(`${this.#scene.names[axis]} ${shortened(most[axis]!)}`, x + (x - origin[0]) * away, y + (y - origin[1]) * away + 4);
    }
  }

  #paintHeld(context: CanvasRenderingContext2D, at: (point: readonly number[]) => Corner): void {
    const { held } = this.#scene;
    if (!held) return;
    const [a, b, c] = held.point as [number, number, number];
    context.strokeStyle = this.#colour(held.colour);
    context.lineWidth = 1.5;
    context.setLineDash([3, 4]);
    const way = [[0, 0, 0], [a, 0, 0], [a, b, 0], [a, b, c]].map(at);
    for (let i = 1; i < way.length; i += 1) segment(context, way[i - 1]!, way[i]!);
    context.setLineDash([]);
    const [x, y] = way[3]!;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.fillStyle = this.#colour(held.colour);
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = this.#colour("text");
    context.stroke();
  }
}

/** The far corner: each axis goes to its own largest value, so that the shape fills the box. */
function mostOf(scene: SpaceScene): number[] {
  const all = [...scene.sets.flatMap((set) => set.points), ...(scene.held ? [scene.held.point] : [])];
  return [0, 1, 2].map((axis) => all.reduce((most, point) => Math.max(most, point[axis] ?? 0), 0) || 1);
}

function segment(context: CanvasRenderingContext2D, from: Corner, to: Corner): void {
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
}

function mark(context: CanvasRenderingContext2D, [x, y]: Corner, colour: string, look: "dot" | "ring" | "cross"): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.4;
  context.beginPath();
  if (look === "cross") {
    context.moveTo(x - 2.5, y - 2.5);
    context.lineTo(x + 2.5, y + 2.5);
    context.moveTo(x + 2.5, y - 2.5);
    context.lineTo(x - 2.5, y + 2.5);
    context.stroke();
    return;
  }
  context.arc(x, y, look === "ring" ? 2.6 : 2.4, 0, 2 * Math.PI);
  if (look === "ring") context.stroke();
  else context.fill();
}

function shortened(value: number): string {
  return String(Number(value.toPrecision(2)));
}
