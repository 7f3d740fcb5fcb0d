/**
 * The fewest continuous linear pieces through a row of gates (vertical intervals): one pass, each gate scanned at most
 * twice (O'Rourke 1981, Imai and Iri 1986), as in the Python library, where the same runs in rationals.
 */

interface Line {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
  /** The gate that holds the second point. */
  readonly last: number;
}

/** How far one piece gets: the first gate it cannot pass, the side that lies on, and its extreme lines. */
export interface Reach {
  readonly stop: number;
  readonly side: number;
  readonly highest: Line | undefined;
  readonly lowest: Line | undefined;
}

type List = ArrayLike<number>;

/** Gives the pieces through all gates, or nothing where more than `limit` are needed or a gate is empty. */
export function reaches(x: List, low: List, high: List, limit = Infinity): Reach[] | undefined {
  for (let k = 0; k < x.length; k += 1) if (low[k]! > high[k]!) return undefined;
  const found: Reach[] = [];
  let first = 0, full = 0, side = 0;
  while (full < x.length) {
    if (found.length === limit) return undefined;
    const reach = follow(x, low, high, first, full, side);
    found.push(reach);
    first = (reach.side > 0 ? reach.highest : reach.lowest)?.last ?? 0;
    full = reach.stop;
    side = reach.side;
  }
  return found;
}

/** Follows one piece; gates from `first` to `full` have their upper end only (side > 0) or their lower end only. */
function follow(x: List, low: List, high: List, first: number, full: number, side: number): Reach {
  const floor = new Chain(1);
  const ceiling = new Chain(-1);
  for (let k = first; side !== 0 && k < full; k += 1) {
    if (side > 0) ceiling.add(x[k]!, high[k]!);
    else floor.add(x[k]!, low[k]!);
  }
  let highest: Line | undefined;
  let lowest: Line | undefined;
  for (let k = full; k < x.length; k += 1) {
    const t = x[k]!, bottom = low[k]!, top = high[k]!;
    let newHighest = floor.size > 0;
    let newLowest = ceiling.size > 0;
    if (highest) {
      const run = highest.bx - highest.ax, rise = (highest.by - highest.ay) * (t - highest.ax);
      if ((bottom - highest.ay) * run > rise) return { stop: k, side: 1, highest, lowest };
      newHighest = (top - highest.ay) * run <= rise;
    }
    if (lowest) {
      const run = lowest.bx - lowest.ax, rise = (lowest.by - lowest.ay) * (t - lowest.ax);
      if ((top - lowest.ay) * run < rise) return { stop: k, side: -1, highest, lowest };
      newLowest = (bottom - lowest.ay) * run >= rise;
    }
    if (newHighest) highest = floor.tangent(t, top, k);
    if (newLowest) lowest = ceiling.tangent(t, bottom, k);
    floor.add(t, bottom);
    ceiling.add(t, top);
  }
  return { stop: x.length, side: 0, highest, lowest };
}

/** The upper hull of lower gate ends (sign 1) or the lower hull of upper ones (-1), without what lies before the last contact. */
class Chain {
  private readonly x: number[] = [];
  private readonly y: number[] = [];
  private front = 0;

  constructor(private readonly sign: number) {}

  get size(): number {
    return this.x.length;
  }

  add(t: number, end: number): void {
    const { x, y, sign } = this;
    while (x.length - this.front >= 2) {
      const n = x.length;
      const ax = x[n - 2]!, ay = y[n - 2]!;
      if (sign * ((y[n - 1]! - ay) * (t - ax)) > sign * ((end - ay) * (x[n - 1]! - ax))) break;
      x.pop();
      y.pop();
    }
    x.push(t);
    y.push(end);
  }

  /** Gives the line through (t, end) that touches the chain, keeping it on its own side. */
  tangent(t: number, end: number, gate: number): Line {
    const { x, y, sign } = this;
    let at = this.front;
    while (at + 1 < x.length) {
      const following = (end - y[at + 1]!) * (t - x[at]!), here = (end - y[at]!) * (t - x[at + 1]!);
      if (sign * following > sign * here) break;
      at += 1;
    }
    this.front = at;
    return { ax: x[at]!, ay: y[at]!, bx: t, by: end, last: gate };
  }
}

export interface Knots {
  readonly x: number[];
  readonly y: number[];
  readonly left: number;
  readonly right: number;
}

/** Gives the function that `reaches` found; a single piece is given by its value at the first gate. */
export function knots(found: readonly Reach[], x: List, low: List, high: List): Knots {
  const lines = found.map((reach, k) => (k < found.length - 1 ? chosen(reach) : middle(reach, x)));
  const path = lines.filter((line) => line !== undefined);
  const first = path[0];
  const last = path[path.length - 1];
  if (!first || !last) return { x: [x[0]!], y: [(low[0]! + high[0]!) / 2], left: 0, right: 0 };
  if (path.length === 1) return { x: [x[0]!], y: [heightAt(first, x[0]!)], left: slopeOf(first), right: slopeOf(first) };
  const points = path.slice(1).map((line, k) => crossing(path[k]!, line));
  return { x: points.map((p) => p[0]), y: points.map((p) => p[1]), left: slopeOf(first), right: slopeOf(last) };
}

function chosen(reach: Reach): Line | undefined {
  if (reach.side > 0) return reach.highest;
  return reach.side < 0 ? reach.lowest : reach.lowest ?? reach.highest;
}

/** Gives a line half-way between the two extreme ones: the last piece may be any line between them. */
function middle(reach: Reach, x: List): Line | undefined {
  const { highest: one, lowest: two } = reach;
  if (!one || !two) return chosen(reach);
  const a = one.ax, b = x[x.length - 1]!;
  return { ax: a, ay: (heightAt(one, a) + heightAt(two, a)) / 2, bx: b, by: (heightAt(one, b) + heightAt(two, b)) / 2, last: x.length - 1 };
}

function slopeOf(line: Line): number {
  return (line.by - line.ay) / (line.bx - line.ax);
}

function heightAt(line: Line, t: number): number {
  return line.ay + (line.by - line.ay) * ((t - line.ax) / (line.bx - line.ax));
}

function crossing(one: Line, two: Line): [number, number] {
  const dx = one.bx - one.ax, dy = one.by - one.ay, ex = two.bx - two.ax, ey = two.by - two.ay;
  const along = ((two.ax - one.ax) * ey - (two.ay - one.ay) * ex) / (dx * ey - dy * ex);
  return [one.ax + along * dx, one.ay + along * dy];
}
