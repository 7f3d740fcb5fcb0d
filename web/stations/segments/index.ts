/** Segments: a function of segments, one hinge each, by hand. */

import type { Station } from "../station.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, networkOf, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const segments: Station<State, Action> = {
  name: "segments", title, lead, text, hints, initial, advance, check, render, python, network: networkOf,
};
