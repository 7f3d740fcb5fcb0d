/** The units in which training sees the data, and the way back into the parameters; as the Python library's Scale. */

import type { Parameters } from "./start.ts";

export interface Spread {
  readonly offset: number;
  readonly size: number;
}

const PLAIN: Spread = { offset: 0, size: 1 };
const SMALLEST = 1e-150; // the inverse of a smaller spread overflows

/** Gives mean and standard deviation; equal values are moved to zero and scaled by their own size. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const list = Array.from(values);
  const equal = list.every((each) => each === list[0]);
  const offset = equal ? (list[0] ?? 0) : list.reduce((sum, each) => sum + each, 0) / list.length;
  const largest = list.reduce((most, each) => Math.max(most, Math.abs(each - offset)), 0); // taken out: no square underflows
  const safe = largest > SMALLEST ? largest : 1;
  const squares = list.reduce((sum, each) => sum + ((each - offset) / safe) ** 2, 0);
  const size = equal ? Math.abs(offset) : safe * Math.sqrt(squares / list.length);
  return { offset, size: size > SMALLEST ? size : 1 };
}

export class Scale {
  private constructor(readonly x: Spread, readonly y: Spread) {}

  /** Gives the scale of rows; without `standardize` it changes nothing. */
  static of(x: ArrayLike<number>, y: ArrayLike<number>, standardize: boolean): Scale {
    return standardize ? new Scale(spreadOf(x), spreadOf(y)) : new Scale(PLAIN, PLAIN);
  }

  ofX(values: ArrayLike<number>): Float64Array {
    return Float64Array.from(values, (each) => (each - this.x.offset) / this.x.size);
  }

  ofY(values: ArrayLike<number>): Float64Array {
    return Float64Array.from(values, (each) => (each - this.y.offset) / this.y.size);
  }

  /** Gives the parameters of the same function of the data as they are. */
  folded(parameters: Parameters): Parameters {
    const n = (parameters.length - 1) / 3;
    const result = Float64Array.from(parameters);
    for (let j = 0; j < n; j += 1) {
      result[j] = parameters[j]! / this.x.size;
      result[n + j] = parameters[n + j]! - this.x.offset * result[j]!;
      result[2 * n + j] = parameters[2 * n + j]! * this.y.size;
    }
    result[3 * n] = parameters[3 * n]! * this.y.size + this.y.offset;
    return result;
  }
}
