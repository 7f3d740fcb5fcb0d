/** The Python that diagnoses and repairs the same network. */

import { repr } from "../../engine/index.ts";
import { type Diagnosis, exampleOf, isMissing } from "./answers.ts";
import type { DataRef, NetworkRef, State } from "./state.ts";

/** Gives source that runs with the library alone (and the two files, where they were opened). */
export function python(state: State): string {
  if (isMissing(state)) return "# This example is not fetched yet: open Doctor first.\n";
  const loss = lossOf(state);
  const judged = loss === undefined ? ", loss=loss" : loss === "mse" ? "" : `, loss="${loss}"`;
  const found = loss === undefined ? ['loss = "cross-entropy" if network.outputs > 1 and data.y.shape[1] == 1 else "mse"'] : [];
  const lines = ["import hinges", "", ...network(state.network), ...rows(state.data), ...found, `diagnosis = hinges.diagnose(network, data${judged})`];
  if (state.repair !== null) lines.push(`repair = hinges.repair(network, data${judged})`);
  lines.push("", 'if __name__ == "__main__":', "    print(diagnosis)");
  if (state.repair !== null) lines.push("    print(repair)", "    # hinges.save(repair.network, \"repaired.npz\")");
  return `${lines.join("\n")}\n`;
}

function network(ref: NetworkRef): string[] {
  if ("upload" in ref) return [`network = hinges.load(${text(ref.name)})`];
  const { weights, biases, activations } = "example" in ref ? exampleOf(ref.example)!.diagnosis.network.dense! : ref;
  return [
    "network = hinges.Network.dense(",
    `    [${weights.map(list).join(", ")}],`,
    `    [${biases.map(list).join(", ")}],`,
    `    [${activations.map((name) => `"${name}"`).join(", ")}],`,
    ")",
  ];
}

function rows(ref: DataRef): string[] {
  if ("upload" in ref) return [`data = hinges.Dataset.read(${text(ref.name)})`];
  const data = "example" in ref ? exampleOf(ref.example)!.data : ref;
  return ["example" in data ? `data = hinges.example("${data.example}")` : `data = hinges.Dataset(${list(data.x)}, ${list(data.y)})`];
}

/** Gives the loss that a state is judged by; undefined where that hangs on what is in a file. */
function lossOf({ network, data }: State): Diagnosis["loss_name"] | undefined {
  if ("upload" in network || "upload" in data) return undefined;
  if ("example" in data) return exampleOf(data.example)!.diagnosis.loss_name;
  const biases = "example" in network ? exampleOf(network.example)!.diagnosis.network.dense!.biases : network.biases;
  const outputs = biases[biases.length - 1]!.length;
  const labels = data.y.map((each) => (typeof each === "number" ? each : each.length === 1 ? each[0]! : NaN));
  return outputs > 1 && labels.every((each) => Number.isInteger(each) && each >= 0 && each < outputs) ? "cross-entropy" : "mse";
}

type Nested = readonly (number | Nested)[];

function list(values: Nested): string {
  return `[${values.map((each) => (typeof each === "number" ? repr(each) : list(each))).join(", ")}]`;
}

/** Gives a text of Python; nothing in a file's name ends it. */
function text(name: string): string {
  return JSON.stringify(name).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
