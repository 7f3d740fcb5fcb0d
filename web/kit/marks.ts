/** Marks to SVG: each layer is one element (a label two), whose attributes follow the layer. */

import { clip, vertices, type Point } from "./clip.ts";
import { css } from "./colour.ts";
import { attributes, s, style, text } from "./dom.ts";
import type { AreaLayer, CurveLayer, LabelLayer, Mark, PointsLayer, RuleLayer } from "./layers.ts";
import type { Scales } from "./scale.ts";

const FAR = 1e5;

/** Makes the element of a mark. */
export function createMark(mark: Mark): SVGElement {
  return mark.kind === "label" ? s("text") : mark.kind === "band" ? s("rect") : s("path");
}

/** Changes the element of a mark to show it at these scales. */
export function updateMark(element: SVGElement, mark: Mark, at: Scales): void {
  const look = "look" in mark && mark.look ? ` k-${mark.kind}-${mark.look}` : "";
  attributes(element, { class: `k-${mark.kind}${look}`, "data-layer": mark.id });
  style(element, "--c", mark.colour ? css(mark.colour) : "");
  switch (mark.kind) {
    case "curve":
      return attributes(element, { d: curvePath(mark, at) });
    case "area":
      return attributes(element, { d: areaPath(mark, at) });
    case "points":
      style(element, "--size", mark.size === undefined ? "" : `${mark.size}px`);
      return attributes(element, { d: pointsPath(mark, at) });
    case "sticks":
      return attributes(element, { d: each(mark.x, (x, i) => line(at, [x, mark.y[i] ?? NaN], [x, mark.y2[i] ?? NaN])) });
    case "rule":
      return attributes(element, { d: rulePath(mark, at) });
    case "arrow":
      return attributes(element, { d: arrowPath(at, mark.from, mark.to) });
    case "band":
      return attributes(element, bandBox(mark.x, mark.y, at));
    case "label":
      return updateLabel(element, mark, at);
  }
}

function curvePath(curve: CurveLayer, at: Scales): string {
  const reach = 0.02 * (at.view.y[1] - at.view.y[0]);
  // A little beyond the top and bottom edge, so that the ends of wide lines are cut by the frame and not by the clip.
  const view = { x: at.view.x, y: [at.view.y[0] - reach, at.view.y[1] + reach] as const };
  const points = vertices(curve, [at.view.x[0], at.view.x[1]], curve.only);
  return clip(points, view).map((part) => path(part, at)).join("");
}

function areaPath(area: AreaLayer, at: Scales): string {
  const count = Math.min(area.x.length, area.y.length);
  if (count < 2) return "";
  const there: Point[] = [];
  const back: Point[] = [];
  for (let i = 0; i < count; i += 1) {
    there.push([area.x[i] as number, area.y[i] as number]);
    back.unshift([area.x[i] as number, area.y2?.[i] ?? 0]);
  }
  return `${path([...there, ...back], at)}Z`;
}

function pointsPath(points: PointsLayer, at: Scales): string {
  const half = (points.size ?? 5) / 2;
  return each(points.x, (x, i) => {
    const [px, py] = at.pixel(x, points.y[i] ?? NaN);
    if (!inside(px, py, at)) return "";
    if (points.look === "cross") {
      return `M${r(px - half)} ${r(py - half)}L${r(px + half)} ${r(py + half)}M${r(px - half)} ${r(py + half)}L${r(px + half)} ${r(py - half)}`;
    }
    if (points.look === "ring") {
      return `M${r(px - half)} ${r(py)}a${half} ${half} 0 1 0 ${2 * half} 0a${half} ${half} 0 1 0 ${-2 * half} 0`;
    }
    return `M${r(px)} ${r(py)}h0`;
  });
}

function rulePath(rule: RuleLayer, at: Scales): string {
  const { width, height } = at.box;
  const short = rule.look === "tick" ? 9 : Infinity;
  const upright = list(rule.x).map((x) => {
    const px = r(at.pixel(x, 0)[0]);
    return `M${px} ${height}V${r(Math.max(0, height - short))}`;
  });
  const level = list(rule.y).map((y) => `M0 ${r(at.pixel(0, y)[1])}H${r(Math.min(width, short))}`);
  return [...upright, ...level].join("");
}

function arrowPath(at: Scales, from: Point, to: Point): string {
  const [x0, y0] = at.pixel(...from);
  const [x1, y1] = at.pixel(...to);
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!(length > 1)) return "";
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(8, length / 2);
  const side = (turn: number): string =>
    `M${r(x1)} ${r(y1)}L${r(x1 - head * (ux - turn * uy * 0.6))} ${r(y1 - head * (uy + turn * ux * 0.6))}`;
  return `M${r(x0)} ${r(y0)}L${r(x1)} ${r(y1)}${side(1)}${side(-1)}`;
}

function bandBox(x: Point | undefined, y: Point | undefined, at: Scales): Record<string, number> {
  const [left, top] = at.pixel(x?.[0] ?? at.view.x[0], y?.[1] ?? at.view.y[1]);
  const [right, bottom] = at.pixel(x?.[1] ?? at.view.x[1], y?.[0] ?? at.view.y[0]);
  return { x: r(left), y: r(top), width: r(Math.max(0, right - left)), height: r(Math.max(0, bottom - top)) };
}

function updateLabel(element: SVGElement, label: LabelLayer, at: Scales): void {
  const [px, py] = at.pixel(label.x, label.y);
  const [right, up] = label.shift ?? [0, 8];
  const x = Math.min(at.box.width - 4, Math.max(4, px + right));
  const y = Math.min(at.box.height - 4, Math.max(12, py - up));
  const near = px + right > at.box.width - 24 ? "end" : px + right < 24 ? "start" : (label.anchor ?? "middle");
  attributes(element, { x: r(x), y: r(y), "text-anchor": near });
  text(element, label.text);
}

/** Gives path data through points of the data. */
export function path(points: readonly Point[], at: Scales): string {
  return points.map(([x, y], index) => {
    const [px, py] = at.pixel(x, y);
    return `${index ? "L" : "M"}${r(px)} ${r(py)}`;
  }).join("");
}

function line(at: Scales, from: Point, to: Point): string {
  return Number.isFinite(from[1] + to[1]) ? path([from, to], at) : "";
}

function each(values: ArrayLike<number>, draw: (value: number, index: number) => string): string {
  let data = "";
  for (let i = 0; i < values.length; i += 1) data += draw(values[i] as number, i);
  return data;
}

function inside(px: number, py: number, at: Scales): boolean {
  return px >= -20 && px <= at.box.width + 20 && py >= -20 && py <= at.box.height + 20;
}

function list(value: number | readonly number[] | undefined): readonly number[] {
  return value === undefined ? [] : typeof value === "number" ? [value] : value;
}

/** A hundredth of a pixel is enough; renderers fail on coordinates that are very far away. */
function r(pixels: number): number {
  return Math.round(Math.min(FAR, Math.max(-FAR, pixels)) * 100) / 100;
}
