/** The stations, in the order of the rail. */

import type { Station } from "./station.ts";

export const stations: readonly Station[] = [];

/** Gives the station of this name. */
export function stationNamed(name: string): Station | undefined {
  return stations.find((each) => each.name === name);
}
