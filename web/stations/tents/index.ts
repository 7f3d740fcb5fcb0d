/** Tents: bricks of straight lines, and what depth does with them. */

import type { Station } from "../station.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, networkOf, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const tents: Station<State, Action> = {
  name: "tents", title, lead, text, hints, initial, advance, check, render, python, network: networkOf,
};
