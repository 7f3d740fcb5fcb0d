/**
 * Random numbers that a seed reproduces on every machine: sfc32 (Chris Doty-Humphrey's PractRand), its state filled
 * from the seed by splitmix32. They are not NumPy's numbers: the same seed gives others in Python.
 */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2**-53. */
  uniform(low?: number, high?: number): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
  /** A whole number from 0 up to, without, `below`. */
  integer(below: number): number;
  /** 0, ..., count - 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array;
  /** Gives where the sequence stands, for `load`. */
  save(): Int32Array;
  /** Goes on from where a sequence stood. */
  load(place: Int32Array): void;
}

export function random(seed: number): Random {
  const state = new Int32Array(4);
  let mixed = (Math.trunc(seed) | 0) ^ Math.trunc(seed / 2 ** 32);
  for (let i = 0; i < 3; i += 1) {
    mixed = (mixed + 0x9e3779b9) | 0;
    let z = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  state[3] = 1;
  for (let i = 0; i < 12; i += 1) next();

  function next(): number {
    const [a, b, c, counter] = state as unknown as [number, number, number, number];
    const result = (((a + b) | 0) + counter) | 0;
    state[3] = (counter + 1) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  const unit = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const integer = (below: number): number => Math.floor(unit() * below);
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * unit(),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    integer,
    save: () => state.slice(),
    load: (place) => state.set(place),
    permutation(count) {
      const order = Int32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i -= 1) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
