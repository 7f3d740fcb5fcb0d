/** One station in one file: its template filled in, and its content read back. */

import { isFields, type Station } from "../stations/station.ts";

const ESCAPES: Record<string, string> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029" };

/** Gives JSON that may stand inside a script element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (letter) => ESCAPES[letter] ?? letter);
}

/** Gives the single file from its template. */
export function filled(template: string, station: Station, state: object): string {
  const parts: Record<string, string> = {
    TITLE: `${station.title} · hinges lab`, STATION: scriptJson({ station: station.name, state }),
  };
  return template.replace(/\{\{(TITLE|STATION)\}\}/g, (_, name: string) => parts[name] ?? "");
}

export interface Found {
  station: Station | undefined;
  state: object | undefined;
  problem: string;
}

/** Finds the station and state that a host was given; what is wrong is a sentence, and a start is there all the same. */
export function found(raw: unknown, stations: readonly Station[]): Found {
  const fallback = stations[0];
  if (!isFields(raw)) return { station: fallback, state: undefined, problem: "The content of this file is damaged. Here is a fresh start." };
  const station = stations.find((each) => each.name === raw.station);
  if (!station) return { station: fallback, state: undefined, problem: `There is no station “${String(raw.station).slice(0, 30)}” here.` };
  if (raw.state === undefined || raw.state === null || (isFields(raw.state) && Object.keys(raw.state).length === 0)) {
    return { station, state: undefined, problem: "" };
  }
  const state = station.check(raw.state);
  return typeof state === "string" ? { station, state: undefined, problem: state } : { station, state, problem: "" };
}
