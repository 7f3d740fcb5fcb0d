/** A table whose numbers can be edited; rows keep their colour and the cell in hand keeps the focus. */

import { css, type Colour } from "./colour.ts";
import { arrange, attend, attributes, h, style } from "./dom.ts";
import { live, type Live } from "./live.ts";
import { editableNumber, type NumberField } from "./number-field.ts";
import { decimalsOf, formatNumber } from "./numbers.ts";
import { symbol } from "./words.ts";

export interface Column {
  id: string;
  /** "w_1" is set as a symbol. */
  label: string;
  /** What the column means, for screen readers and as a tooltip. */
  name?: string;
  kind?: "number" | "text";
  step?: number;
  min?: number;
  max?: number;
}

/** A number alone or text is shown; a number with `edit` can be changed. */
export type Cell = string | { value: number; edit?: boolean; step?: number; min?: number; max?: number };

export interface Row {
  id: string;
  label: string;
  colour?: Colour;
  cells: Record<string, Cell>;
  active?: boolean;
}

export interface TableOptions {
  label: string;
  /** What stands above the row names. */
  corner?: string;
  columns: readonly Column[];
  onEdit?(row: string, column: string, value: number): void;
  /** The pointer or the focus is on a cell (or a row's head: column undefined), or on none. */
  onHover?(row: string | undefined, column?: string): void;
}

export interface Table {
  readonly el: HTMLElement;
  set(rows: readonly Row[]): void;
}

interface Body {
  readonly tr: HTMLTableRowElement;
  readonly head: HTMLTableCellElement;
  readonly cells: Map<string, { td: HTMLTableCellElement; field?: NumberField; words?: Live }>;
  row: Row;
}

/** Gives a table. */
export function table(options: TableOptions): Table {
  const body = h("tbody");
  const rows = new Map<string, Body>(); // those that went may come again
  const heads = options.columns.map((column) =>
    h("th", { attributes: { scope: "col", title: column.name }, class: column.kind === "text" ? "k-left" : "k-equal" },
      symbol(column.label), column.name ? h("span", { class: "k-hidden" }, ` (${column.name})`) : null));
  const corner = options.corner ? h("th", { attributes: { scope: "col" } }, options.corner) : h("td");
  const grid = h("table", { class: "k-table", attributes: { "aria-label": options.label } },
    h("thead", {}, h("tr", {}, corner, ...heads)), body);
  const el = h("div", { class: "k-table-box" }, grid);
  // A table wider than its place is scrolled, by keyboard too.
  const observer = new ResizeObserver(() => {
    const wide = grid.scrollWidth > el.clientWidth;
    attributes(el, { tabindex: wide ? 0 : null, role: wide ? "group" : null, "aria-label": wide ? `${options.label}, scrolls` : null });
  });
  observer.observe(el);
  observer.observe(grid);
  return {
    el,
    set(next) {
      arrange(body, next.map((row) => {
        const present = rows.get(row.id) ?? create(row, options);
        rows.set(row.id, present);
        update(present, row, options);
        return present.tr;
      }));
    },
  };
}

function create(row: Row, options: TableOptions): Body {
  const head = h("th", { attributes: { scope: "row" } });
  const tr = h("tr", {}, head);
  if (options.onHover) attend(head, (active) => options.onHover?.(active ? row.id : undefined));
  const cells: Body["cells"] = new Map();
  for (const column of options.columns) {
    const td = h("td", { class: column.kind === "text" ? "k-left" : "" });
    cells.set(column.id, { td });
    if (options.onHover) attend(td, (active) => options.onHover?.(active ? row.id : undefined, active ? column.id : undefined));
    tr.append(td);
  }
  return { tr, head, cells, row };
}

function update(body: Body, row: Row, options: TableOptions): void {
  if (body.head.childNodes.length === 0 || body.row.label !== row.label) {
    body.head.replaceChildren(h("span", { class: "k-key" }), symbol(row.label));
  }
  body.row = row;
  style(body.tr, "--c", row.colour ? css(row.colour) : "");
  attributes(body.tr, { "data-row": row.id, class: row.active ? "k-active" : null });
  for (const column of options.columns) {
    const slot = body.cells.get(column.id);
    const cell = row.cells[column.id] ?? "";
    if (!slot) continue;
    if (typeof cell === "string" || !cell.edit) {
      if (!slot.words) {
        slot.field = undefined;
        slot.words = live("", h("span"));
        slot.td.replaceChildren(slot.words.el);
      }
      slot.words.set(typeof cell === "string" ? cell : numberText(cell.value, cell.step ?? column.step));
      continue;
    }
    const limits = { min: cell.min ?? column.min, max: cell.max ?? column.max };
    const name = `${column.name ?? column.label.replace("_", "")} of ${row.label.replace("_", "")}`;
    if (!slot.field) {
      slot.field = editableNumber({
        label: name, value: cell.value, ...limits, step: cell.step ?? column.step,
        onChange: (value) => options.onEdit?.(body.row.id, column.id, value),
      });
      slot.words = undefined;
      slot.td.replaceChildren(slot.field.el);
    }
    slot.field.set({ value: cell.value, label: name, ...limits });
  }
}

function numberText(value: number, step = 0.1): string {
  return formatNumber(value, decimalsOf(step));
}
