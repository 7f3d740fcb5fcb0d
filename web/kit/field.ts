/** Heat maps under a plot: one small canvas, scaled by the browser, so that a grid of values costs one draw. */

import { computed, type Colour } from "./colour.ts";
import { h, style } from "./dom.ts";
import type { FieldLayer } from "./layers.ts";
import type { Scales } from "./scale.ts";

export class FieldCanvas {
  readonly #canvases: HTMLCanvasElement[] = [];

  update(parent: HTMLElement, fields: readonly FieldLayer[], at: Scales): void {
    while (this.#canvases.length > fields.length) this.#canvases.pop()?.remove();
    while (this.#canvases.length < fields.length) {
      const canvas = h("canvas", { class: "k-field", attributes: { "aria-hidden": "true" } });
      this.#canvases.push(canvas);
      parent.prepend(canvas);
    }
    fields.forEach((field, index) => {
      const canvas = this.#canvases[index];
      if (canvas) show(canvas, field, at);
    });
  }
}

function show(canvas: HTMLCanvasElement, field: FieldLayer, at: Scales): void {
  const [left, top] = at.pixel(field.x[0], field.y[1]);
  const [right, bottom] = at.pixel(field.x[1], field.y[0]);
  style(canvas, "left", `${at.box.left + left}px`);
  style(canvas, "top", `${at.box.top + top}px`);
  style(canvas, "width", `${right - left}px`);
  style(canvas, "height", `${bottom - top}px`);
  const cut = [-top, right - at.box.width, bottom - at.box.height, -left].map((edge) => `${Math.max(0, edge)}px`);
  style(canvas, "clip-path", `inset(${cut.join(" ")})`);
  if (canvas.width !== field.columns) canvas.width = field.columns;
  if (canvas.height !== field.rows) canvas.height = field.rows;
  paint(canvas, field);
}

function paint(canvas: HTMLCanvasElement, field: FieldLayer): void {
  const context = canvas.getContext("2d");
  const parent = canvas.parentElement;
  if (!context || !parent) return;
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
