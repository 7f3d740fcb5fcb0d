/** Formulas in x, read by hand: numbers, + - * / ^, brackets and a few functions. Nothing is ever run as code. */

export type Formula = (x: number) => number;
export type Parsed = { ok: true; f: Formula } | { ok: false; sentence: string };

export const LONGEST_FORMULA = 300;

const ONE: Readonly<Record<string, (a: number) => number>> = {
  sin: Math.sin, cos: Math.cos, tan: Math.tan, exp: Math.exp, log: Math.log, sqrt: Math.sqrt, abs: Math.abs,
  tanh: Math.tanh, sign: Math.sign, floor: Math.floor, relu: (a) => Math.max(0, a),
};
const TWO: Readonly<Record<string, (a: number, b: number) => number>> = { min: Math.min, max: Math.max };
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** What can be written, for a line under the field. */
export const VOCABULARY = `x, pi, e, + - * / ^, ${[...Object.keys(ONE), ...Object.keys(TWO)].join(", ")}`;

/** Reads a formula, or gives the sentence that says at which character it cannot be read. */
export function parseFormula(source: string): Parsed {
  if (source.length > LONGEST_FORMULA) return { ok: false, sentence: `The formula is longer than ${LONGEST_FORMULA} characters.` };
  if (source.trim() === "") return { ok: false, sentence: "Write a formula in x, such as sin(x) + x/5." };
  try {
    return { ok: true, f: new Reader(source).whole() };
  } catch (problem) {
    if (problem instanceof Misread) return { ok: false, sentence: problem.message };
    throw problem;
  }
}

class Misread extends Error {}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly source: string) {}

  whole(): Formula {
    const f = this.sum();
    if (this.peek() === ")") this.fail("there is a closing bracket too many");
    if (this.peek() !== "") this.fail(`an operator such as * is missing before “${this.word()}”`);
    return f;
  }

  private sum(): Formula {
    let left = this.product();
    for (;;) {
      const sign = this.peek();
      if (sign !== "+" && sign !== "-") return left;
      this.at += 1;
      const [a, b] = [left, this.product()];
      left = sign === "+" ? (x) => a(x) + b(x) : (x) => a(x) - b(x);
    }
  }

  private product(): Formula {
    let left = this.signed();
    for (;;) {
      const sign = this.peek();
      if ((sign !== "*" && sign !== "/") || this.isPower()) return left;
      this.at += 1;
      const [a, b] = [left, this.signed()];
      left = sign === "*" ? (x) => a(x) * b(x) : (x) => a(x) / b(x);
    }
  }

  private signed(): Formula {
    const sign = this.peek();
    if (sign !== "-" && sign !== "+") return this.power();
    this.at += 1;
    const inner = this.nested(() => this.signed());
    return sign === "-" ? (x) => -inner(x) : inner;
  }

  private power(): Formula {
    const base = this.atom();
    if (!this.isPower()) return base;
    this.at += this.source[this.at] === "^" ? 1 : 2;
    const exponent = this.nested(() => this.signed()); // 2^3^2 is 2^(3^2), and 2^-x reads as it stands
    return (x) => base(x) ** exponent(x);
  }

  private isPower(): boolean {
    return this.peek() === "^" || (this.peek() === "*" && this.source[this.at + 1] === "*");
  }

  private atom(): Formula {
    const next = this.peek();
    if (next === "(") return this.bracket();
    if (/[0-9.]/.test(next)) return this.number();
    if (/[A-Za-zπ]/.test(next)) return this.name();
    return this.fail(next === "" ? "the formula ends too early" : `“${next}” cannot stand here`);
  }

  private bracket(): Formula {
    this.at += 1;
    const inner = this.nested(() => this.sum());
    this.expect(")", "a closing bracket is missing");
    return inner;
  }

  private number(): Formula {
    const found = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(this.source.slice(this.at));
    const value = Number(found?.[0]);
    if (!found || !Number.isFinite(value)) return this.fail("this is no number");
    this.at += found[0].length;
    return () => value;
  }

  private name(): Formula {
    const from = this.at;
    const name = this.word();
    const key = name === "π" ? "pi" : name.toLowerCase();
    this.at += name.length;
    if (key === "x") return (x) => x;
    if (Object.hasOwn(CONSTANTS, key)) {
      const value = CONSTANTS[key]!;
      return () => value;
    }
    const one = Object.hasOwn(ONE, key) ? ONE[key] : undefined;
    const two = Object.hasOwn(TWO, key) ? TWO[key] : undefined;
    if (!one && !two) {
      this.at = from;
      return this.fail(`“${name}” is not known: write ${VOCABULARY}`);
    }
    this.expect("(", `${name} needs a bracket, as in ${name}(x)`);
    const first = this.nested(() => this.sum());
    if (two) {
      this.expect(",", `${name} needs two numbers, as in ${name}(x, 1)`);
      const second = this.nested(() => this.sum());
      this.expect(")", "a closing bracket is missing");
      return (x) => two(first(x), second(x));
    }
    this.expect(")", "a closing bracket is missing");
    return (x) => one!(first(x));
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > 60) return this.fail("the brackets are nested too deeply");
    const result = read();
    this.depth -= 1;
    return result;
  }

  private expect(sign: string, sentence: string): void {
    if (this.peek() !== sign) this.fail(sentence);
    this.at += 1;
  }

  private peek(): string {
    while (/\s/.test(this.source[this.at] ?? "")) this.at += 1;
    return this.source[this.at] ?? "";
  }

  private word(): string {
    return /^(π|[A-Za-z]+|.)/u.exec(this.source.slice(this.at))?.[0] ?? "";
  }

  private fail(sentence: string): never {
    throw new Misread(`At character ${this.at + 1}: ${sentence}.`);
  }
}
