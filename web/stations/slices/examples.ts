/** The example files of this station, which lie beside the lab's page and are fetched when it is opened. */

import { arraysBesideThePage } from "../files.ts";
import type { Arrays } from "../station.ts";
import type { Layered } from "./exact.ts";
import type { Images } from "./local.ts";
import { type Many, readMany } from "./many-card.ts";
import { NAMES, type Name } from "./state.ts";

type Numbers = Arrays["arrays"][number];

export interface Digits {
  readonly images: Images;
  readonly networks: Readonly<Record<Name, Layered>>;
}

let digits: Promise<Digits> | undefined;
let many: Promise<Many> | undefined;

export function fetchDigits(): Promise<Digits> {
  return (digits ??= arraysBesideThePage("slices-digits.bin").then(readDigits));
}

export function fetchMany(): Promise<Many> {
  return (many ??= arraysBesideThePage("slices-many.bin").then(readMany));
}

/** The images and their labels, then w, b, v and c of each network. */
export function readDigits({ arrays, scale, shape }: Arrays): Digits {
  const [pixels, labels] = arrays as [Uint8Array, Uint8Array];
  const networkAt = (first: number): Layered => {
    const [w, b, v, c] = arrays.slice(first, first + 4) as [Numbers, Numbers, Numbers, Numbers];
    return { inputs: w.length / b.length, units: b.length, outputs: c.length, w, b, v, c };
  };
  const networks = Object.fromEntries(NAMES.map((name, i) => [name, networkAt(2 + 4 * i)])) as Record<Name, Layered>;
  return { images: { pixels, labels, scale: scale as number, shape: shape as [number, number] }, networks };
}
