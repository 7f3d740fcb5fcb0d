/** Gradient descent on the same points: as most people start it, and by the recipe that keeps the kinks inside the data. */

import {
  Batches, dense, kerasStart, type Network, random, stratified, Trainer, torchStart,
} from "../../engine/index.ts";
import type { Way } from "./state.ts";

export const STEPS = 50_000;
const BATCH = 32;
const CHUNK = 250;

export interface Descent {
  readonly steps: number;
  /** In the data's own units. */
  readonly network: Network;
  readonly mse: number;
  readonly largest: number;
  /** It ran into numbers that are not finite; the network is the last good one. */
  readonly diverged: boolean;
  readonly done: boolean;
}

/** Trains in chunks; yields the network as it is after each. The seed fixes start and batches. */
export function* descent(x: readonly number[], y: readonly number[], units: number, way: Way, seed: number): Generator<Descent, Descent> {
  const [across, up] = way === "recipe" ? [standard(x), standard(y)] : [PLAIN, PLAIN];
  const u = x.map((each) => (each - across.shift) / across.scale);
  const v = y.map((each) => (each - up.shift) / up.scale);
  const source = random(seed);
  const uniform = (): number => source.uniform();
  const start = way === "recipe" ? stratified(torchStart(units, uniform), u, uniform) : kerasStart(units, uniform);
  const trainer = new Trainer({ x: u, y: v, start });
  const batches = new Batches(x.length, BATCH, source);
  const rate = way === "recipe" ? (step: number): number => 0.005 * (1 + Math.cos((Math.PI * step) / STEPS)) : 1e-3;
  let latest = measured(inOwnUnits(trainer, across, up), x, y, 0);
  while (trainer.steps < STEPS) {
    trainer.run(CHUNK, rate, () => batches.next());
    const next = trainer.alive ? measured(inOwnUnits(trainer, across, up), x, y, trainer.steps) : undefined;
    if (!next || !Number.isFinite(next.mse)) return { ...latest, diverged: true, done: true };
    latest = next;
    yield latest;
  }
  return { ...latest, done: true };
}

interface Standard {
  readonly shift: number;
  readonly scale: number;
}

const PLAIN: Standard = { shift: 0, scale: 1 };

function standard(values: readonly number[]): Standard {
  const shift = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - shift) ** 2, 0) / values.length;
  return { shift, scale: Math.sqrt(variance) || 1 };
}

/** Folds the standardisation into the weights. */
function inOwnUnits(trainer: Trainer, x: Standard, y: Standard): Network {
  const { parameters: p, units: n } = trainer;
  const list = (from: number, each: (value: number, j: number) => number): number[] =>
    Array.from({ length: n }, (_, j) => each(p[from + j]!, j));
  const weights = list(0, (w) => w / x.scale);
  const biases = list(n, (b, j) => b - p[j]! * (x.shift / x.scale));
  const coefficients = list(2 * n, (c) => c * y.scale);
  return dense([[weights], coefficients.map((c) => [c])], [biases, [p[3 * n]! * y.scale + y.shift]]);
}

function measured(network: Network, x: readonly number[], y: readonly number[], steps: number): Descent {
  const [weights, coefficients] = [network.weights[0]![0]!, network.weights[1]!];
  const [biases, constant] = [network.biases[0]!, network.biases[1]![0]!];
  let [sum, largest] = [0, 0];
  x.forEach((each, i) => {
    let value = constant;
    for (let j = 0; j < weights.length; j += 1) value += Math.max(0, each * weights[j]! + biases[j]!) * coefficients[j]![0]!;
    const error = Math.abs(value - y[i]!);
    sum += error * error;
    largest = Math.max(largest, error);
  });
  return { steps, network, mse: sum / x.length, largest, diverged: false, done: false };
}
