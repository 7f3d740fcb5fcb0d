/** The Python that gives the same slices. */

import { PANELS, type Reference, type State } from "./state.ts";

const KEYS = { kinks: "found.kinks", bend: "found.bend.max(axis=1)", swing: "found.move.max(axis=1)" } as const;

/** Gives source that runs with the library alone; in place of uploaded files it names ones to be put there. */
export function python(state: State): string {
  const { sort, page, base, line, show, model, data } = state;
  const digits = "example" in model;
  const order = sort === "position" ? "range(network.inputs)" : `np.argsort(-${KEYS[sort]}, kind="stable")`;
  return [
    ...(digits ? ["from importlib.resources import files", ""] : []),
    "import numpy as np",
    "",
    "import hinges",
    "",
    `network = hinges.load(${digits ? `str(files("hinges.lab") / "networks" / "${model.example}.npz")` : '"model.onnx"'})${digits ? "" : "  # the file that you brought"}`,
    `data = ${dataOf(data)}`,
    `base = ${base === null ? "data.x.mean(axis=0)" : `data.x[${base}]`}`,
    ...(digits ? ["low, high = np.zeros(network.inputs), np.ones(network.inputs)"] : RANGES),
    "",
    "# Every feature moved by itself: kinks, bend and movement, and the order of the panels.",
    "found = hinges.sweep_features(network, base, low=low, high=high)",
    `features = [int(j) for j in ${order}][${page * PANELS} : ${(page + 1) * PANELS}]`,
    "slices = [found.slice(j) for j in features]",
    `between = hinges.slice_along(network, hinges.Line.between(data.x[${line[0]}], data.x[${line[1]}]))`,
    "",
    'if __name__ == "__main__":',
    "    for j, one in zip(features, slices):",
    '        print(f"feature {j}: {found.kinks[j]} kinks, bend {found.bend[j].max():.3g}, swing {found.move[j].max():.3g}")',
    ...(show.kind === "unit" ? [`        print("  unit:", one.unit(hinges.Unit(${show.layer}, ${show.index}))[1])`] : []),
    ...(show.kind === "output" ? [`        print("  output ${show.index}:", one.function(${show.index}))`] : []),
    '    print(f"between the two images: {len(between.owners)} kinks, {int(between.silent.sum())} of them silent")',
    "",
  ].join("\n");
}

const RANGES = [
  "low, high = data.x.min(axis=0), data.x.max(axis=0)",
  "low, high = np.where(low < high, low, low - 0.5), np.where(low < high, high, high + 0.5)",
];

function dataOf(data: Reference): string {
  return "example" in data ? `hinges.example("${data.example}")` : 'hinges.Dataset.read("data.csv")  # the file that you brought';
}
