/** Training of one hidden layer, one input, one output on the mean squared error, in float64: Adam, SGD, RMSprop. */

import { type Activation, activate, derivative, LEAKY_SLOPE } from "../activations.ts";
import { EngineError } from "../errors.ts";
import { dense, type Network } from "../network.ts";
import type { Parameters } from "./start.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const DECAY = 0.9; // of rmsprop
const EPSILON = 1e-7; // Keras's

export const OPTIMIZERS = ["adam", "sgd", "rmsprop"] as const;
export type Optimizer = (typeof OPTIMIZERS)[number];

/** How a step is made from the gradient; `l1` and `l2` cost weights, not biases. */
export interface Descending {
  readonly optimizer: Optimizer;
  readonly l1: number;
  readonly l2: number;
}

/** Everything that the next steps depend on. */
export interface TrainerPlace {
  readonly steps: number;
  readonly parameters: Float64Array;
  readonly mean: Float64Array;
  readonly square: Float64Array;
  readonly powers: readonly [number, number];
}

export interface TrainerOptions {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Row weights, of mean 1. */
  readonly weights?: ArrayLike<number>;
  /** 3 * units + 1 parameters: weights, biases, coefficients, output bias. */
  readonly start: Parameters;
  readonly activation?: Activation;
  readonly slope?: number;
  readonly descending?: Partial<Descending>;
}

/** A training run; equal to the Python library's steps on the same start, rows and rates. */
export class Trainer {
  readonly units: number;
  /** Weights, biases, coefficients and output bias, as they are now. */
  readonly parameters: Float64Array;
  steps = 0;
  /** The mean squared error of the last step's rows, before the step. */
  batchLoss = NaN;
  private descending: Descending;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly w: Float64Array;
  private readonly all: Int32Array;
  private readonly activation: Activation;
  private readonly slope: number;
  private readonly gradient: Float64Array;
  private readonly mean: Float64Array;
  private readonly square: Float64Array;
  private readonly hidden: Float64Array;
  private readonly gate: Float64Array;
  private power1 = 1;
  private power2 = 1;

  constructor(options: TrainerOptions) {
    this.x = Float64Array.from(options.x);
    this.y = Float64Array.from(options.y);
    if (this.x.length !== this.y.length || this.x.length === 0) {
      throw new EngineError(`y has ${this.y.length} rows where x has ${this.x.length}`);
    }
    const weights = options.weights;
    this.w = weights ? Float64Array.from(weights) : new Float64Array(this.x.length).fill(1);
    this.units = (options.start.length - 1) / 3;
    if (!Number.isInteger(this.units) || this.units < 1) throw new EngineError("start must hold 3 numbers a unit and one more");
    this.activation = options.activation ?? "relu";
    this.slope = options.slope ?? LEAKY_SLOPE;
    this.descending = { optimizer: "adam", l1: 0, l2: 0, ...options.descending };
    this.all = Int32Array.from(this.x, (_, i) => i);
    this.parameters = Float64Array.from(options.start);
    [this.gradient, this.mean, this.square] = [0, 0, 0].map(() => new Float64Array(this.parameters.length)) as Three;
    this.hidden = new Float64Array(this.units);
    this.gate = new Float64Array(this.units);
  }

  /** Descends otherwise from now on; another optimizer begins with an empty memory. */
  change(changes: Partial<Descending>): void {
    const before = this.descending.optimizer;
    this.descending = { ...this.descending, ...changes };
    if (this.descending.optimizer === before) return;
    this.mean.fill(0);
    this.square.fill(0);
    this.power1 = this.power2 = 1;
  }

  /** Takes one step on these rows (all of them unless given). */
  step(rate: number, rows: Int32Array = this.all): void {
    const sum = this.activation === "relu" ? this.reluGradient(rows) : this.anyGradient(rows);
    this.batchLoss = sum / rows.length;
    const { gradient: g } = this;
    for (let i = 0; i < g.length; i += 1) g[i]! /= rows.length;
    this.penalise();
    if (this.descending.optimizer === "adam") this.adam(rate);
    else if (this.descending.optimizer === "rmsprop") this.rmsprop(rate);
    else for (let i = 0; i < g.length; i += 1) this.parameters[i]! -= rate * g[i]!;
    this.steps += 1;
  }

  /** Gives everything that the next steps depend on, for `load`. */
  save(): TrainerPlace {
    return {
      steps: this.steps, parameters: this.parameters.slice(), mean: this.mean.slice(), square: this.square.slice(),
      powers: [this.power1, this.power2],
    };
  }

  /** Goes on from a place of this run. */
  load(place: TrainerPlace): void {
    this.steps = place.steps;
    this.parameters.set(place.parameters);
    this.mean.set(place.mean);
    this.square.set(place.square);
    [this.power1, this.power2] = place.powers;
  }

