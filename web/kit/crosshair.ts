/** A crosshair that reads values off a plot: it follows the pointer, and the arrow keys move it. */

import type { Colour } from "./colour.ts";
import { attributes, s, style, text } from "./dom.ts";
import { css } from "./colour.ts";
import { formatNumber, snap } from "./numbers.ts";
import type { Plot } from "./plot.ts";

export interface Reading {
  label: string;
  y: number;
  colour?: Colour;
}

export interface CrosshairOptions {
  /** What stands at x, from top to bottom. */
  read(x: number): readonly Reading[];
  /** The crosshair moved, or left: give x to the crosshairs of other plots. */
  onMove?(x: number | undefined): void;
  /** What arrow keys move it by; without, a hundredth of the view. */
  step?: number;
  /** Its accessible name. */
  label?: string;
}

export interface Crosshair {
  /** Shows it at x, or hides it. */
  set(x: number | undefined): void;
}

/** Gives a plot a crosshair. */
export function crosshair(plot: Plot, options: CrosshairOptions): Crosshair {
  const line = s("path", { class: "k-cross-line" });
  const dots = s("g");
  const box = s("rect", { class: "k-cross-box", attributes: { rx: 5 } });
  const words = s("text", { class: "k-cross-text" });
  const el = s("g", {
    class: "k-cross",
    attributes: { tabindex: 0, role: "slider", "aria-label": options.label ?? "Read values at x" },
  }, s("path", { class: "k-cross-focus" }), line, dots, box, words);
  plot.svg.querySelector(".k-handles")?.before(el);
  let now: number | undefined;

  const show = (): void => {
    const { view, box: area, pixel } = plot.scales;
    const x = now;
    const at = x ?? (view.x[0] + view.x[1]) / 2;
    const readings = x === undefined ? [] : options.read(at); // what nobody sees need not be read or placed
    attributes(el, {
      transform: `translate(${area.left} ${area.top})`,
      "aria-valuemin": view.x[0], "aria-valuemax": view.x[1], "aria-valuenow": at,
      "aria-valuetext": x === undefined ? null : [`x = ${short(at)}`, ...readings.map((each) => `${each.label} ${short(each.y)}`)].join(", "),
    });
    el.classList.toggle("k-shown", x !== undefined);
    if (x === undefined) return;
    const across = Math.round(pixel(at, 0)[0] * 100) / 100;
    const handle = `M${across} ${area.height - 1}l6 8h-12Z`;
    attributes(line, { d: `M${across} 0V${area.height}` });
    attributes(el.firstElementChild as Element, { d: handle });
    mark(dots, readings, (y) => [across, pixel(at, y)[1]], area.height);
    caption(words, box, [{ label: "x", y: at }, ...readings], across, area.width);
  };
  const move = (x: number | undefined): void => {
    const { view } = plot.scales;
    const next = x === undefined ? undefined : snap(x, 0, view.x[0], view.x[1]);
    if (next === now) return;
    now = next;
    show();
    options.onMove?.(next);
  };
  plot.svg.addEventListener("pointermove", (event) => {
    const [x, y] = plot.locate(event);
    const { view } = plot.scales;
    const inside = x >= view.x[0] && x <= view.x[1] && y >= view.y[0] && y <= view.y[1];
    move(inside ? x : undefined);
  });
  plot.svg.addEventListener("pointerleave", () => {
    if (!el.matches(":focus-visible")) move(undefined);
  });
  el.addEventListener("focus", () => move(now ?? (plot.scales.view.x[0] + plot.scales.view.x[1]) / 2));
  el.addEventListener("blur", () => move(undefined));
  el.addEventListener("keydown", (event) => {
    const { view } = plot.scales;
    const step = options.step ?? (view.x[1] - view.x[0]) / 100;
    const by = { ArrowRight: 1, ArrowUp: 1, PageUp: 10, ArrowLeft: -1, ArrowDown: -1, PageDown: -10 }[event.key];
    if (event.key === "Home") move(view.x[0]);
    else if (event.key === "End") move(view.x[1]);
    else if (by !== undefined) move(snap((now ?? view.x[0]) + by * step * (event.shiftKey ? 10 : 1), step));
    else return;
    event.preventDefault();
  });
  plot.onDraw(show);
  show();
  return {
    set(x) {
      now = x;
      show();
    },
  };
}

function short(value: number): string {
  return formatNumber(Number(value.toPrecision(3)));
}

function mark(group: SVGElement, readings: readonly Reading[], place: (y: number) => [number, number], height: number): void {
  while (group.children.length > readings.length) group.lastElementChild?.remove();
  while (group.children.length < readings.length) group.append(s("circle", { class: "k-cross-dot", attributes: { r: 4 } }));
  readings.forEach((reading, index) => {
    const dot = group.children[index] as SVGElement;
    const [cx, cy] = place(reading.y);
    attributes(dot, { cx, cy: Number.isFinite(cy) ? cy : 0, visibility: cy >= 0 && cy <= height ? "visible" : "hidden" });
    style(dot, "--c", reading.colour ? css(reading.colour) : "");
  });
}

function caption(words: SVGTextElement, box: SVGRectElement, readings: readonly Reading[], x: number, width: number): void {
  const lines = readings.map((reading) => `${reading.label} ${short(reading.y)}`);
  while (words.children.length > lines.length) words.lastElementChild?.remove();
  while (words.children.length < lines.length) words.append(s("tspan"));
  const wide = Math.max(...lines.map((each) => each.length)) * 6.9 + 16;
  const left = x + wide + 14 > width ? Math.max(0, x - wide - 10) : x + 10;
  lines.forEach((each, index) => {
    const line = words.children[index] as SVGElement;
    attributes(line, { x: left + 8, y: 18 + 16 * index });
    text(line, each);
    const colour = readings[index]?.colour;
    style(line, "--c", colour ? css(colour) : "");
  });
  attributes(box, { x: left, y: 3, width: wide, height: 16 * lines.length + 7 });
}
