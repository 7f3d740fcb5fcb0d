/**
 * Exact decisions about float64 numbers. A float64 number is an integer times a power of two, so sums of products
 * are decided, and rounded once, in integers. It is used only where float64 arithmetic leaves a doubt.
 */

const view = new DataView(new ArrayBuffer(8));

/** Gives [m, e] with x = m * 2**e, exactly. */
function dyadic(x: number): [bigint, number] {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const power = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = power === 0 ? fraction : fraction | 0x10000000000000n;
  return [bits >> 63n ? -size : size, Math.max(power, 1) - 1075];
}

/** Gives m * 2**e rounded to float64 once (twice among subnormal numbers). */
function rounded(m: bigint, e: number): number {
  const size = m < 0n ? -m : m;
  const spare = size.toString(2).length - 64;
  if (spare > 0) {
    const top = size >> BigInt(spare);
    const sticky = top << BigInt(spare) === size ? 0n : 1n;
    return rounded((m < 0n ? -1n : 1n) * (top | sticky), e + spare);
  }
  const half = Math.trunc(e / 2);
  return Number(m) * 2 ** half * 2 ** (e - half);
}

/** Gives the sum of products of the factors, rounded once; 0 exactly where the sum is 0. */
export function exactSum(products: readonly (readonly number[])[]): number {
  const terms = products.map((factors) => {
    let m = 1n;
    let e = 0;
    for (const factor of factors) {
      const [fm, fe] = dyadic(factor);
      m *= fm;
      e += fe;
    }
    return [m, e] as const;
  }).filter(([m]) => m !== 0n);
  if (terms.length === 0) return 0;
  const least = terms.reduce((found, [, e]) => Math.min(found, e), Infinity);
  const total = terms.reduce((sum, [m, e]) => sum + (m << BigInt(e - least)), 0n);
  return total === 0n ? 0 : rounded(total, least);
}

/**
 * A running sum in twice the precision (Knuth's two-sum, Dekker's product): what it gives is as if computed with
 * about 32 digits and rounded once.
 */
export class DoubleSum {
  private high = 0;
  private low = 0;

  add(x: number): this {
    const sum = this.high + x;
    const part = sum - this.high;
    this.low += this.high - (sum - part) + (x - part);
    this.high = sum;
    return this;
  }

  /** Adds a * b. */
  addProduct(a: number, b: number): this {
    const product = a * b;
    this.add(product);
    const rest = productError(a, b, product);
    if (Number.isFinite(rest)) this.low += rest;
    return this;
  }

  get value(): number {
    return this.high + this.low;
  }
}

const SPLIT = 134217729; // 2**27 + 1

function productError(a: number, b: number, product: number): number {
  const ca = SPLIT * a;
  const a1 = ca - (ca - a);
  const a2 = a - a1;
  const cb = SPLIT * b;
  const b1 = cb - (cb - b);
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}
