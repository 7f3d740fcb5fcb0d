/** Tables of two columns, read with a sentence that names row and column where they cannot be. */

export type Table = { ok: true; x: number[]; y: number[]; names: [string, string] | null } | { ok: false; sentence: string };

export const MOST_FILE_ROWS = 100_000;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads x and y from the first two columns; comma, semicolon, tab or spaces between them, one header line at most. */
export function parseTable(source: string): Table {
  const rows = source.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const first = rows.findIndex((row) => row.trim() !== "");
  if (first < 0) return { ok: false, sentence: "There are no rows: write x and y, one pair a row." };
  const split = splitter(rows[first]!);
  const head = split(rows[first]!);
  const named = head.length >= 2 && head.slice(0, 2).every((cell) => cell !== "" && !NUMBER.test(cell));
  const x: number[] = [];
  const y: number[] = [];
  for (let index = named ? first + 1 : first; index < rows.length; index += 1) {
    if (rows[index]!.trim() === "") continue;
    const cells = split(rows[index]!);
    const sentence = problemOf(cells, index + 1);
    if (sentence) return { ok: false, sentence };
    if (x.length >= MOST_FILE_ROWS) return { ok: false, sentence: `There are more than ${MOST_FILE_ROWS.toLocaleString("en")} rows.` };
    x.push(Number(cells[0]));
    y.push(Number(cells[1]));
  }
  if (x.length === 0) return { ok: false, sentence: "There is a header but no row under it." };
  return { ok: true, x, y, names: named ? [head[0]!, head[1]!] : null };
}

function splitter(row: string): (row: string) => string[] {
  const sign = [";", "\t", ","].find((each) => row.includes(each)) ?? /\s+/;
  return (each) => each.trim().split(sign).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function problemOf(cells: readonly string[], row: number): string {
  if (cells.length < 2) return `Row ${row} has one column: write x and y, with a comma between them.`;
  for (const column of [0, 1]) {
    const cell = cells[column]!;
    const place = `Row ${row}, column ${column + 1}`;
    if (cell === "") return `${place} is empty.`;
    if (!NUMBER.test(cell)) return `${place}: “${cell.length > 20 ? `${cell.slice(0, 19)}…` : cell}” is no number.`;
    if (Math.abs(Number(cell)) > 1e9) return `${place}: ${cell.length > 20 ? "the number" : cell} is too large; the most is 1e9.`;
  }
  return "";
}

/** Gives at most `most` of the rows in order of x, evenly spaced among them; first and last stay. */
export function thinned(x: readonly number[], y: readonly number[], most: number): { x: number[]; y: number[] } {
  const order = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]! || a - b);
  const count = Math.min(most, order.length);
  const chosen = count === order.length ? order
    : Array.from({ length: count }, (_, i) => order[Math.round((i * (order.length - 1)) / (count - 1))]!);
  return { x: chosen.map((i) => x[i]!), y: chosen.map((i) => y[i]!) };
}
