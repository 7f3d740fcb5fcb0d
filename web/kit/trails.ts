/** Trails over a plot: many lines that go to and fro, on one canvas, as SVG would take too long for thousands of places. */

import { computed, type Colour } from "./colour.ts";
import { h, style } from "./dom.ts";
import type { Plot } from "./plot.ts";
import { onThemeChange } from "./theme.ts";

/** A line through places of the plot; one that is no number breaks it. */
export interface Trail {
  readonly colour: Colour;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly faint?: boolean;
}

export interface Trails {
  /** Draws these, and nothing else. */
  draw(trails: readonly Trail[]): void;
}

/** Gives a plot trails, under everything else that it shows. */
export function trails(plot: Plot): Trails {
  const canvas = h("canvas", { class: "k-field", attributes: { "aria-hidden": "true" } });
  plot.el.prepend(canvas);
  let shown: readonly Trail[] = [];
  let colours: Map<Colour, string> | undefined;
  let box = "";

  const paint = (): void => {
    const context = canvas.getContext("2d");
    if (!context || !plot.el.isConnected) return;
    const { left, top, width, height } = plot.scales.box;
    const ratio = globalThis.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    for (const [name, value] of Object.entries({ left, top, width, height })) style(canvas, name, `${value}px`);
    const missing = shown.map((each) => each.colour).filter((each) => !colours?.has(each));
    if (missing.length > 0) colours = computed(plot.el, [...new Set([...(colours?.keys() ?? []), ...missing])]);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.lineWidth = 1.6;
    context.lineJoin = "round";
    for (const trail of shown) stroke(context, trail, plot, colours?.get(trail.colour) ?? "");
    context.globalAlpha = 1;
  };
  plot.onDraw(() => {
    const { left, top, width, height } = plot.scales.box;
    const next = [left, top, width, height, ...plot.scales.view.x, ...plot.scales.view.y].join();
    if (next === box) return;
    box = next;
    paint();
  });
  onThemeChange(plot.el, () => {
    colours = undefined;
    paint();
  });
  return {
    draw(next) {
      shown = next;
      paint();
    },
  };
}

function stroke(context: CanvasRenderingContext2D, { x, y, faint }: Trail, plot: Plot, colour: string): void {
  context.beginPath();
  let on = false;
  for (let i = 0; i < x.length; i += 1) {
    const [px, py] = plot.scales.pixel(x[i]!, y[i]!);
    if (!Number.isFinite(px + py)) on = false;
    else if (on) context.lineTo(px, py);
    else {
      context.moveTo(px, py);
      on = true;
    }
  }
  context.globalAlpha = faint ? 0.35 : 0.9;
  context.strokeStyle = colour;
  context.stroke();
}
