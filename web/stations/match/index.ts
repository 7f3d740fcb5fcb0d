/** The station Match. */

import type { Station } from "../station.ts";
import { python } from "./python.ts";
import { advance, check, initial, networkOf, type Action, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const match: Station<State, Action> = {
  name: "match", title, lead, text, hints, initial, advance, check, render, python, network: (state) => networkOf(state),
};
