/** Pages of cards that leave no corner empty: named areas, chosen by the width that the page really has. */

import { arrange, h, style, type Child } from "./dom.ts";

export interface CardOptions {
  title?: string;
  /** A short line after the title. */
  note?: string;
  /** Buttons at the right of the title. */
  tools?: Child[];
  /** The card holds no title and no padding of its own (a frameless text). */
  plain?: boolean;
}

/** Gives a card: a heading, and a column in which plots grow to fill what the other things leave. */
export function card(options: CardOptions, ...content: Child[]): HTMLElement {
  const head = options.title || options.tools
    ? h("header", { class: "k-card-head" },
      h("h2", {}, options.title ?? "", options.note ? h("small", {}, options.note) : null),
      options.tools ? h("div", { class: "k-card-tools" }, ...options.tools) : null)
    : null;
  return h("section", { class: options.plain ? "k-card k-plain" : "k-card", attributes: { "aria-label": options.title } }, head, ...content);
}

/** Gives things under each other. */
export function stack(...content: Child[]): HTMLElement {
  return h("div", { class: "k-stack" }, ...content);
}

/** Gives things beside each other, in as many columns of at least `least` pixels as fit. */
export function tiles(least: number, ...content: Child[]): HTMLElement {
  return h("div", { class: "k-tiles", style: { "--least": `${least}px` } }, ...content);
}

export interface Arrangement {
  /** Rows of area names, as in CSS: ["curve units", "curve table"]; every row has as many names. */
  areas: readonly string[];
  /** Shares of the columns: [2, 1]. */
  columns?: readonly number[];
}

export interface PageOptions {
  /** From 1,000 px on. */
  wide: Arrangement;
  /** From 640 px on; without, as narrow. */
  medium?: Arrangement;
  /** Without: everything under each other, in the order given. */
  narrow?: Arrangement;
}

const WIDE = 1000;
const MEDIUM = 640;

/** Gives a page that places its parts (by area name) according to its own width, also inside a notebook's cell. */
export function layout(options: PageOptions, parts: Record<string, HTMLElement>): HTMLElement {
  const el = h("div", { class: "k-layout" });
  for (const [name, part] of Object.entries(parts)) style(part, "grid-area", name);
  arrange(el, Object.values(parts));
  const single: Arrangement = { areas: Object.keys(parts) };
  const choose = (width: number): Arrangement => {
    if (width >= WIDE) return options.wide;
    return (width >= MEDIUM ? options.medium : undefined) ?? options.narrow ?? single;
  };
  const show = (width: number): void => {
    const chosen = choose(width);
    const count = chosen.areas[0]?.trim().split(/\s+/).length ?? 1;
    const shares = chosen.columns ?? Array.from({ length: count }, () => 1);
    style(el, "grid-template-areas", chosen.areas.map((row) => `"${row}"`).join(" "));
    style(el, "grid-template-columns", shares.map((share) => `minmax(0, ${share}fr)`).join(" "));
  };
  show(globalThis.innerWidth ?? WIDE);
  new ResizeObserver(([entry]) => entry && show(entry.contentRect.width)).observe(el);
  return el;
}
