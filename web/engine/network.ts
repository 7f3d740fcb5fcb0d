/** Dense networks as plain JSON: matrices, biases, and one activation a layer. */

import { type Activation, ACTIVATIONS, activate, LEAKY_SLOPE } from "./activations.ts";
import { EngineError, finite } from "./errors.ts";

/** weights[layer][input][unit]: `z = x W + b`, as in Keras and scikit-learn. */
export type Matrix = readonly (readonly number[])[];

export interface Network {
  readonly weights: readonly Matrix[];
  readonly biases: readonly (readonly number[])[];
  /** One a layer; the last one belongs to the output. */
  readonly activations: readonly Activation[];
  /** Of leaky_relu below zero. */
  readonly slope?: number;
}

/** The address of one number: the weight from `input` to `unit` of a layer, or that unit's bias (`input` null). */
export interface Parameter {
  readonly layer: number;
  readonly kind: "weight" | "bias";
  readonly input: number | null;
  readonly unit: number;
}

/** One term of a hinge sum: coefficient * relu(weight * x + bias). */
export interface Hinge {
  readonly weight: number;
  readonly bias: number;
  readonly coefficient: number;
}

/** Gives a network after checking it; one activation's name is for the hidden layers, the output is then linear. */
export function dense(
  weights: readonly Matrix[],
  biases: readonly (readonly number[])[],
  activation: Activation | readonly Activation[] = "relu",
  slope?: number,
): Network {
  if (weights.length === 0 || weights.length !== biases.length) {
    throw new EngineError(`there are ${biases.length} biases for ${weights.length} weight matrices`);
  }
  weights.forEach((matrix, layer) => checkLayer(matrix, biases[layer]!, weights[layer - 1], layer));
  const names = typeof activation === "string" ? weights.map(() => activation) : [...activation];
  if (typeof activation === "string") names[names.length - 1] = "linear";
  else if (names.length === weights.length - 1) names.push("linear");
  if (names.length !== weights.length || names.some((name) => !ACTIVATIONS.includes(name))) {
    throw new EngineError(`the activations ${names.join(", ")} do not fit ${weights.length} layers`);
  }
  return slope === undefined ? { weights, biases, activations: names } : { weights, biases, activations: names, slope };
}

function checkLayer(matrix: Matrix, bias: readonly number[], before: Matrix | undefined, layer: number): void {
  const units = matrix[0]?.length ?? 0;
  if (units === 0) throw new EngineError(`weights[${layer}] is empty: a layer needs an input and a unit`);
  if (before && before[0]!.length !== matrix.length) {
    throw new EngineError(`weights[${layer}] has ${matrix.length} rows for the ${before[0]!.length} units before it`);
  }
  if (bias.length !== units) throw new EngineError(`biases[${layer}] has ${bias.length} entries for ${units} units`);
  matrix.forEach((row, i) => {
    if (row.length !== units) throw new EngineError(`weights[${layer}] is ragged at row ${i}`);
    row.forEach((w, j) => finite(w, `weights[${layer}][${i}][${j}]`));
  });
  bias.forEach((b, j) => finite(b, `biases[${layer}][${j}]`));
}

export function inputs(network: Network): number {
  return network.weights[0]!.length;
}

export function outputs(network: Network): number {
  return network.biases[network.biases.length - 1]!.length;
}

/** Gives how many units each hidden layer has. */
export function hiddenUnits(network: Network): number[] {
  return network.biases.slice(0, -1).map((bias) => bias.length);
}

/** Gives the dot products of a layer, x W, without the bias. */
export function dotProducts(matrix: Matrix, x: ArrayLike<number>): number[] {
  const result = new Array<number>(matrix[0]!.length).fill(0);
  matrix.forEach((row, i) => {
    const value = x[i]!;
    for (let j = 0; j < row.length; j += 1) result[j]! += value * row[j]!;
  });
  return result;
}

export interface LayerValues {
  readonly z: number[];
  readonly a: number[];
}

