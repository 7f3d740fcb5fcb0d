/** What a plot can show. A scene is a list of layers in drawing order; the plot keeps each by its id and changes it in place. */

import type { Series } from "./clip.ts";
import type { Colour } from "./colour.ts";

interface Common {
  /** The same id in the next scene means the same thing, changed. */
  id: string;
  colour?: Colour;
}

/** An exact polyline by its vertices, with rays where it has outer slopes. */
export interface CurveLayer extends Common, Series {
  kind: "curve";
  /** line: a result. target: wide and grey. glow: a wide shine (with `only`, of a stretch). ghost: faint. dash: a comparison. */
  look?: "line" | "thin" | "target" | "glow" | "ghost" | "dash";
  /** Draws only the stretch with x in here. */
  only?: readonly [number, number];
  /** A click on this curve adds a point (see the plot's onAdd). */
  addable?: boolean;
}

/** The area between two graphs of one grid; without `y2`, between the graph and zero. */
export interface AreaLayer extends Common {
  kind: "area";
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  y2?: ArrayLike<number>;
}

/** Data points; thousands are one path. */
export interface PointsLayer extends Common {
  kind: "points";
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Diameter in pixels. */
  size?: number;
  look?: "dot" | "ring" | "cross";
}

/** Vertical sticks, such as residuals. */
export interface SticksLayer extends Common {
  kind: "sticks";
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  y2: ArrayLike<number>;
}

/** Straight lines right across the plot, such as where a hinge sits. */
export interface RuleLayer extends Common {
  kind: "rule";
  x?: number | readonly number[];
  y?: number | readonly number[];
  look?: "line" | "dash" | "tick";
}

/** A shaded stretch of one axis, such as the interval of one unit. */
export interface BandLayer extends Common {
  kind: "band";
  x?: readonly [number, number];
  y?: readonly [number, number];
}

/** A word at a place in the data, kept inside the picture. */
export interface LabelLayer extends Common {
  kind: "label";
  x: number;
  y: number;
  text: string;
  anchor?: "start" | "middle" | "end";
  /** Pixels away from the place, to the right and up. */
  shift?: readonly [number, number];
}

/** An arrow, such as a step of gradient descent or a way through a plane. */
export interface ArrowLayer extends Common {
  kind: "arrow";
  from: readonly [number, number];
  to: readonly [number, number];
}

/** A heat map: values of a grid, row 0 at the bottom, drawn under everything else. */
export interface FieldLayer extends Common {
  kind: "field";
  columns: number;
  rows: number;
  /** Row by row; each from -1 (negative colour) over 0 (nothing) to 1 (positive colour, or `colour` where it is given). */
  values: ArrayLike<number>; // give a new array for new values
  x: readonly [number, number];
  y: readonly [number, number];
}

/** What a person drags or moves with the arrow keys. */
export interface HandleLayer extends Common {
  kind: "handle";
  x: number;
  y: number;
  /** Its accessible name: "hinge of unit 1". */
  label: string;
  /** What it says about where it is; without, its coordinates. */
  text?: string;
  axis?: "x" | "y" | "both";
  /** What positions are rounded to, and how far an arrow key moves it. */
  step?: number | { x?: number; y?: number };
  bounds?: { x?: readonly [number, number]; y?: readonly [number, number] };
  shape?: "ring" | "dot" | "diamond" | "tick";
  onMove?(x: number, y: number): void;
  /** The gesture (a drag, or a run of key presses) begins and is over: one step of undo lies between. */
  onStart?(): void;
  onEnd?(): void;
  /** Delete key or double click. */
  onDelete?(): void;
  onHover?(active: boolean): void;
}

export type Mark =
  | CurveLayer | AreaLayer | PointsLayer | SticksLayer | RuleLayer | BandLayer | LabelLayer | ArrowLayer;
export type Layer = Mark | FieldLayer | HandleLayer;
