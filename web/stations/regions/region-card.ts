/** The card of one region: its formulas as numbers, its pattern, and the image at the place. */

import { repr, short as plain } from "../../engine/index.ts";
import { arrange, card, codeBlock, disclosure, h, live, plot, type Row, style, table, text } from "../../kit/index.ts";
import type { Found } from "./found.ts";
import { type Reading, valuesOf } from "./reading.ts";
import { classColour } from "./shades.ts";

const MOST_ROWS = 24;
const MOST_BITS = 512;

export interface RegionCard {
  readonly el: HTMLElement;
  set(found: Found | undefined, reading: Reading | undefined): void;
}

/** Gives the card. */
export function regionCard(): RegionCard {
  const where = live("", h("p", { class: "k-status" })); // the crosshair says it aloud
  const formulas = table({
    label: "The formulas of the region", corner: "output",
    columns: [
      { id: "constant", label: "1", name: "the constant", kind: "text" }, { id: "s", label: "s", name: "times s", kind: "text" },
      { id: "t", label: "t", name: "times t", kind: "text" }, { id: "here", label: "here", name: "the value at this place", kind: "text" },
    ],
  });
  const more = live("", h("p", { class: "s-small" }));
  const code = codeBlock("The formulas in full");
  const full = disclosure("In full, to copy", code.el);
  full.classList.add("s-tiling-full");
  const layers: HTMLElement[] = [];
  const pattern = h("div", { class: "s-tiling-pattern", attributes: { role: "group", "aria-label": "Pattern of the region" } });
  const image = plot({ label: "The input at this place as an image", x: [0, 1], y: [0, 1], bare: true, height: 132 });
  const figure = h("div", { class: "s-tiling-image" }, image.el);
  const scroll = h("div", { class: "s-tall s-tiling-formulas", attributes: { role: "group", tabindex: 0, "aria-label": "The formulas, one a row" } }, formulas.el);
  let shown: Reading | undefined;
  full.addEventListener("toggle", () => shown && full.open && code.set(sourceOf(shown)));
  return {
    el: card({ title: "The region", note: "what the network is here" }, where.el, h("div", { class: "s-tiling-region" }, h("div", { class: "k-stack" }, scroll, more.el, pattern), figure), full),
    set(found, reading) {
      shown = reading;
      style(figure, "display", found && sideOf(found) ? "" : "none");
      if (!found || !reading) {
        where.set("");
        formulas.set([]);
        arrange(pattern, []);
        return;
      }
      where.set(sentenceOf(found, reading));
      formulas.set(rowsOf(found, reading));
      const left = found.formulas - MOST_ROWS;
      more.set(!reading.affine ? "Python sent no formulas: there are too many regions for that. Zoom in." : left > 0 ? `And ${left} more: “In full” has them all.` : "");
      arrange(pattern, reading.pattern.map((bits, k) => {
        const words = (layers[k] ??= h("p"));
        text(words, `layer ${k + 1}: ${bits.filter(Boolean).length} of ${bits.length} on · ${written(bits)}`);
        return words;
      }));
      if (full.open) code.set(sourceOf(reading));
      showImage(image, found, reading.point);
    },
  };
}

/** Says in words where one is, what the region is, and what the network says. */
export function sentenceOf(found: Found, reading: Reading, brief = true): string {
  const [s, t] = reading.point.map((each) => short(each));
  const parts = [`s = ${s}, t = ${t}`];
  const linear = found.linear[reading.region];
  parts.push(linear === undefined ? "outside of what is cut" : `region ${(reading.region + 1).toLocaleString("en")} of ${found.counts.activation.toLocaleString("en")}`);
  if (reading.class !== undefined) parts.push(found.outputs > 1 ? `class ${reading.class}` : reading.class ? "above 0" : "not above 0");
  if (brief || !reading.affine) return `${parts.join("; ")}.`;
  const [c, a, b] = reading.affine;
  for (let k = 0; k < Math.min(10, c.length); k += 1) parts.push(`${nameOf(found, k)} = ${short(c[k]!)} + ${short(a[k]!)} s + ${short(b[k]!)} t`);
  parts.push(reading.pattern.map((bits, k) => `${bits.filter(Boolean).length} of ${bits.length} units of layer ${k + 1} on`).join(", "));
  return `${parts.join("; ")}.`;
}

function nameOf(found: Found, k: number): string {
  return found.depth === found.hidden.length ? `y${k}` : `a${k}`;
}

function rowsOf(found: Found, { affine, point }: Reading): Row[] {
  if (!affine) return [];
  const [c, a, b] = affine;
  const values = valuesOf(affine, point);
  const output = found.depth === found.hidden.length;
  const largest = output && values.length > 1 ? values.indexOf(Math.max(...values)) : -1;
  return values.slice(0, MOST_ROWS).map((value, k) => ({
    id: `f${k}`, label: `${output ? "y" : "a"}_${k}`, colour: output && values.length > 1 ? classColour(k) : undefined, active: k === largest,
    cells: { constant: short(c[k]!), s: short(a[k]!), t: short(b[k]!), here: short(value) },
  }));
}

/** The formulas with all their digits, as Python reads them. */
function sourceOf({ affine, point, pattern }: Reading): string {
  if (!affine) return "";
  const rows = affine.map((row) => `    [${Array.from(row, repr).join(", ")}],`);
  const bits = pattern.map((each) => `    "${each.map(Number).join("")}",`);
  return [`s, t = ${point.map(repr).join(", ")}`, "affine = [  # of 1, s, t: outputs = [1, s, t] @ affine", ...rows, "]", "pattern = [", ...bits, "]"].join("\n");
}

function written(bits: readonly boolean[]): string {
  const digits = bits.slice(0, MOST_BITS).map(Number).join("");
  return `${digits.match(/.{1,8}/g)?.join(" ") ?? ""}${bits.length > MOST_BITS ? " …" : ""}`;
}

/** The side of the square image that the inputs may be, 0 where they are none. */
function sideOf({ inputs, base }: Found): number {
  const side = Math.round(Math.sqrt(inputs));
  return base && side * side === inputs && side >= 4 ? side : 0;
}

function showImage(image: ReturnType<typeof plot>, found: Found, [s, t]: readonly [number, number]): void {
  const side = sideOf(found);
  const { base, inputs } = found;
  if (!side || !base) return;
  const values = new Float32Array(inputs);
  for (let k = 0; k < inputs; k += 1) {
    const at = (side - 1 - Math.floor(k / side)) * side + (k % side); // row 0 of a field is at the bottom
    values[at] = Math.max(-1, Math.min(1, base[k]! + s * base[inputs + k]! + t * base[2 * inputs + k]!));
  }
  image.draw([{ kind: "field", id: "image", columns: side, rows: side, values, x: [0, 1], y: [0, 1], colour: "text" }]);
}

export function short(x: number, digits = 4): string {
  return plain(x, digits).replaceAll("-", "\u2212");
}