  /** Takes steps; `rate` is a number or a function of the step from 0, `batches` gives each one's rows. */
  run(steps: number, rate: number | ((step: number) => number), batches?: (step: number) => Int32Array): void {
    for (let i = 0; i < steps; i += 1) {
      const at = this.steps;
      this.step(typeof rate === "number" ? rate : rate(at), batches?.(at));
    }
  }

  /** The mean squared error over all rows. */
  loss(): number {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < this.x.length; i += 1) {
      const error = this.output(this.x[i]!) - this.y[i]!;
      sum += this.w[i]! * error * error;
      total += this.w[i]!;
    }
    return sum / total;
  }

  /** Whether every parameter is still a finite number. */
  get alive(): boolean {
    return this.parameters.every(Number.isFinite);
  }

  output(x: number): number {
    const { parameters: p, units: n } = this;
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += activate(this.activation, x * p[j]! + p[n + j]!, this.slope) * p[2 * n + j]!;
    return sum + p[3 * n]!;
  }

  network(): Network {
    const n = this.units;
    const part = (from: number, to: number): number[] => [...this.parameters.subarray(from, to)];
    const weights = [[part(0, n)], part(2 * n, 3 * n).map((c) => [c])];
    return dense(weights, [part(n, 2 * n), part(3 * n, 3 * n + 1)], this.activation, this.slope);
  }

  private penalise(): void {
    const { l1, l2 } = this.descending;
    if (l1 === 0 && l2 === 0) return;
    const { parameters: p, gradient: g, units: n } = this;
    for (let i = 0; i < 3 * n; i += 1) {
      if (i < n || i >= 2 * n) g[i]! += l1 * Math.sign(p[i]!) + 2 * l2 * p[i]!;
    }
  }

  private adam(rate: number): void {
    const { parameters: p, gradient: g, mean: m, square: s } = this;
    this.power1 *= BETA1;
    this.power2 *= BETA2;
    const c1 = 1 - this.power1;
    const c2 = 1 - this.power2;
    for (let i = 0; i < p.length; i += 1) {
      const slope = g[i]!;
      m[i] = (1 - BETA1) * slope + BETA1 * m[i]!;
      s[i] = (1 - BETA2) * slope * slope + BETA2 * s[i]!;
      p[i]! -= rate * ((m[i]! / c1) / (Math.sqrt(s[i]! / c2) + EPSILON));
    }
  }

  private rmsprop(rate: number): void {
    const { parameters: p, gradient: g, square: s } = this;
    for (let i = 0; i < p.length; i += 1) {
      const slope = g[i]!;
      s[i] = (1 - DECAY) * slope * slope + DECAY * s[i]!;
      p[i]! -= (rate * slope) / Math.sqrt(s[i]! + EPSILON);
    }
  }

  /** Sums the gradient over rows; gives the sum of their squared errors. */
  private reluGradient(rows: Int32Array): number {
    const { parameters: p, gradient: g, units: n, hidden, x, y, w } = this;
    const b = n, c = 2 * n, d = 3 * n;
    g.fill(0);
    let squares = 0;
    for (let k = 0; k < rows.length; k += 1) {
      const i = rows[k]!;
      const t = x[i]!;
      let sum = 0;
      for (let j = 0; j < n; j += 1) {
        const z = t * p[j]! + p[b + j]!;
        const a = z > 0 ? z : 0;
        hidden[j] = a;
        sum += a * p[c + j]!;
      }
      const error = sum + p[d]! - y[i]!;
      const pull = 2 * w[i]! * error;
      squares += w[i]! * error * error;
      g[d]! += pull;
      for (let j = 0; j < n; j += 1) {
        const a = hidden[j]!;
        if (!(a > 0)) continue;
        const toZ = pull * p[c + j]!;
        g[c + j]! += pull * a;
        g[b + j]! += toZ;
        g[j]! += toZ * t;
      }
    }
    return squares;
  }

  private anyGradient(rows: Int32Array): number {
    const { parameters: p, gradient: g, units: n, hidden, gate, x, y, w, activation, slope } = this;
    const b = n, c = 2 * n, d = 3 * n;
    g.fill(0);
    let squares = 0;
    for (let k = 0; k < rows.length; k += 1) {
      const i = rows[k]!;
      const t = x[i]!;
      let sum = 0;
      for (let j = 0; j < n; j += 1) {
        const z = t * p[j]! + p[b + j]!;
        const a = activate(activation, z, slope);
        hidden[j] = a;
        gate[j] = derivative(activation, z, slope);
        sum += a * p[c + j]!;
      }
      const error = sum + p[d]! - y[i]!;
      const pull = 2 * w[i]! * error;
      squares += w[i]! * error * error;
      g[d]! += pull;
      for (let j = 0; j < n; j += 1) {
        const toZ = pull * p[c + j]! * gate[j]!;
        g[c + j]! += pull * hidden[j]!;
        g[b + j]! += toZ;
        g[j]! += toZ * t;
      }
    }
    return squares;
  }
}

type Three = [Float64Array, Float64Array, Float64Array];
