/** Reading a binary frame: an answer with arrays, which lie in the message and are not copied. */

import type { Arrays } from "../stations/station.ts";

const ALIGNMENT = 8;
const LARGEST = 1e9; // bytes

interface Shape {
  type: keyof typeof KINDS;
  shape: number[];
}

/** What the server says of a question: its answer or a part of it, or a sentence. */
export interface Reply {
  id: unknown;
  answer?: unknown;
  error?: string;
  more?: boolean;
  superseded?: boolean;
}

const KINDS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

/** Gives what a message says, text or binary; undefined where it is none of ours. */
export function readReply(data: unknown): Reply | undefined {
  try {
    const reply = data instanceof ArrayBuffer ? readFrame(data) : JSON.parse(String(data));
    return typeof reply === "object" && reply !== null ? reply : undefined;
  } catch {
    return undefined;
  }
}

function readFrame(data: ArrayBuffer): Reply {
  const length = new DataView(data).getUint32(0, true);
  const { arrays, answer, ...rest } = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  let offset = 4 + length;
  const found = (arrays as Shape[]).map(({ type, shape }) => {
    const kind = KINDS[type];
    const size = shape.reduce((product, each) => product * each, 1);
    if (!(size * kind.BYTES_PER_ELEMENT <= LARGEST)) throw new RangeError("too large");
    const array = new kind(data, offset, size);
    offset += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
    return array;
  });
  const value: Arrays = { ...answer, arrays: found, shapes: (arrays as Shape[]).map(({ shape }) => shape) };
  return { ...rest, answer: value };
}
