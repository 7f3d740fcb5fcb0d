/** What Python found: the regions as polygons, and what is needed to read one at a place. */

import type { Tiles } from "../../kit/index.ts";
import { isFields } from "../station.ts";
import type { State, View } from "./state.ts";

/** One dense layer; the first reads (s, t). */
export interface PlaneLayer {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  readonly activation: string;
}

export interface Found {
  readonly tiles: Tiles;
  readonly counts: { readonly activation: number; readonly linear: number };
  readonly certified: boolean;
  readonly certificate: string;
  readonly bounds: View;
  /** How many of the hidden layers cut the plane. */
  readonly depth: number;
  /** The units of every hidden layer. */
  readonly hidden: readonly number[];
  readonly inputs: number;
  readonly outputs: number;
  /** How many formulas a region has: the outputs, or the units of the last layer that cuts. */
  readonly formulas: number;
  readonly rows: number | null;
  /** The linear region of each region. */
  readonly linear: Int32Array;
  /** The class of each region, 255 where several lie in it; absent where a later layer decides. */
  readonly classes: Uint8Array | undefined;
  /** Where the class changes: s0, t0, s1, t1 of each line, from 0 to 1 within the bounds. */
  readonly ties: Float32Array;
  /** Whether all layers could be followed for that. */
  readonly bent: boolean;
  /** Absent for networks that are no chain of dense layers, or very large. */
  readonly layers: readonly PlaneLayer[] | undefined;
  readonly slope: number;
  /** In place of the layers: three rows (1, s, t) of formulas of each region, and its pattern, eight units in a byte. */
  readonly maps: Float64Array | undefined;
  readonly bits: Uint8Array | undefined;
  /** Whose the bits are: hidden layer and unit. */
  readonly units: readonly (readonly [number, number])[];
  /** Origin and two directions in the space of the inputs. */
  readonly base: Float64Array | undefined;
  /** Rows of the data in this plane. */
  readonly points: Float64Array | undefined;
  readonly labels: Uint8Array | undefined;
}

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Gives an answer as what was found; anything else is an error. */
export function foundOf(answer: unknown): Found {
  if (!isFields(answer) || !Array.isArray(answer.parts) || !Array.isArray(answer.arrays)) throw new Error("This is no answer about regions.");
  const given = answer as Record<string, unknown> & { parts: string[]; arrays: Numbers[] };
  const part = <A extends Numbers>(name: string): A | undefined => given.arrays[given.parts.indexOf(name)] as A | undefined;
  const bounds = given.bounds as unknown as View;
  const { counts, certified, certificate, depth, hidden, inputs, outputs, formulas, rows, bent, slope, units } = given as unknown as Found;
  const activations = given.activations as string[];
  const layers = activations.map((activation, k) => ({ activation, weights: part<Float64Array>(`weights${k}`)!, bias: part<Float64Array>(`bias${k}`)! }));
  return {
    tiles: {
      vertices: part("vertices")!, corners: part("corners")!, starts: part("starts")!,
      box: { x: [bounds[0], bounds[1]], y: [bounds[2], bounds[3]] },
    },
    counts, certified, certificate, bounds, depth, hidden, inputs, outputs, formulas, rows, bent, slope: slope ?? 0, units,
    linear: part("linear")!, classes: part("classes"), ties: part("ties")!,
    layers: layers.length > 0 ? layers : undefined,
    maps: part("maps"), bits: part("bits"), base: part("base"), points: part("points"), labels: part("labels"),
  };
}

/** Gives the question that a state asks. */
export function questionOf({ network, data, plane, view, depth }: State): { kind: "regions"; [argument: string]: unknown } {
  const bare = (material: State["network"] | NonNullable<State["data"]>): object => ("example" in material ? { example: material.example } : { upload: material.upload });
  return { kind: "regions", network: bare(network), data: data && bare(data), plane, bounds: view, depth };
}
