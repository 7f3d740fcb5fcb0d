/** The Python that gives the network shown, its error and its certified bounds. */

import { repr } from "../../engine/index.ts";
import { type Doodle, traceNow } from "./doodle.ts";
import { pointsOf } from "./points.ts";
import { bestNow } from "./results.ts";
import type { State } from "./state.ts";

/** Gives source that runs with the library alone. */
export function python(state: State): string {
  if (state.target.kind === "doodle") return doodlePython(state.target, state.units);
  const points = pointsOf(state);
  if (!points.ok) return `# There is nothing to fit yet. ${points.sentence}\n`;
  const { network, size } = bestNow(points, state.loss, state.units);
  const [weights, biases] = [network.weights, network.biases];
  return [
    "import numpy as np",
    "",
    "import hinges",
    "",
    ...data(state, points.x, points.y),
    "",
    `# The best network of ${size} ${size === 1 ? "unit" : "units"} that the page found: ${"kinks at -bias / weight"}.`,
    "network = hinges.Network.dense(",
    `    [${matrix(weights[0]!)}, ${matrix(weights[1]!)}],`,
    `    [${list(biases[0]!)}, ${list(biases[1]!)}],`,
    ")",
    "residuals = network(x[:, None])[:, 0] - y",
    `error = ${state.loss === "mse" ? "np.mean(residuals**2)" : "np.max(np.abs(residuals))"}`,
    "",
    'if __name__ == "__main__":',
    `    bounds = hinges.best_error((x, y), units=${size}, loss="${state.loss}")  # certified in rational arithmetic`,
    '    print(f"this network {error:.6g}; no network of its size is below {bounds.lower:.6g}")',
    "",
  ].join("\n");
}

function doodlePython(doodle: Doodle, units: number): string {
  const { network } = traceNow(doodle, units);
  const [weights, biases] = [network.weights, network.biases];
  return [
    "import numpy as np",
    "",
    "import hinges",
    "",
    `x = np.array(${wrapped(doodle.x)})`,
    `y = np.array(${wrapped(doodle.y)})`,
    "t = np.linspace(0, 1, len(x))  # how far along the way",
    "",
    "# What the page found: one input, two outputs, kinks at -bias.",
    "network = hinges.Network.dense(",
    `    [${matrix(weights[0]!)}, ${matrix(weights[1]!)}],`,
    `    [${list(biases[0]!)}, ${list(biases[1]!)}],`,
    ")",
    "data = hinges.Dataset(t, np.stack([x, y], axis=1))",
    "error = np.mean((network(t) - data.y) ** 2)",
    "",
    'if __name__ == "__main__":',
    `    best = hinges.fit(data, hinges.Best(pieces=${units}))  # with shared breakpoints`,
    '    print(f"this network {error:.6g}; the library found {best.loss:.6g}, and none is below {best.bounds.lower:.6g}")',
    "",
  ].join("\n");
}

function data(state: State, x: readonly number[], y: readonly number[]): string[] {
  if (state.target.kind === "sine") return ['data = hinges.example("sine")', "x, y = data.x[:, 0], data.y[:, 0]"];
  return [`x = np.array(${wrapped(x)})`, `y = np.array(${wrapped(y)})`];
}

function list(values: readonly number[]): string {
  return `[${values.map(repr).join(", ")}]`;
}

function matrix(rows: readonly (readonly number[])[]): string {
  return `[${rows.map(list).join(", ")}]`;
}

function wrapped(values: readonly number[]): string {
  if (values.length <= 8) return list(values);
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 8) lines.push(`    ${values.slice(i, i + 8).map(repr).join(", ")},`);
  return `[\n${lines.join("\n")}\n]`;
}
