/** Doctor: why a network does not fit its data, with the evidence, and its repair. */

import { dense } from "../../engine/index.ts";
import type { Station } from "../station.ts";
import { denseOf } from "./answers.ts";
import { python } from "./python.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const doctor: Station<State, Action> = {
  name: "doctor",
  title,
  lead,
  text,
  hints,
  initial,
  advance,
  check,
  render,
  python,
  network(state) {
    const own = denseOf(state.network, {});
    return own && dense(own.weights, own.biases, own.activations);
  },
};
