/** For Python's tests: of a station's states, the Python source and what its plot shows at these places. */

import { readFileSync, writeFileSync } from "node:fs";
import { evaluateAll, toFunction } from "../../engine/index.ts";
import cases from "../../stations/doctor/examples/cases.json";
import { learn } from "../../stations/doctor/answers.ts";
import { doctor } from "../../stations/doctor/index.ts";
import { segments } from "../../stations/segments/index.ts";
import { tents } from "../../stations/tents/index.ts";
import type { Station } from "../../stations/station.ts";

const STATIONS: Readonly<Record<string, Station>> = { doctor: doctor as unknown as Station, segments: segments as unknown as Station, tents: tents as unknown as Station };
learn(cases);
const [, , from = "", to = ""] = process.argv;
const asked = JSON.parse(readFileSync(from, "utf8")) as { station: string; states: unknown[]; x: number[] };
const station = STATIONS[asked.station]!;

writeFileSync(to, JSON.stringify(asked.states.map((raw) => {
  const state = station.check(raw);
  if (typeof state === "string") throw new Error(state);
  const network = station.network?.(state);
  return { source: station.python(state), y: network ? Array.from(evaluateAll(toFunction(network), asked.x)) : [] };
})));
