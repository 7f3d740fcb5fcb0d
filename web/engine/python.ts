/** A network as a Python module that needs nothing but Python: the text of the library's `to_source(network)`. */

import { type Activation, LEAKY_SLOPE } from "./activations.ts";
import { inputs, type Network, outputs } from "./network.ts";
import { repr } from "./numbers.ts";

const MOST_TERMS = 100; // of a sum of units; past it loops are easier to read

const BODIES: Record<Exclude<Activation, "leaky_relu">, string> = {
  relu: "max(0.0, z)",
  linear: "z",
  tanh: "math.tanh(z)",
  sigmoid: "1.0 / (1.0 + math.exp(-z)) if z >= 0.0 else math.exp(z) / (1.0 + math.exp(z))",
  softplus: "max(0.0, z) + math.log1p(math.exp(-abs(z)))",
};

/** Gives the text of a module with the function f. */
export function toPython(network: Network): string {
  const simple = isSum(network);
  const used = network.activations.filter((name) => !(simple && (name === "linear" || name === "relu")));
  const functions = new Map(used.map((name) => [nameOf(name, network), bodyOf(name, network)]));
  const lines = [`# ${described(network)}`];
  if ([...functions.values()].some((body) => body.includes("math."))) lines.push("", "import math");
  for (const [name, body] of functions) lines.push("", "", `def ${name}(z):`, `    return ${body}`);
  lines.push("", "", ...(simple ? sum(network) : loops(network)));
  return `${lines.join("\n")}\n`;
}

function isSum(network: Network): boolean {
  return network.weights.length === 2 && inputs(network) === 1 && outputs(network) === 1
    && network.activations[1] === "linear" && network.biases[0]!.length <= MOST_TERMS;
}

function slopeOf(network: Network): number {
  return network.slope ?? LEAKY_SLOPE;
}

function nameOf(name: Activation, network: Network): string {
  if (name !== "leaky_relu") return name;
  return `leaky_relu_${repr(slopeOf(network)).replaceAll(".", "_").replaceAll("-", "m").replaceAll("+", "")}`;
}

function bodyOf(name: Activation, network: Network): string {
  return name === "leaky_relu" ? `z if z > 0.0 else ${repr(slopeOf(network))} * z` : BODIES[name];
}

function described(network: Network): string {
  const parts = network.activations.slice(0, -1).map((name, l) => counted(network.biases[l]!.length, `${name} unit`));
  const last = network.activations[network.activations.length - 1]!;
  const output = counted(outputs(network), last === "linear" ? "output" : `${last} output`);
  return `A network written by hinges: ${[counted(inputs(network), "input"), ...parts, output].join(", ")}.`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Gives the terms of a sum of coefficient times text, plus a constant, each with its sign. */
function terms(parts: readonly (readonly [number, string])[], constant: number): string[] {
  const texts: string[] = [];
  const push = (value: number, text: string): void => {
    texts.push(texts.length === 0 ? (value < 0 ? `-${text}` : text) : `${value < 0 ? "-" : "+"} ${text}`);
  };
  for (const [coefficient, text] of parts) {
    const size = Math.abs(coefficient);
    push(coefficient, size === 1 ? text : `${repr(size)} * ${text}`);
  }
  if (constant !== 0 || texts.length === 0) push(constant, repr(Math.abs(constant)));
  return texts;
}

function sum(network: Network): string[] {
  const [hidden, last] = network.weights;
  const units = hidden![0]!.map((weight, j): [number, string] => {
    const z = terms(weight === 0 ? [] : [[weight, "x"]], network.biases[0]![j]!).join(" ");
    return [last![j]![0]!, activated(z, network)];
  });
  return ["def f(x):", "    return (", ...terms(units, network.biases[1]![0]!).map((each) => `        ${each}`), "    )"];
}

function activated(z: string, network: Network): string {
  const name = network.activations[0]!;
  if (name === "relu") return `max(0.0, ${z})`;
  return name === "linear" ? `(${z})` : `${nameOf(name, network)}(${z})`;
}

function loops(network: Network): string[] {
  const lines = ["# Of each layer its activation, and of each unit the weights of its inputs and its bias.", "LAYERS = ["];
  network.weights.forEach((matrix, l) => {
    lines.push("    (", `        ${nameOf(network.activations[l]!, network)},`, "        [");
    network.biases[l]!.forEach((bias, j) => {
      lines.push(`            ([${matrix.map((row) => repr(row[j]!)).join(", ")}], ${repr(bias)}),`);
    });
    lines.push("        ],", "    ),");
  });
  const oneIn = inputs(network) === 1;
  const oneOut = outputs(network) === 1;
  const takes = oneIn ? "a number" : `a sequence of ${inputs(network)} numbers`;
  const gives = oneOut ? "a number" : `a list of ${outputs(network)} numbers`;
  return [
    ...lines,
    "]",
    "",
    "",
    "def f(x):",
    `    """Give the output, ${gives}, for x, ${takes}."""`,
    `    values = ${oneIn ? "[x]" : "list(x)"}`,
    "    for activation, units in LAYERS:",
    "        values = [",
    "            activation(sum(w * v for w, v in zip(weights, values, strict=True)) + bias)",
    "            for weights, bias in units",
    "        ]",
    `    return values${oneOut ? "[0]" : ""}`,
  ];
}
