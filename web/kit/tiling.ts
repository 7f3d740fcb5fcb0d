/**
 * Very many polygons under a plot, each in one colour of a palette: by WebGL2 where there is one, else as a bitmap that is
 * filled polygon by polygon. A new view moves what is there at once.
 */

import { h, s, style, attributes } from "./dom.ts";
import { frames } from "./frames.ts";
import type { Plot } from "./plot.ts";
import { onThemeChange } from "./theme.ts";
import { bitmapPainter } from "./tiling-bitmap.ts";
import { glPainter } from "./tiling-gl.ts";

/** Polygons by indices of shared vertices: that of `i` has the corners from starts[i] to starts[i + 1]. */
export interface Tiles {
  /** x, y of each vertex, from 0 to 1 within `box` (so that float32 keeps its digits however far one has zoomed in). */
  readonly vertices: Float32Array;
  readonly corners: Int32Array;
  readonly starts: Int32Array;
  readonly box: TileBox;
}

export interface TileBox {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Red, green and blue of each shade (0 to 255). */
export type Palette = Uint8Array;

/** How polygon coordinates become pixels of the canvas: x * scale + shift. */
export interface Placing {
  readonly scale: readonly [number, number];
  readonly shift: readonly [number, number];
  readonly ratio: number;
}

export interface Painter {
  readonly name: "webgl2" | "canvas";
  tiles(tiles: Tiles, shades: Uint8Array): void;
  shades(shades: Uint8Array): void;
  palette(palette: Palette): void;
  /** Draws; `lines` in the colour of the edges, undefined for none. */
  paint(at: Placing, lines: readonly [number, number, number] | undefined): void;
  destroy(): void;
}

export interface Tiling {
  /** Shows these polygons, in these shades of the palette. */
  set(tiles: Tiles | undefined, shades: Uint8Array): void;
  /** Draws closed lines around a polygon, none without. */
  outline(corners: readonly (readonly [number, number])[] | undefined): void;
  /** Draws open lines, such as where a decision changes; x0, y0, x1, y1 of each from 0 to 1 within the tiles' box. */
  lines(segments: ArrayLike<number>): void;
  /** Gives the plot with its polygons as paths, one a shade, which are there for files alone. */
  picture(): SVGSVGElement;
  readonly painter: "webgl2" | "canvas";
  destroy(): void;
}

export interface TilingOptions {
  /** The palette as it is now inside this element; asked again when the theme changes. */
  palette(el: HTMLElement): Palette;
  /** The colour of edges between polygons. */
  edge(el: HTMLElement): readonly [number, number, number];
}

/** From so many polygons in view on, their edges would hide their colours. */
const MOST_EDGED = 4000;

export function tiling(plot: Plot, options: TilingOptions): Tiling {
  return new PlotTiling(plot, options);
}

class PlotTiling implements Tiling {
  readonly #plot: Plot;
  readonly #options: TilingOptions;
  #canvas: HTMLCanvasElement;
  #painter: Painter;
  #tiles: Tiles | undefined;
  #shades: Uint8Array = new Uint8Array();
  #segments: ArrayLike<number> = [];
  #around: readonly (readonly [number, number])[] | undefined;
  #edge: readonly [number, number, number] | undefined;
  readonly #draw = frames<void>(() => this.#paint());
  readonly #filed = s("svg", { class: "k-filed", attributes: { overflow: "hidden", "aria-hidden": "true", "data-export": "only" } });
  readonly #over = s("svg", { class: "k-tiling", attributes: { overflow: "hidden", "aria-hidden": "true" } });
  readonly #ties = s("path", { class: "k-tiling-ties" });
  readonly #ring = s("path", { class: "k-tiling-ring" });

