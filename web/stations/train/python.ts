/** The Python that trains with the same settings from the same network, and the network that the page shows. */

import { type Network, repr, type Settings, settingsAt } from "../../engine/index.ts";
import { lanesOf, rowsOf, runOf } from "./lanes.ts";
import type { State } from "./state.ts";

/** Gives the network of the lane in hand at the step shown; computes up to there where that is still missing. */
export function networkAt(state: State, step = state.step): Network | null {
  const rows = rowsOf(state);
  if (!rows.ok) return null;
  const lanes = lanesOf(state);
  const { settings } = lanes[state.lane] ?? lanes[0]!;
  const run = runOf(rows, settings, state.changes, lanes.length);
  const here = run.step;
  run.go(step);
  const network = run.network();
  run.go(here);
  return network;
}

/** Gives source that runs with the library. */
export function python(state: State): string {
  const rows = rowsOf(state);
  if (!rows.ok) return `# There is nothing to learn yet. ${rows.sentence}\n`;
  const lanes = lanesOf(state);
  const { settings } = lanes[state.lane] ?? lanes[0]!;
  const stages = stagesOf(state, settings);
  const [begin, now] = [networkAt(state, 0)!, networkAt(state)!];
  return [
    ...(stages.length > 1 ? ["from dataclasses import replace", ""] : []),
    "import hinges",
    "",
    ...dataOf(state, rows.x, rows.y),
    "# The network with which the page begins; leave `start` out, and the seed draws another one.",
    `start = ${source(begin)}`,
    ...trainingOf(stages),
    `# The network that the page shows, after step ${state.step} of ${settings.steps}.`,
    `network = ${source(now)}`,
    "",
    'if __name__ == "__main__":',
    ...(stages.length > 1 ? [
      "    for training in trainings:",
      "        result = hinges.fit(data, replace(training, start=start))",
      "        start = result.network",
    ] : ["    result = hinges.fit(data, training)"]),
    '    print(f"loss {result.loss:.4g}: {result.status}")',
    ...seeds(state, settings, stages.length > 1),
    "",
  ].join("\n");
}

interface Stage {
  readonly settings: Settings;
  readonly steps: number;
}

/** What was changed on the way makes stages, each with the settings that held in it. */
function stagesOf({ changes }: State, settings: Settings): Stage[] {
  const ends = [...changes.map((each) => each.at), settings.steps].filter((at) => at <= settings.steps);
  return ends.map((end, k) => {
    const from = k === 0 ? 0 : ends[k - 1]!;
    return { settings: settingsAt(settings, changes, k === 0 ? 0 : from), steps: end - from };
  }).filter((stage) => stage.steps > 0);
}

function trainingOf(stages: readonly Stage[]): string[] {
  if (stages.length === 1) return ["# The rows come in another random order in Python; with batch_size=None all come at once.", `training = ${training(stages[0]!, true)}`];
  return [
    "# What was changed on the way makes stages. Each begins with an empty memory of the optimiser, and a cosine anew.",
    "trainings = [", ...stages.map((stage) => `    ${training(stage, false)},`), "]",
  ];
}

function training({ settings: s, steps }: Stage, started: boolean): string {
  const given = [
    `hidden=(${s.units},)`, `activation="${s.activation}"`, `init="${s.init}"`, `kinks="${s.kinks}"`, `standardize=${s.standardize ? "True" : "False"}`,
    `optimizer="${s.optimizer}"`, `learning_rate=${repr(s.learningRate)}`, `schedule="${s.schedule}"`, `steps=${steps}`,
    `batch_size=${s.batch === 0 ? "None" : s.batch}`, `l1=${repr(s.l1)}`, `l2=${repr(s.l2)}`, `validation=${repr(s.validation)}`, "relocate=False", `seed=${s.seed}`,
    ...(started ? ["start=start"] : []),
  ];
  return `hinges.Training(${given.join(", ")})`;
}

function seeds({ seeds: many }: State, { seed }: Settings, staged: boolean): string[] {
  if (many === 0 || staged) return [];
  return [
    `    from dataclasses import replace`,
    "",
    `    sweep = hinges.sweep(data, replace(training, start=None), seeds=range(${seed}, ${seed + many}))`,
    '    print(f"{sum(each.loss < 0.01 for each in sweep.results)} of {len(sweep.results)} seeds below .01")',
  ];
}

function dataOf({ target, noise }: State, x: readonly number[], y: readonly number[]): string[] {
  if (target.kind === "sine" && noise === 0) return ['data = hinges.example("sine")'];
  return [`data = hinges.Dataset(${wrapped(x)}, ${wrapped(y)})`];
}

function source({ weights, biases, activations }: Network): string {
  const matrices = weights.map((matrix) => list(matrix.map(row))).join(",\n     ");
  return `hinges.Network.dense(\n    [${matrices}],\n    [${biases.map(row).join(",\n     ")}],\n    "${activations[0]}",\n)`;
}

function row(values: readonly number[]): string {
  return list(values.map(repr));
}

function list(parts: readonly string[]): string {
  return `[${parts.join(", ")}]`;
}

function wrapped(values: readonly number[]): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 8) lines.push(`    ${values.slice(i, i + 8).map(repr).join(", ")},`);
  return `[\n${lines.join("\n")}\n]`;
}
