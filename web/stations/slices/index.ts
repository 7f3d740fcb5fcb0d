/** Slices: exact curves of an image network, one pixel at a time, and why they are so straight. */

import type { Station } from "../station.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const slices: Station<State, Action> = { name: "slices", title, lead, text, hints, initial, advance, check, render, python };
