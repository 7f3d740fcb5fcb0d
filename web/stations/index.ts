/** The stations, in the order of the rail. */

import { match } from "./match/index.ts";
import type { Station } from "./station.ts";

export const stations: readonly Station[] = [match];

/** Gives the station of this name. */
export function stationNamed(name: string): Station | undefined {
  return stations.find((each) => each.name === name);
}
