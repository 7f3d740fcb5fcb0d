/** The stations, in the order of the rail. */

import { doctor } from "./doctor/index.ts";
import { draw } from "./draw/index.ts";
import { match } from "./match/index.ts";
import { regions } from "./regions/index.ts";
import { segments } from "./segments/index.ts";
import { slices } from "./slices/index.ts";
import type { Station } from "./station.ts";
import { tents } from "./tents/index.ts";
import { trace } from "./trace/index.ts";
import { train } from "./train/index.ts";

export const stations: readonly Station[] = [match, segments, draw, train, doctor, tents, trace, slices, regions];

/** Gives the station of this name. */
export function stationNamed(name: string): Station | undefined {
  return stations.find((each) => each.name === name);
}