/** Gives the pre-activations z and activations a of every layer for one input. */
export function layerValues(network: Network, x: ArrayLike<number>): LayerValues[] {
  if (x.length !== inputs(network)) {
    throw new EngineError(`the network reads ${inputs(network)} numbers, not ${x.length}`);
  }
  let value = x;
  return network.weights.map((matrix, layer) => {
    const bias = network.biases[layer]!;
    const z = dotProducts(matrix, value).map((dot, j) => dot + bias[j]!);
    const a = z.map((each) => activate(network.activations[layer]!, each, network.slope ?? LEAKY_SLOPE));
    value = a;
    return { z, a };
  });
}

/** Gives the output for one input. */
export function forward(network: Network, x: ArrayLike<number>): number[] {
  return layerValues(network, x).at(-1)!.a;
}

/** Gives one output of a network of one input at a number. */
export function valueAt(network: Network, x: number, output = 0): number {
  return forward(network, [x])[output]!;
}

/** Gives one output of a network of one input at many numbers. */
export function valuesAt(network: Network, x: ArrayLike<number>, output = 0): Float64Array {
  return Float64Array.from(x, (each) => valueAt(network, each, output));
}

/** Gives the address of every weight and bias, layer by layer, in Python's order. */
export function parameters(network: Network): Parameter[] {
  return network.weights.flatMap((matrix, layer) => [
    ...matrix.flatMap((row, input) => row.map((_, unit): Parameter => ({ layer, kind: "weight", input, unit }))),
    ...matrix[0]!.map((_, unit): Parameter => ({ layer, kind: "bias", input: null, unit })),
  ]);
}

/** Gives the value of a parameter. */
export function parameterValue(network: Network, p: Parameter): number {
  const value = p.kind === "bias" ? network.biases[p.layer]?.[p.unit] : network.weights[p.layer]?.[p.input!]?.[p.unit];
  if (value === undefined) throw new EngineError(`the network has no ${p.kind} of layer ${p.layer}, unit ${p.unit}`);
  return value;
}

/** Gives the network in which one parameter is `value`. */
export function withParameter(network: Network, p: Parameter, value: number): Network {
  parameterValue(network, p);
  finite(value, "value");
  if (p.kind === "bias") {
    const biases = network.biases.map((bias, l) => (l === p.layer ? bias.with(p.unit, value) : bias));
    return { ...network, biases };
  }
  const changed = (matrix: Matrix): Matrix => matrix.map((row, i) => (i === p.input ? row.with(p.unit, value) : row));
  return { ...network, weights: network.weights.map((matrix, l) => (l === p.layer ? changed(matrix) : matrix)) };
}

/** Whether it has one input, one hidden layer of this activation, and linear outputs. */
export function isOneLayer(network: Network, hidden: Activation = "relu"): boolean {
  return network.weights.length === 2 && inputs(network) === 1
    && network.activations[0] === hidden && network.activations[1] === "linear";
}

/** Gives the network of one hidden layer that is the sum of the hinges and the output bias. */
export function fromHinges(hinges: readonly Hinge[], outputBias = 0, activation: Activation = "relu"): Network {
  if (hinges.length === 0) return fromHinges([{ weight: 1, bias: 0, coefficient: 0 }], outputBias, activation);
  const weights = [[hinges.map((h) => h.weight)], hinges.map((h) => [h.coefficient])];
  return dense(weights, [hinges.map((h) => h.bias), [outputBias]], activation);
}

/** Gives the terms of a network of one input and one hidden layer. */
export function hingesOf(network: Network, output = 0): Hinge[] {
  if (network.weights.length !== 2 || inputs(network) !== 1) {
    throw new EngineError("only a network of one input and one hidden layer is a sum of hinges");
  }
  const [hidden, last] = network.weights;
  return hidden![0]!.map((weight, j) => ({ weight, bias: network.biases[0]![j]!, coefficient: last![j]![output]! }));
}

/** Gives where a hinge bends, NaN where its weight is 0. */
export function kinkOf(hinge: Hinge): number {
  return hinge.weight === 0 ? NaN : -hinge.bias / hinge.weight + 0;
}

/** Gives how much the slope grows at the kink. */
export function slopeChangeOf(hinge: Hinge): number {
  return hinge.coefficient * Math.abs(hinge.weight);
}
