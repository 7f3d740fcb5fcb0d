/** States as links and files: versioned, checked when they come back, and never trusted. */

import type { Entry } from "../stations/entries.ts";
import { isCommit, isFields, play, type Action, type Station } from "../stations/station.ts";

const VERSION = 1;
const MOST_IN_LINK = 8000; // characters of a hash; longer ones break in mail and chat
const MOST_ACTIONS = 2000;

export interface Place {
  /** The station to show, where the link names one that there is. */
  station?: Station;
  /** The state it gives; without one, the station stays as it is. */
  state?: object;
  /** What is wrong with the link, as a sentence. */
  problem?: string;
}

/** Gives the hash of a station's state, "" where it is too long for a link. */
export function hashOf(station: Station, state: object): string {
  const hash = `#v${VERSION}/${station.name}/${encoded(state)}`;
  return hash.length > MOST_IN_LINK ? "" : hash;
}

/** Gives the hash that plays recorded actions. */
export function hashOfActions(station: Station, actions: readonly Action[]): string {
  return `#v${VERSION}/${station.name}/actions=${encoded(actions)}`;
}

/** Reads a hash, "#v1/match", "#v1/match/STATE", "#v1/match/actions=LIST", and loads the station that it names. */
export async function readHash(hash: string, stations: readonly Entry[]): Promise<Place> {
  if (hash === "" || hash === "#") return {};
  const [version = "", name = "", ...rest] = hash.slice(1).split("/");
  if (!/^v\d+$/.test(version)) return { problem: "This link is damaged: it does not begin as a link of the lab does. Here is a fresh start." };
  if (version !== `v${VERSION}`) {
    return { problem: `This link is of version ${version.slice(1, 9)}, which this lab does not know (it reads version ${VERSION}). Here is a fresh start.` };
  }
  const station = await stations.find((each) => each.name === name)?.load();
  if (!station) return { problem: `There is no station “${name.slice(0, 30)}” here. These are: ${stations.map((each) => each.title).join(", ")}.` };
  const written = rest.join("/");
  if (written === "") return { station };
  return { station, ...contentOf(station, written) };
}

function contentOf(station: Station, written: string): Pick<Place, "state" | "problem"> {
  const damaged = "This link is damaged, so its state cannot be read. Here is a fresh start.";
  if (written.length > 100_000) return { problem: damaged };
  try {
    if (written.startsWith("actions=")) return played(station, decoded(written.slice("actions=".length)));
    return checked(station, decoded(written));
  } catch {
    return { problem: damaged };
  }
}

function checked(station: Station, raw: unknown): Pick<Place, "state" | "problem"> {
  const state = station.check(raw);
  return typeof state === "string" ? { problem: `This link cannot be shown: ${state} Here is a fresh start.` } : { state };
}

/** Plays a list of actions from outside; each state on the way is the station's own, so only the kinds are checked. */
function played(station: Station, raw: unknown): Pick<Place, "state" | "problem"> {
  if (!Array.isArray(raw) || raw.length > MOST_ACTIONS || !raw.every((each) => isFields(each) && typeof each.kind === "string")) {
    return { problem: "This link's list of actions is damaged. Here is a fresh start." };
  }
  return checked(station, play(station, (raw as Action[]).filter((each) => !isCommit(each))));
}

/** Gives the place of a station in a state that another station made. */
export async function placeOf(name: string, raw: object, stations: readonly Entry[]): Promise<Place> {
  const station = await stations.find((each) => each.name === name)?.load();
  if (!station) return { problem: `There is no station “${name.slice(0, 30)}” here.` };
  const state = station.check(raw);
  return typeof state === "string" ? { station, problem: `${station.title} cannot open this: ${state}` } : { station, state };
}

/** Gives the text of a state's file. */
export function fileOf(station: Station, state: object): string {
  return `${JSON.stringify({ hinges: VERSION, station: station.name, state }, null, 1)}\n`;
}

/** Reads a state's file. */
export async function readFile(content: string, stations: readonly Entry[]): Promise<Place> {
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch {
    return { problem: "That file is no saved state of the lab: it is not JSON." };
  }
  if (!isFields(raw) || raw.hinges === undefined) return { problem: "That file is no saved state of the lab." };
  if (raw.hinges !== VERSION) return { problem: `That file is of version ${String(raw.hinges).slice(0, 9)}; this lab reads version ${VERSION}.` };
  const { station: name } = raw;
  const station = await stations.find((each) => each.name === name)?.load();
  if (!station) return { problem: `That file belongs to a station that is not here: “${String(name).slice(0, 30)}”.` };
  const state = station.check(raw.state);
  return typeof state === "string" ? { station, problem: `That file cannot be shown: ${state}` } : { station, state };
}

/** Writes JSON in the letters that a link may hold. */
export function encoded(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Reads what `encoded` wrote; anything else throws. */
export function decoded(written: string): unknown {
  if (!/^[\w-]*$/.test(written)) throw new Error("not a link's letters");
  const letters = atob(written.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}
