/** Answers for the golden vectors: reads cases that Python made, writes what the engine says (node golden.mjs IN OUT). */

import { readFileSync, writeFileSync } from "node:fs";

import * as engine from "../../engine/index.ts";

interface Cases {
  forward: { network: engine.Network; x: number[][] }[];
  functions: { network: engine.Network; probes: number[] }[];
  networks: { f: engine.PiecewiseLinear; interval: [number, number] | null }[];
  traces: { network: engine.Network; point: number[]; target: { values: number[] } | { label: number } }[];
  sources: engine.Network[];
  bricks: { tents: engine.Tent[]; depth: number };
  best: { x: number[]; y: number[]; units: number[]; loss: engine.Loss }[];
  training: Training[];
}

interface Training {
  x: number[];
  y: number[];
  start: number[];
  activation: engine.Activation;
  slope: number;
  rates: number[];
  batches: number[][] | null;
}

const [, , source = "", target = ""] = process.argv;
const cases = JSON.parse(readFileSync(source, "utf8")) as Partial<Cases>;

function trained(job: Training): unknown {
  const trainer = new engine.Trainer({ ...job, start: Float64Array.from(job.start) });
  const rows = job.batches?.map((batch) => Int32Array.from(batch));
  trainer.run(job.rates.length, (step) => job.rates[step]!, rows && ((step) => rows[step]!));
  return { parameters: [...trainer.parameters], loss: trainer.loss() };
}

function onnx(network: engine.Network): string {
  return Buffer.from(engine.toOnnx(network)).toString("base64");
}

const answers = {
  forward: cases.forward?.map(({ network, x }) => x.map((row) => engine.forward(network, row))),
  functions: cases.functions?.map(({ network, probes }) => {
    const f = engine.toFunction(network);
    return { f, at: [...engine.evaluateAll(f, probes)] };
  }),
  networks: cases.networks?.map(({ f, interval }) => engine.toNetwork(f, interval ?? undefined)),
  traces: cases.traces?.map((c) => engine.trace(c.network, c.point, c.target)),
  sources: cases.sources?.map(engine.toPython),
  onnx: cases.sources?.map(onnx),
  bricks: cases.bricks && {
    one: engine.tents(cases.bricks.tents, 1),
    two: engine.tents(cases.bricks.tents, 2),
    sawtooth: engine.sawtooth(cases.bricks.depth),
    square: engine.square(cases.bricks.depth),
    sine: engine.sineByHand(),
  },
  examples: cases.bricks && [...engine.CURVE_NAMES.map((name) => engine.example(name)), engine.spiral()],
  best: cases.best?.map((c) => c.units.map((units) => engine.bestUnits(c, units, c.loss))),
  training: cases.training?.map(trained),
  starts: cases.training?.map(({ x }) => {
    const rng = engine.random(1);
    const numbers = Array.from({ length: 64 }, () => rng.uniform());
    const next = (): engine.Uniform => {
      let at = 0;
      return () => numbers[at++]!;
    };
    const keras = engine.kerasStart(5, next());
    return { numbers, keras: [...keras], torch: [...engine.torchStart(5, next())], stratified: [...engine.stratified(keras, x, next())] };
  }),
};
writeFileSync(target, JSON.stringify(answers));
