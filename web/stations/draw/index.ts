/** Draw: any curve, the best network of N units for it, and what gradient descent finds. */

import type { Station } from "../station.ts";
import { traceNow } from "./doodle.ts";
import { pointsOf } from "./points.ts";
import { python } from "./python.ts";
import { bestNow } from "./results.ts";
import { type Action, advance, check, initial, type State } from "./state.ts";
import { hints, lead, text, title } from "./text.ts";
import { render } from "./view.ts";

export const draw: Station<State, Action> = {
  name: "draw",
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
    if (state.target.kind === "doodle") return traceNow(state.target, state.units).network;
    const points = pointsOf(state);
    return points.ok ? bestNow(points, state.loss, state.units).network : null;
  },
};
