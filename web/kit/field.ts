/** Heat maps under a plot: one small canvas, scaled by the browser, painted anew only for new values. */

import { computed, type Colour } from "./colour.ts";
import { h, style } from "./dom.ts";
import type { FieldLayer } from "./layers.ts";
import type { Scales } from "./scale.ts";
import { onThemeChange } from "./theme.ts";

export class FieldCanvas {
  readonly #canvases: HTMLCanvasElement[] = [];
  /** What each canvas shows now: the same array of values is not painted again. */
  readonly #painted = new WeakMap<HTMLCanvasElement, FieldLayer>();
  #last: (() => void) | undefined;

  update(parent: HTMLElement, fields: readonly FieldLayer[], at: Scales): void {
    while (this.#canvases.length > fields.length) this.#canvases.pop()?.remove();
    while (this.#canvases.length < fields.length) {
      const canvas = h("canvas", { class: "k-field", attributes: { "aria-hidden": "true" } });
      this.#canvases.push(canvas);
      parent.prepend(canvas);
    }
    fields.forEach((field, index) => {
      const canvas = this.#canvases[index];
      if (!canvas) return;
      place(canvas, field, at);
      const before = this.#painted.get(canvas);
      if (before?.values === field.values && before.colour === field.colour) return;
      if (parent.isConnected) this.#painted.set(canvas, field); // before that, no colour is known
      paint(canvas, field);
    });
    this.#follow(parent);
  }

  /** Colours come from the theme: when that changes, everything is painted again. */
  #follow(parent: HTMLElement): void {
    if (this.#last || this.#canvases.length === 0) return;
    this.#last = () => {
      for (const canvas of this.#canvases) {
        const field = this.#painted.get(canvas);
        if (field) paint(canvas, field);
      }
    };
    onThemeChange(parent, this.#last);
  }
}

function place(canvas: HTMLCanvasElement, field: FieldLayer, at: Scales): void {
  const [left, top] = at.pixel(field.x[0], field.y[1]);
  const [right, bottom] = at.pixel(field.x[1], field.y[0]);
  style(canvas, "left", `${at.box.left + left}px`);
  style(canvas, "top", `${at.box.top + top}px`);
  style(canvas, "width", `${right - left}px`);
  style(canvas, "height", `${bottom - top}px`);
  const cut = [-top, right - at.box.width, bottom - at.box.height, -left].map((edge) => `${Math.max(0, edge)}px`);
  style(canvas, "clip-path", `inset(${cut.join(" ")})`);
}

function paint(canvas: HTMLCanvasElement, field: FieldLayer): void {
  const context = canvas.getContext("2d");
  const parent = canvas.parentElement;
  if (!context || !parent) return;
  canvas.width = field.columns;
  canvas.height = field.rows;
  const high: Colour = field.colour ?? "positive";
  const colours = computed(parent, [high, "negative"]);
  const [above, below] = [channels(colours.get(high)), channels(colours.get("negative"))];
  const image = context.createImageData(field.columns, field.rows);
  for (let row = 0; row < field.rows; row += 1) {
    for (let column = 0; column < field.columns; column += 1) {
      const value = field.values[row * field.columns + column] ?? 0;
      const [red, green, blue] = value >= 0 ? above : below;
      const offset = 4 * ((field.rows - 1 - row) * field.columns + column);
      image.data.set([red, green, blue, Math.round(200 * Math.min(1, Math.abs(value)))], offset);
    }
  }
  context.putImageData(image, 0, 0);
}

function channels(colour = ""): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
