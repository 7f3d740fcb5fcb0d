/** Exact polylines cut to a view: what is drawn never depends on how far the curve goes outside. */

export interface Series {
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Slopes of the rays before the first and after the last vertex; without one, the curve ends there. */
  left?: number;
  right?: number;
}

export type Point = readonly [x: number, y: number];

export interface View {
  x: readonly [number, number];
  y: readonly [number, number];
}

/** Gives the vertices of a curve with its rays drawn out to the view, and cut to `only` (a stretch of x). */
export function vertices(series: Series, view: readonly [number, number], only?: readonly [number, number]): Point[] {
  const count = Math.min(series.x.length, series.y.length);
  const points: Point[] = [];
  for (let i = 0; i < count; i += 1) points.push([series.x[i] as number, series.y[i] as number]);
  const first = points[0];
  const last = points[count - 1];
  if (!first || !last) return [];
  if (series.left !== undefined && first[0] > view[0]) {
    points.unshift([view[0], first[1] + series.left * (view[0] - first[0])]);
  }
  if (series.right !== undefined && last[0] < view[1]) {
    points.push([view[1], last[1] + series.right * (view[1] - last[0])]);
  }
  return only ? stretch(points, only[0], only[1]) : points;
}

/** Gives the part of a function's graph (x in rising order) with x in [from, to], its ends interpolated. */
export function stretch(points: readonly Point[], from: number, to: number): Point[] {
  const kept: Point[] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before) {
      for (const edge of [from, to]) {
        if (before[0] < edge && edge < point[0]) {
          const share = (edge - before[0]) / (point[0] - before[0]);
          kept.push([edge, before[1] + share * (point[1] - before[1])]);
        }
      }
    }
    if (point[0] >= from && point[0] <= to) kept.push(point);
  });
  return kept;
}

/** Gives the value of a function's graph at x, or nothing outside of it. */
export function valueAt(series: Series, x: number): number | undefined {
  const points = vertices(series, [x - 1, x + 1]);
  const index = points.findIndex((point) => point[0] >= x);
  const after = points[index];
  if (!after) return undefined;
  const before = points[index - 1];
  if (after[0] === x || !before) return after[0] === x ? after[1] : undefined;
  return before[1] + ((x - before[0]) / (after[0] - before[0])) * (after[1] - before[1]);
}

/** Gives the parts of a polyline inside a box, each as a list of points; undefined numbers break it. */
export function clip(points: readonly Point[], view: View): Point[][] {
  const parts: Point[][] = [];
  let part: Point[] = [];
  for (let i = 1; i < points.length; i += 1) {
    const piece = clipSegment(points[i - 1] as Point, points[i] as Point, view);
    if (!piece) continue;
    const [from, to] = piece;
    const end = part[part.length - 1];
    if (end && end[0] === from[0] && end[1] === from[1]) {
      part.push(to);
    } else {
      part = [from, to];
      parts.push(part);
    }
  }
  return parts;
}

/** Cuts a segment to a box (Liang and Barsky 1984); its ends are kept as they are where they lie inside. */
function clipSegment(from: Point, to: Point, view: View): [Point, Point] | undefined {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return undefined;
  let enter = 0;
  let leave = 1;
  const edges: readonly Point[] = [
    [-dx, from[0] - view.x[0]],
    [dx, view.x[1] - from[0]],
    [-dy, from[1] - view.y[0]],
    [dy, view.y[1] - from[1]],
  ];
  for (const [direction, room] of edges) {
    if (direction === 0) {
      if (room < 0) return undefined;
    } else if (direction < 0) {
      enter = Math.max(enter, room / direction);
    } else {
      leave = Math.min(leave, room / direction);
    }
  }
  if (enter > leave) return undefined;
  return [
    enter === 0 ? from : [from[0] + enter * dx, from[1] + enter * dy],
    leave === 1 ? to : [from[0] + leave * dx, from[1] + leave * dy],
  ];
}
