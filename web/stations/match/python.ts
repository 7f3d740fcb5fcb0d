/** Match as Python. */

import { repr, toPython } from "../../engine/index.ts";
import { networkOf, targetOf, type State } from "./state.ts";

/** Gives the network as a module that compares itself with the target's corners. */
export function python(state: State): string {
  const { x, y } = targetOf(state);
  const corners = x.map((each, i) => `(${repr(each)}, ${repr(y[i]!)})`).join(", ");
  return `${toPython(networkOf(state))}

if __name__ == "__main__":
    for x, y in (${corners}):
        print(f"x = {x:.1f}   network {f(x):7.3f}   target {y:7.3f}   off by {abs(f(x) - y):.3f}")
`;
}
