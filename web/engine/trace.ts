/** One input traced through a dense network, layer by layer, and the loss's gradients back. */

import { activate, derivative, LEAKY_SLOPE } from "./activations.ts";
import { EngineError } from "./errors.ts";
import { dotProducts, inputs, type Network } from "./network.ts";

export type TraceLoss = "mse" | "cross-entropy";

/** What one layer computes; the arrays are by unit. */
export interface LayerTrace {
  /** What the layer reads. */
  readonly input: readonly number[];
  /** x W, without the bias. */
  readonly dot: readonly number[];
  readonly bias: readonly number[];
  /** dot + bias. */
  readonly z: readonly number[];
  /** The activation of z: the layer's signature. */
  readonly a: readonly number[];
  /** The activation of `dot`: what this layer would give without its bias. */
  readonly withoutBias: readonly number[];
  /** The activation's derivative at z: 0 or 1 for relu. */
  readonly gate: readonly number[];
  readonly backward?: LayerGradient;
}

/** The loss's derivatives by a layer's numbers. */
export interface LayerGradient {
  readonly a: readonly number[];
  readonly z: readonly number[];
  /** By weights[input][unit]. */
  readonly weights: readonly (readonly number[])[];
  /** By the bias, which is that by z. */
  readonly bias: readonly number[];
}

export interface Trace {
  readonly layers: readonly LayerTrace[];
  readonly output: readonly number[];
  /** On/off bit (z > 0) of every unit of each hidden layer; a last layer with an activation counts as one. */
  readonly pattern: readonly (readonly boolean[])[];
  readonly loss?: number;
  /** Softmax of the output, with cross-entropy only. */
  readonly probabilities?: readonly number[];
  /** The loss's derivative by the input. */
  readonly inputGradient?: readonly number[];
}

/**
 * Traces a point. With a target also the backward pass: of the mean squared error over the outputs (a target for
 * each output), or of the cross-entropy of the outputs' softmax (the target is the class, from 0).
 */
export function trace(
  network: Network,
  point: readonly number[],
  target?: { readonly values: readonly number[] } | { readonly label: number },
): Trace {
  if (point.length !== inputs(network)) {
    throw new EngineError(`the network reads ${inputs(network)} numbers, not ${point.length}`);
  }
  const slope = network.slope ?? LEAKY_SLOPE;
  const layers: LayerTrace[] = [];
  let input: readonly number[] = point;
  network.weights.forEach((matrix, l) => {
    const name = network.activations[l]!;
    const bias = network.biases[l]!;
    const dot = dotProducts(matrix, input);
    const z = dot.map((each, j) => each + bias[j]!);
    const a = z.map((each) => activate(name, each, slope));
    const withoutBias = dot.map((each) => activate(name, each, slope));
    layers.push({ input, dot, bias, z, a, withoutBias, gate: z.map((each) => derivative(name, each, slope)) });
    input = a;
  });
  const hidden = network.activations.at(-1) === "linear" ? layers.slice(0, -1) : layers;
  const pattern = hidden.map((layer) => layer.z.map((each) => each > 0));
  if (!target) return { layers, output: input, pattern };
  const { loss, gradient, probabilities } = lossAt(input, target);
  const [backward, inputGradient] = backpropagated(network, layers, gradient);
  return { layers: backward, output: input, pattern, loss, inputGradient, ...(probabilities && { probabilities }) };
}

function lossAt(
  output: readonly number[],
  target: { readonly values: readonly number[] } | { readonly label: number },
): { loss: number; gradient: number[]; probabilities?: number[] } {
  const count = output.length;
  if ("values" in target) {
    if (target.values.length !== count) throw new EngineError(`the target has ${target.values.length} numbers for ${count} outputs`);
    const errors = output.map((each, j) => each - target.values[j]!);
    return { loss: errors.reduce((sum, e) => sum + e * e, 0) / count, gradient: errors.map((e) => (2 * e) / count) };
  }
  if (!Number.isInteger(target.label) || target.label < 0 || target.label >= count) {
    throw new EngineError(`the label ${target.label} is none of 0 to ${count - 1}`);
  }
  const most = Math.max(...output);
  const powers = output.map((each) => Math.exp(each - most));
  const total = powers.reduce((sum, each) => sum + each, 0);
  const probabilities = powers.map((each) => each / total);
  const loss = Math.log(total) + most - output[target.label]!;
  return { loss, probabilities, gradient: probabilities.map((p, j) => p - (j === target.label ? 1 : 0)) };
}

function backpropagated(network: Network, layers: LayerTrace[], gradient: number[]): [LayerTrace[], number[]] {
  const result: LayerTrace[] = [];
  let a = gradient;
  for (let l = layers.length - 1; l >= 0; l -= 1) {
    const layer = layers[l]!;
    const z = a.map((each, j) => each * layer.gate[j]!);
    const weights = layer.input.map((value) => z.map((each) => value * each));
    result.unshift({ ...layer, backward: { a, z, weights, bias: z } });
    a = network.weights[l]!.map((row) => row.reduce((sum, w, j) => sum + w * z[j]!, 0));
  }
  return [result, a];
}

