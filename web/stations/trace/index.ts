/** Trace: the way of one point through a network, number by number. */

import type { Station } from "../station.ts";
import { networkOf } from "./compute.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const trace: Station<State, Action> = {
  name: "trace",
  title,
  lead,
  text,
  hints,
  initial,
  advance,
  check,
  render,
  python,
  network: networkOf,
};
