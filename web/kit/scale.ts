/** Where data lies on the screen: one linear scale an axis, both of one unit where the plot is of equal aspect. */

import type { Point, View } from "./clip.ts";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Scales {
  view: View;
  box: Box;
  /** Pixels from the plot area's own corner (not the picture's). */
  pixel(x: number, y: number): Point;
  data(px: number, py: number): Point;
}

/** Gives the scales of a view in a box; with `equal`, the view grows in one direction until units are square. */
export function scales(asked: View, box: Box, equal = false): Scales {
  const view = equal ? squared(asked, box) : asked;
  const [x0, x1] = view.x;
  const [y0, y1] = view.y;
  return {
    view,
    box,
    pixel: (x, y) => [((x - x0) / (x1 - x0)) * box.width, ((y1 - y) / (y1 - y0)) * box.height],
    data: (px, py) => [x0 + (px / box.width) * (x1 - x0), y1 - (py / box.height) * (y1 - y0)],
  };
}

function squared(view: View, box: Box): View {
  const perX = (view.x[1] - view.x[0]) / box.width;
  const perY = (view.y[1] - view.y[0]) / box.height;
  return perX < perY
    ? { x: widened(view.x, perY * box.width), y: view.y }
    : { x: view.x, y: widened(view.y, perX * box.height) };
}

function widened([low, high]: readonly [number, number], length: number): readonly [number, number] {
  const middle = (low + high) / 2;
  return [middle - length / 2, middle + length / 2];
}

/** Gives an interval around values with a margin, never of no length. */
export function extent(values: Iterable<number>, margin = 0.08): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [-1, 1];
  const room = high > low ? (high - low) * margin : Math.max(1, Math.abs(low)) * 0.5;
  return [low - room, high + room];
}
