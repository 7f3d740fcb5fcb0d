/**
 * A dense network as an .onnx file in float64: Gemm and activations, as the Python library writes it. The file is
 * protocol-buffer messages, written by hand; field numbers are those of onnx.proto3.
 */

import { type Activation, LEAKY_SLOPE } from "./activations.ts";
import { inputs, type Matrix, type Network, outputs } from "./network.ts";

const OPSET = 18;
const IR_VERSION = 9;
const DOUBLE = 11;
const OPERATORS: Record<Exclude<Activation, "leaky_relu">, string> = {
  linear: "Identity", relu: "Relu", tanh: "Tanh", sigmoid: "Sigmoid", softplus: "Softplus",
};

type Bytes = Uint8Array;

/** Gives the bytes of the file: input "x" (rows, inputs), one output (rows, outputs). */
export function toOnnx(network: Network): Uint8Array<ArrayBuffer> {
  const nodes: Bytes[] = [];
  const tensors: Bytes[] = [];
  let value = "x";
  const add = (kind: string, sources: string[], name: string, attributes: Bytes[] = []): void => {
    const result = `v${nodes.length + 1}`;
    const names = [...sources.map((each) => text(1, each)), text(2, result), text(3, name), text(4, kind)];
    nodes.push(message(1, [...names, ...attributes]));
    value = result;
  };
  network.weights.forEach((matrix, l) => {
    tensors.push(message(5, matrixTensor(`W${l}`, matrix)), message(5, tensor(`b${l}`, [network.biases[l]!.length], network.biases[l]!)));
    add("Gemm", [value, `W${l}`, `b${l}`], `dense_${l}`);
    const kind = network.activations[l]!;
    if (kind === "linear" && l === network.weights.length - 1) return;
    if (kind !== "leaky_relu") {
      add(OPERATORS[kind], [value], `${kind}_${l}`);
      return;
    }
    const slope = network.slope ?? LEAKY_SLOPE;
    if (Math.fround(slope) === slope) {
      add("LeakyRelu", [value], `${kind}_${l}`, [message(5, [text(1, "alpha"), float(2, slope), whole(20, 1)])]);
    } else {
      tensors.push(message(5, tensor(`slope${l}`, [1], [slope]))); // the attribute of LeakyRelu is float32
      add("PRelu", [value, `slope${l}`], `${kind}_${l}`);
    }
  });
  const ends = [message(11, valueInfo("x", inputs(network))), message(12, valueInfo(value, outputs(network)))];
  const graph = message(7, [...nodes, text(2, "network"), ...tensors, ...ends]);
  const opset = message(8, [text(1, ""), whole(2, OPSET)]);
  return joined([whole(1, IR_VERSION), text(2, "hinges"), graph, opset]);
}

function matrixTensor(name: string, matrix: Matrix): Bytes[] {
  return tensor(name, [matrix.length, matrix[0]!.length], matrix.flat());
}

function tensor(name: string, shape: readonly number[], numbers: readonly number[]): Bytes[] {
  const data = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((each, i) => data.setFloat64(8 * i, each, true));
  return [...shape.map((size) => whole(1, size)), whole(2, DOUBLE), text(8, name), field(9, new Uint8Array(data.buffer))];
}

function valueInfo(name: string, columns: number): Bytes[] {
  const shape = message(2, [message(1, [text(2, "rows")]), message(1, [whole(1, columns)])]);
  return [text(1, name), message(2, [message(1, [whole(1, DOUBLE), shape])])];
}

function joined(parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function message(number: number, parts: readonly Bytes[]): Bytes {
  return field(number, joined(parts));
}

function field(number: number, bytes: Bytes): Bytes {
  return joined([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function text(number: number, value: string): Bytes {
  return field(number, new TextEncoder().encode(value));
}

function whole(number: number, value: number): Bytes {
  return joined([varint(number * 8), varint(value)]);
}

function float(number: number, value: number): Bytes {
  const data = new DataView(new ArrayBuffer(4));
  data.setFloat32(0, value, true);
  return joined([varint(number * 8 + 5), new Uint8Array(data.buffer)]);
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Uint8Array.from([...bytes, value]);
}
