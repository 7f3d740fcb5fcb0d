/** The frame of a plot: a light grid, lines at zero, numbers of one precision along the edges, two names. */

import { attributes, s, text } from "./dom.ts";
import type { Box, Scales } from "./scale.ts";
import { powerTicks, ticks, type Tick } from "./ticks.ts";

export interface Names {
  x?: string;
  y?: string;
  /** Without numbers along an axis the plot is a sketch. */
  bare?: boolean;
  /** y counts powers of ten: at -2 stands 10⁻². */
  powers?: boolean;
  /** x counts things: only whole numbers stand along it. */
  whole?: boolean;
  /** Least room for the numbers at the left, so that plots under each other line up. */
  left?: number;
  /** Along x stand no numbers. */
  noX?: boolean;
}

const DIGIT = 6.9;

/** Gives the margins that numbers and names need, as the box left for the data. */
export function room(size: { width: number; height: number }, view: { y: readonly [number, number] }, names: Names): Box {
  if (names.bare) return { left: 8, top: 8, width: Math.max(1, size.width - 16), height: Math.max(1, size.height - 16) };
  const widest = Math.max(...yTicks(view.y, size.height - 40, names.powers).map((tick) => tick.label.length));
  const left = Math.max(names.left ?? 26, Math.ceil(widest * DIGIT) + 16);
  const top = names.y ? 26 : 12;
  const bottom = names.x ? 42 : names.noX ? 12 : 26;
  return { left, top, width: Math.max(1, size.width - left - 14), height: Math.max(1, size.height - top - bottom) };
}

function xTicks(at: Scales, whole = false): Tick[] {
  if (whole) {
    const all = ticks(...at.view.x, Math.max(2, at.box.width / 46)).filter(({ value }) => Number.isInteger(value));
    return all.map((tick) => ({ ...tick, label: String(tick.value) }));
  }
  const spaced = ticks(...at.view.x, Math.max(2, at.box.width / (at.box.width < 300 ? 46 : 84)));
  const widest = Math.max(...spaced.map((tick) => tick.label.length)) * DIGIT;
  const gap = at.box.width / Math.max(1, spaced.length);
  return gap < widest + 10 ? ticks(...at.view.x, Math.max(1, at.box.width / (widest + 40))) : spaced;
}

function yTicks(view: readonly [number, number], height: number, powers = false): Tick[] {
  const [low, high] = view[0] <= view[1] ? view : [view[1], view[0]]; // an axis may count downwards
  return (powers ? powerTicks : ticks)(low, high, Math.max(2, height / 46));
}

export class Axes {
  readonly element = s("g", { class: "k-axes", attributes: { "aria-hidden": "true" } });
  readonly #grid = s("path", { class: "k-grid" });
  readonly #zero = s("path", { class: "k-zero" });
  readonly #numbers = s("g", { class: "k-numbers" });
  readonly #x = s("text", { class: "k-axis-name" });
  readonly #y = s("text", { class: "k-axis-name" });

  constructor() {
    this.element.append(this.#grid, this.#zero, this.#numbers, this.#x, this.#y);
  }

  update(at: Scales, names: Names): void {
    const { left, top, width, height } = at.box;
    const acrossTicks = xTicks(at, names.whole);
    const upTicks = yTicks(at.view.y, height, names.powers);
    const across = acrossTicks.map((tick) => ({ ...tick, at: half(left + at.pixel(tick.value, 0)[0]) }));
    const up = upTicks.map((tick) => ({ ...tick, at: half(top + at.pixel(0, tick.value)[1]) }));
    const columns = across.map((tick) => `M${tick.at} ${top}V${top + height}`);
    const rows = up.map((tick) => `M${left} ${tick.at}H${left + width}`);
    attributes(this.#grid, { d: [...(names.noX ? [] : columns), ...rows].join("") });
    attributes(this.#zero, { d: this.#zeroPath(at) });
    this.#label(names.bare ? [] : [
      ...(names.noX ? [] : across).map((tick) => ({ label: tick.label, x: tick.at, y: top + height + 18, anchor: "middle" })),
      ...up.map((tick) => ({ label: tick.label, x: left - 12, y: tick.at + 4, anchor: "end" })),
    ]);
    attributes(this.#x, { x: left + width / 2, y: top + height + 36, "text-anchor": "middle" });
    attributes(this.#y, { x: left, y: 15, "text-anchor": "start" });
    text(this.#x, names.bare ? "" : (names.x ?? ""));
    text(this.#y, names.bare ? "" : (names.y ?? ""));
  }

  #zeroPath(at: Scales): string {
    const { left, top, width, height } = at.box;
    const [px, py] = at.pixel(0, 0);
    const row = py >= 0 && py <= height ? `M${left} ${half(top + py)}H${left + width}` : "";
    const column = px >= 0 && px <= width ? `M${half(left + px)} ${top}V${top + height}` : "";
    return row + column;
  }

  #label(labels: { label: string; x: number; y: number; anchor: string }[]): void {
    while (this.#numbers.children.length > labels.length) this.#numbers.lastElementChild?.remove();
    while (this.#numbers.children.length < labels.length) this.#numbers.append(s("text"));
    labels.forEach((each, index) => {
      const element = this.#numbers.children[index];
      if (!element) return;
      attributes(element, { x: each.x, y: each.y, "text-anchor": each.anchor });
      text(element, each.label);
    });
  }
}

/** The middle of a pixel, where a thin line is sharp. */
function half(pixels: number): number {
  return Math.round(pixels - 0.5) + 0.5;
}
