/** Tents as Python: the network of the open chapter. */

import { repr, type Network } from "../../engine/index.ts";
import { networkOf, type State } from "./state.ts";

export function python(state: State): string {
  const [title, ...lines] = sourceOf(state);
  return `"""${title}"""

import hinges as hg

${lines.join("\n")}

print(network)
print(hg.to_function(network))
`;
}

function sourceOf(state: State): string[] {
  switch (state.chapter) {
    case "neuron":
      return ["One neuron.", ...matrices(networkOf(state))];
    case "sine":
      return [
        "A sine from two hidden layers of eight units, by hand.",
        `step = hg.sine_by_hand()[${state.step - 1}]`, "print(step.title)", "print(step.sentence)", "network = step.network",
      ];
    case "fold":
      return ["Each further layer folds the line, and the teeth double.", `network = hg.sawtooth(${state.depth})  # hidden layers`];
    case "tents":
      return tentLines(state);
  }
}

function tentLines(state: State): string[] {
  const [first] = state.tents;
  const where = state.layers === 1 ? "one hidden layer" : "two hidden layers";
  if (state.tents.length === 1 && first!.height !== 0) {
    const numbers = [first!.left, first!.apex, first!.right, first!.height].map(repr).join(", ");
    return [`A tent in ${where}.`, `network = hg.tent(${numbers}, layers=${state.layers})  # left, apex, right, height`];
  }
  return [`A sum of tents in ${where}.`, ...matrices(networkOf(state))];
}

/** weights[layer][input][unit] and biases, as they are. */
function matrices(network: Network): string[] {
  const row = (values: readonly number[]): string => `[${values.map(repr).join(", ")}]`;
  return [
    "weights = [  # of each layer a row for each input",
    ...network.weights.map((matrix) => `    [${matrix.map(row).join(", ")}],`),
    "]",
    "biases = [",
    ...network.biases.map((bias) => `    ${row(bias)},`),
    "]",
    "network = hg.Network.dense(weights, biases)",
  ];
}
