/** The stations as the page knows them before they are opened: each is loaded when it is asked for. */

import type { Station } from "./station.ts";

export interface Entry {
  readonly name: string;
  readonly title: string;
  load(): Promise<Station>;
}

export const entries: readonly [Entry, ...Entry[]] = [
  { name: "match", title: "Match", load: () => import("./match/index.ts").then((from) => from.match as Station) },
  { name: "segments", title: "Segments", load: () => import("./segments/index.ts").then((from) => from.segments as Station) },
  { name: "draw", title: "Draw", load: () => import("./draw/index.ts").then((from) => from.draw as Station) },
  { name: "train", title: "Train", load: () => import("./train/index.ts").then((from) => from.train as Station) },
  { name: "doctor", title: "Doctor", load: () => import("./doctor/index.ts").then((from) => from.doctor as Station) },
  { name: "tents", title: "Tents", load: () => import("./tents/index.ts").then((from) => from.tents as Station) },
  { name: "trace", title: "Trace", load: () => import("./trace/index.ts").then((from) => from.trace as Station) },
  { name: "slices", title: "Slices", load: () => import("./slices/index.ts").then((from) => from.slices as Station) },
  { name: "regions", title: "Regions", load: () => import("./regions/index.ts").then((from) => from.regions as Station) },
];

/** Gives an entry of a station that is there already. */
export function entryOf(station: Station): Entry {
  return { name: station.name, title: station.title, load: () => Promise.resolve(station) };
}
