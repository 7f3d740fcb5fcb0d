/** Regions: where a network is one formula, and which. */

import type { Station } from "../station.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const regions: Station<State, Action> = { name: "regions", title, lead, text, hints, initial, advance, check, render, python };
