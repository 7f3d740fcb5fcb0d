/** Train: networks that learn before one's eyes, their kinks falling like rain. */

import type { Station } from "../station.ts";
import { networkAt, python } from "./python.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const train: Station<State, Action> = {
  name: "train",
  title,
  lead,
  text,
  hints,
  initial,
  advance,
  check,
  render,
  python,
  network: (state) => networkAt(state),
};