  constructor(plot: Plot, options: TilingOptions) {
    this.#plot = plot;
    this.#options = options;
    [this.#canvas, this.#painter] = this.#start(true);
    this.#over.append(this.#ties, this.#ring);
    plot.svg.querySelector(".k-area-view")?.before(this.#filed);
    plot.svg.querySelector(".k-labels")?.before(this.#over);
    plot.onDraw(() => this.#draw.request());
    onThemeChange(plot.el, () => {
      this.#edge = undefined;
      this.#draw.request();
    });
  }

  get painter(): "webgl2" | "canvas" {
    return this.#painter.name;
  }

  picture(): SVGSVGElement {
    const { box } = this.#plot.scales;
    attributes(this.#filed, { x: box.left, y: box.top, width: box.width, height: box.height });
    const palette = this.#options.palette(this.#plot.el);
    const paths = this.#tiles ? pathsOf(this.#tiles, this.#shades, placing(this.#plot, this.#tiles.box, 1), box) : new Map<number, string>();
    this.#filed.replaceChildren(...[...paths].map(([shade, d]) => s("path", { attributes: { d, fill: `rgb(${palette.subarray(3 * shade, 3 * shade + 3).join(", ")})` } })));
    return this.#plot.svg;
  }

  set(tiles: Tiles | undefined, shades: Uint8Array): void {
    if (tiles !== this.#tiles) this.#painter.tiles(tiles ?? NONE, shades);
    else if (shades !== this.#shades) this.#painter.shades(shades);
    this.#tiles = tiles;
    this.#shades = shades;
    this.#draw.request();
  }

  outline(corners: readonly (readonly [number, number])[] | undefined): void {
    this.#around = corners;
    this.#placeRing();
  }

  lines(segments: ArrayLike<number>): void {
    this.#segments = segments;
    this.#draw.request();
  }

  destroy(): void {
    this.#draw.cancel();
    this.#painter.destroy();
  }

  #start(gl: boolean): [HTMLCanvasElement, Painter] {
    const fresh = (): HTMLCanvasElement => h("canvas", { class: "k-field k-tiles-canvas", attributes: { "aria-hidden": "true" } });
    let canvas = fresh();
    let painter = gl ? glPainter(canvas, () => this.#fall()) : undefined;
    if (!painter) {
      canvas = fresh(); // one that has given one kind of context gives no other
      painter = bitmapPainter(canvas);
    }
    this.#plot.el.prepend(canvas);
    attributes(canvas, { "data-painter": painter.name });
    return [canvas, painter];
  }

  /** The graphics card went away: everything is drawn again as a bitmap. */
  #fall(): void {
    this.#canvas.remove();
    this.#painter.destroy();
    [this.#canvas, this.#painter] = this.#start(false);
    this.#edge = undefined;
    if (this.#tiles) this.#painter.tiles(this.#tiles, this.#shades);
    this.#draw.request();
  }

  #paint(): void {
    const { scales, el } = this.#plot;
    if (!el.isConnected) return;
    const { box } = scales;
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const [width, height] = [Math.max(1, Math.round(box.width * ratio)), Math.max(1, Math.round(box.height * ratio))];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    for (const [name, value] of [["left", box.left], ["top", box.top], ["width", box.width], ["height", box.height]] as const) style(this.#canvas, name, `${value}px`);
    attributes(this.#over, { x: box.left, y: box.top, width: box.width, height: box.height });
    if (!this.#edge) {
      this.#edge = this.#options.edge(el);
      this.#painter.palette(this.#options.palette(el));
    }
    if (this.#tiles) {
      const at = placing(this.#plot, this.#tiles.box, ratio);
      this.#painter.paint(at, edged(this.#tiles, at, width, height) ? this.#edge : undefined);
    } else this.#painter.paint({ scale: [1, 1], shift: [0, 0], ratio }, undefined);
    attributes(this.#canvas, { "data-polygons": this.#tiles ? this.#tiles.starts.length - 1 : 0 });
    this.#placeTies();
    this.#placeRing();
  }

  #placeTies(): void {
    if (!this.#tiles || this.#segments.length === 0) return attributes(this.#ties, { d: "" });
    const { scale: [sx, sy], shift: [dx, dy] } = placing(this.#plot, this.#tiles.box, 1);
    const { box } = this.#plot.scales;
    const parts: string[] = [];
    for (let i = 0; i + 3 < this.#segments.length; i += 4) {
      const [x0, y0] = [this.#segments[i]! * sx + dx, this.#segments[i + 1]! * sy + dy];
      const [x1, y1] = [this.#segments[i + 2]! * sx + dx, this.#segments[i + 3]! * sy + dy];
      if (Math.max(x0, x1) < 0 || Math.min(x0, x1) > box.width || Math.max(y0, y1) < 0 || Math.min(y0, y1) > box.height) continue;
      parts.push(`M${brief(clamp(x0, box.width))} ${brief(clamp(y0, box.height))}L${brief(clamp(x1, box.width))} ${brief(clamp(y1, box.height))}`);
    }
    attributes(this.#ties, { d: parts.join("") });
  }

  #placeRing(): void {
    const { pixel } = this.#plot.scales;
    const { box } = this.#plot.scales;
    const d = this.#around?.map(([x, y]) => pixel(x, y).map((each, k) => brief(clamp(each, k ? box.height : box.width))).join(" ")).join("L");
    attributes(this.#ring, { d: d ? `M${d}Z` : "" });
  }
}

const NONE: Tiles = { vertices: new Float32Array(), corners: new Int32Array(), starts: new Int32Array(1), box: { x: [0, 1], y: [0, 1] } };

/** Lines of one region may reach far out of a view that is zoomed in. */
function clamp(pixels: number, size: number): number {
  return Math.min(20 * size, Math.max(-20 * size, pixels));
}

function brief(pixels: number): number {
  return Math.round(100 * pixels) / 100;
}

function placing(plot: Plot, box: TileBox, ratio: number): Placing {
  const { pixel } = plot.scales;
  const [x0, y0] = pixel(box.x[0], box.y[0]);
  const [x1, y1] = pixel(box.x[1], box.y[1]);
  return { scale: [(x1 - x0) * ratio, (y1 - y0) * ratio], shift: [x0 * ratio, y0 * ratio], ratio };
}

function edged(tiles: Tiles, { scale }: Placing, width: number, height: number): boolean {
  const share = Math.min(1, (width * height) / Math.abs(scale[0] * scale[1]));
  return (tiles.starts.length - 1) * share <= MOST_EDGED;
}

/** Gives a path for each shade, of the polygons that are in view. */
function pathsOf({ vertices, corners, starts }: Tiles, shades: Uint8Array, { scale, shift }: Placing, box: { width: number; height: number }): Map<number, string> {
  const parts = new Map<number, string[]>();
  for (let i = 0; i + 1 < starts.length; i += 1) {
    const places = Array.from(corners.subarray(starts[i]!, starts[i + 1]!), (vertex) => [vertices[2 * vertex]! * scale[0] + shift[0], vertices[2 * vertex + 1]! * scale[1] + shift[1]] as const);
    const misses = (k: 0 | 1, size: number): boolean => places.every((each) => each[k] < 0) || places.every((each) => each[k] > size);
    if (misses(0, box.width) || misses(1, box.height)) continue;
    const d = `M${places.map(([x, y]) => `${brief(clamp(x, box.width))} ${brief(clamp(y, box.height))}`).join("L")}Z`;
    const same = parts.get(shades[i]!);
    if (same) same.push(d);
    else parts.set(shades[i]!, [d]);
  }
  return new Map([...parts].map(([shade, all]) => [shade, all.join("")]));
}
