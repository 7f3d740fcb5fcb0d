/** A header with arrays in one piece of bytes, as Python sends frames and writes the lab's example files. */

const TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array } as const;

export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Frame {
  readonly header: Record<string, unknown>;
  readonly arrays: readonly Values[];
}

/** Reads a frame: the header's length (uint32), the header (JSON), and each array from a multiple of 8 bytes on. */
export function readFrame(buffer: ArrayBuffer): Frame {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Record<string, unknown>;
  let at = 4 + length;
  const arrays = (header.arrays as { type: keyof typeof TYPES; shape: number[] }[]).map(({ type, shape }) => {
    at = Math.ceil(at / 8) * 8;
    const array = new TYPES[type](buffer, at, shape.reduce((all, each) => all * each, 1));
    at += array.byteLength;
    return array;
  });
  return { header, arrays };
}
