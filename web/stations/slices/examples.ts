/** The example files of this station, which lie beside the lab's page and are fetched when it is opened. */

import { besideThePage } from "../files.ts";
import { type Frame, readFrame, type Values } from "./frame.ts";
import type { Layered } from "./exact.ts";
import type { Images } from "./local.ts";
import { type Many, readMany } from "./many-card.ts";
import { NAMES, type Name } from "./state.ts";

export interface Digits {
  readonly images: Images;
  readonly networks: Readonly<Record<Name, Layered>>;
}

let digits: Promise<Digits> | undefined;
let many: Promise<Many> | undefined;

export function fetchDigits(): Promise<Digits> {
  return (digits ??= besideThePage("slices-digits.bin").then((bytes) => readDigits(readFrame(bytes))));
}

export function fetchMany(): Promise<Many> {
  return (many ??= besideThePage("slices-many.bin").then((bytes) => readMany(readFrame(bytes))));
}

/** The images and their labels, then w, b, v and c of each network. */
export function readDigits({ header, arrays }: Frame): Digits {
  const { scale, shape } = header.answer as { scale: number; shape: [number, number] };
  const [pixels, labels] = arrays as [Uint8Array, Uint8Array];
  const networkAt = (first: number): Layered => {
    const [w, b, v, c] = arrays.slice(first, first + 4) as [Values, Values, Values, Values];
    return { inputs: w.length / b.length, units: b.length, outputs: c.length, w, b, v, c };
  };
  const networks = Object.fromEntries(NAMES.map((name, i) => [name, networkAt(2 + 4 * i)])) as Record<Name, Layered>;
  return { images: { pixels, labels, scale, shape }, networks };
}
