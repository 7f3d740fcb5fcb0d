/** The Python that traces the same point through the same network. */

import { repr } from "../../engine/index.ts";
import { networkOf } from "./compute.ts";
import type { State } from "./state.ts";

/** Gives source that runs with the library alone. */
export function python(state: State): string {
  const { weights, biases, activations } = networkOf(state);
  const lines = [
    "import hinges",
    "",
    "network = hinges.Network.dense(",
    `    [${weights.map((matrix) => `[${matrix.map(list).join(", ")}]`).join(", ")}],`,
    `    [${biases.map(list).join(", ")}],`,
    `    [${activations.map((name) => `"${name}"`).join(", ")}],`,
    ")",
    `point = ${list(state.point)}`,
    "trace = hinges.trace(network, point)",
    "",
    'if __name__ == "__main__":',
    "    for number, layer in enumerate(trace.layers):",
    '        print(f"layer {number}")',
    '        print("  v W          ", layer.dot)',
    '        print("  z = v W + b  ", layer.z)',
    '        print("  a            ", layer.a)',
    '        print("  without bias ", layer.without_bias)',
    '    print("pattern", trace.pattern)',
  ];
  return `${lines.join("\n")}\n`;
}

function list(values: readonly number[]): string {
  return `[${values.map(repr).join(", ")}]`;
}
