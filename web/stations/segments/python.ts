/** Segments as Python: the network by its numbers, its function, its hinges. */

import { repr } from "../../engine/index.ts";
import { type State, unitsOf } from "./state.ts";

export function python(state: State): string {
  const { units, b0 } = unitsOf(state);
  const row = (key: "v" | "b" | "w"): string => units.map((unit) => repr(unit[key])).join(", ");
  return `"""A polyline from ${units.length === 1 ? "one ReLU" : `${units.length} ReLUs, one hinge a segment`}."""

import hinges as hg

v = [${row("v")}]  # weights of the units
b = [${row("b")}]  # their biases
w = [${row("w")}]  # output weights
b0 = ${repr(b0)}  # output bias

network = hg.Network.dense([[v], [[each] for each in w]], [b, [b0]])
f = hg.to_function(network)

for hinge in network.hinges():
    print(f"{hinge.coefficient:g} R({hinge.weight:g} x + {hinge.bias:g})")
print("vertices:", f.breakpoints, f.values)
print("at x = ${repr(state.at)}:", network(${repr(state.at)}))
`;
}
