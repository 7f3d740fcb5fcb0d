/** Freehand drawing on a plot: the way of mouse, pen or finger as points of the data. */

import type { Point } from "./clip.ts";
import type { Plot } from "./plot.ts";

export interface DrawingOptions {
  /** Called at most once a frame's worth of events with all points so far. */
  onStroke(points: readonly Point[]): void;
  /** The stroke is done: at least two points. */
  onEnd(points: readonly Point[]): void;
  /** Least distance of two points in pixels. */
  spacing?: number;
}

export interface Drawing {
  enable(on: boolean): void;
}

/** Lets people draw on a plot; give typed points or handles as the keyboard's way. */
export function drawing(plot: Plot, options: DrawingOptions): Drawing {
  const { svg } = plot;
  const spacing = options.spacing ?? 3;
  let stroke: Point[] | undefined;
  let pointer = -1;
  let last: Point = [0, 0];
  let enabled = false;

  const add = (event: PointerEvent): void => {
    if (!stroke || Math.hypot(event.clientX - last[0], event.clientY - last[1]) < spacing) return;
    last = [event.clientX, event.clientY];
    const [x, y] = plot.locate(event);
    const { view } = plot.scales;
    stroke.push([Math.min(view.x[1], Math.max(view.x[0], x)), Math.min(view.y[1], Math.max(view.y[0], y))]);
  };
  const finish = (event: PointerEvent): void => {
    if (event.pointerId !== pointer || !stroke) return;
    const done = stroke;
    stroke = undefined;
    pointer = -1;
    document.documentElement.classList.remove("hinges-dragging");
    if (done.length > 1) options.onEnd(done);
  };
  svg.addEventListener("pointerdown", (event) => {
    if (!enabled || event.button !== 0 || stroke || event.defaultPrevented) return;
    event.preventDefault();
    pointer = event.pointerId;
    stroke = [];
    last = [-Infinity, -Infinity];
    svg.setPointerCapture(pointer);
    document.documentElement.classList.add("hinges-dragging");
    add(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || !stroke) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length ? coalesced : [event]) add(each);
    options.onStroke(stroke);
  });
  svg.addEventListener("pointerup", finish);
  svg.addEventListener("pointercancel", finish);
  return {
    enable(on) {
      enabled = on;
      svg.classList.toggle("k-drawing", on);
    },
  };
}
