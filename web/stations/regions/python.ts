/** The Python that finds the same regions. */

import { repr } from "../../engine/index.ts";
import type { State } from "./state.ts";

/** Gives source that runs with the library alone (and the files that were brought, by their names). */
export function python(state: State): string {
  const { network, data, plane, depth, point } = state;
  const file = (material: { name: string }): string => JSON.stringify(material.name);
  const lines = ["from importlib.resources import as_file, files", "", "import numpy as np", "", "import hinges", ""];
  if ("example" in network) {
    lines.push(`with as_file(files("hinges.lab") / "networks" / "${network.example}.npz") as path:`, "    network = hinges.load(path)");
  } else lines.push(`network = hinges.load(${file(network)})`);
  if (depth !== null) {
    lines.push(
      "hidden = network.hidden_nodes",
      `if ${depth} < len(hidden):  # the first layers alone`,
      `    last = next(i for i, node in enumerate(network.nodes) if node is hidden[${depth - 1}])`,
      "    network = hinges.Network(network.nodes[: last + 1], network.inputs)",
    );
  }
  if (data && (plane.kind !== "inputs" || !state.view)) lines.push("example" in data ? `x = hinges.example("${data.example}").x` : `x = hinges.Dataset.read(${file(data)}).x`);
  lines.push(...planeOf(state), ...boundsOf(state));
  lines.push(
    "found = hinges.regions(network, plane, bounds=bounds)",
    `point = [${point.map(repr).join(", ")}]`,
    "",
    'if __name__ == "__main__":',
    '    print(found.count("activation"), "activation regions,", found.count("linear"), "linear regions;", found.certificate)',
    "    region = found.find(point)",
    "    matrix, offset = found.affine(region)",
    '    print("at", point, "the outputs are", offset, "+ (s, t) @", matrix)',
    '    print("pattern", found.patterns[region].astype(int))',
  );
  return `${lines.join("\n")}\n`;
}

function planeOf({ plane, data }: State): string[] {
  if (plane.kind === "inputs") return ["plane = hinges.Plane.inputs()"];
  if (plane.kind === "samples") return [`plane = hinges.Plane.through(${plane.rows.map((row) => `x[${row}]`).join(", ")})`];
  const base = !data ? "[0.0] * network.inputs" : plane.row === null ? "x.mean(axis=0)" : `x[${plane.row}]`;
  return [
    `origin = np.array(${base})`,
    `origin[[${plane.features.join(", ")}]] = 0.0`,
    `plane = hinges.Plane(origin, *np.eye(len(origin))[[${plane.features.join(", ")}]])`,
  ];
}

/** The lab's first view is where the data lie, with a tenth around them. */
function boundsOf({ view, plane, data }: State): string[] {
  if (view) return [`bounds = (${view.map(repr).join(", ")})`];
  if (plane.kind === "samples") return ["bounds = (-0.5, 1.5, -0.5, 1.5)"];
  if (!data) return ["bounds = (-1.0, 1.0, -1.0, 1.0)"];
  const columns = plane.kind === "features" ? plane.features : [0, 1];
  return [
    `columns = x[:, [${columns.join(", ")}]]`,
    "low, high = columns.min(axis=0), columns.max(axis=0)",
    ...(plane.kind === "inputs" ? ["low, high = (low + high) / 2 - max(high - low) / 2, (low + high) / 2 + max(high - low) / 2"] : []),
    "room = np.where(high > low, 0.1 * (high - low), 0.5)",
    "bounds = (low[0] - room[0], high[0] + room[0], low[1] - room[1], high[1] + room[1])",
  ];
}
