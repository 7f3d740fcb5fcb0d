/** A training run that can be played, stopped and gone back in: the same settings give the same run, bit for bit. */

import { activate, LEAKY_SLOPE } from "../activations.ts";
import { EngineError } from "../errors.ts";
import { dense, type Network } from "../network.ts";
import { random } from "../random.ts";
import { Batches, type BatchesPlace } from "./batches.ts";
import { Scale } from "./scale.ts";
import { type Change, rateOf, type Settings, settingsAt } from "./settings.ts";
import { kerasStart, type Parameters, stratified, torchStart } from "./start.ts";
import { Trainer, type TrainerPlace } from "./trainer.ts";

export const MOST_MOMENTS = 400;
const BLOWN_UP = 1e6; // a loss of so many times the data's variance (or the first loss) has left everything behind

/** What a unit does on the training rows: bends among them, is off on all of them, or on on all of them. */
export const BENDS = 0, DEAD = 1, ALWAYS_ON = 2;

/** What is measured of a network; losses in the units of the data, NaN where no rows are held out. */
export interface Measures {
  readonly loss: number;
  readonly held: number;
  /** One of BENDS, DEAD, ALWAYS_ON a unit. */
  readonly units: Uint8Array;
}

/** A moment of the record. */
export interface Moment extends Measures {
  readonly step: number;
  /** Where each unit's pre-activation is zero, in the units of the data; NaN where nowhere. */
  readonly kinks: Float32Array;
}

interface Place {
  readonly trainer: TrainerPlace;
  readonly batches: BatchesPlace;
}

export interface RunOptions {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly settings: Settings;
  readonly changes?: readonly Change[];
  /** How many bytes the record may take; 0 keeps none but the start. */
  readonly budget?: number;
}

/** Gives how many rows are trained on, as Keras and the Python library split. */
export function trainingRows(rows: number, validation: number): number {
  return Math.max(1, Math.trunc(rows * (1 - validation)));
}

export class Run {
  readonly settings: Settings;
  readonly changes: readonly Change[];
  /** The moments recorded so far, every `stride` steps. */
  readonly record: Moment[] = [];
  readonly stride: number;
  /** Where it diverged: the last good step. The run goes no further. */
  frozen: number | undefined;
  private readonly places: Place[] = [];
  private readonly rows: number;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly scale: Scale;
  private readonly trainer: Trainer;
  private readonly batches: Batches;
  private readonly limit: number;
  private now: Settings;

  constructor({ x, y, settings, changes = [], budget = 0 }: RunOptions) {
    if (x.length !== y.length || x.length === 0) throw new EngineError(`y has ${y.length} rows where x has ${x.length}`);
    this.settings = this.now = settings;
    this.changes = changes;
    this.rows = trainingRows(x.length, settings.validation);
    const part = (values: ArrayLike<number>): number[] => Array.from(values).slice(0, this.rows);
    this.scale = Scale.of(part(x), part(y), settings.standardize);
    this.x = this.scale.ofX(x);
    this.y = this.scale.ofY(y);
    const source = random(settings.seed);
    const [u, v] = [this.x.subarray(0, this.rows), this.y.subarray(0, this.rows)];
    this.trainer = new Trainer({ x: u, y: v, start: startOf(settings, u, () => source.uniform()), activation: settings.activation, descending: settings });
    this.batches = new Batches(this.rows, settings.batch, source);
    const centre = v.reduce((sum, each) => sum + each, 0) / v.length;
    const variance = v.reduce((sum, each) => sum + (each - centre) ** 2, 0) / v.length;
    this.limit = BLOWN_UP * Math.max(variance, this.trainer.loss(), 1e-30);
    this.stride = strideOf(settings, this.rows, budget);
    this.keep();
  }

  get step(): number {
    return this.trainer.steps;
  }

  /** The last step that the run can reach. */
  get end(): number {
    return this.frozen ?? this.settings.steps;
  }

  /** Takes over what another run recorded, where the two are the same up to this step. */
  adopt(other: Run, until: number): void {
    if (other.stride !== this.stride) return;
    for (let k = this.record.length; k < other.record.length && other.record[k]!.step <= until; k += 1) {
      this.record.push(other.record[k]!);
      this.places.push(other.places[k]!);
    }
    if (other.frozen !== undefined && other.frozen < until) this.frozen = other.frozen;
  }

  /** Goes to a step, forwards or back; gives false where the time was over before (call again). */
  go(to: number, isOver: () => boolean = () => false): boolean {
    let goal = Math.min(to, this.end);
    this.nearest(goal);
    while (this.trainer.steps < goal) {
      if (!this.stepOnce()) goal = Math.min(goal, this.end);
      else if (this.trainer.steps % 16 === 0 && isOver()) return false;
    }
    if (goal > 0 && goal === this.trainer.steps && this.frozen === undefined && !this.isGood(this.trainer.loss())) {
      this.freeze(goal - 1);
    }
    return true;
  }

  /** Measures the network as it is now. */
  measures(): Measures {
    const { trainer: { parameters: p, units: n }, x, y, rows } = this;
    const on = new Uint8Array(n), off = new Uint8Array(n);
    let [sum, held] = [0, 0];
    for (let i = 0; i < x.length; i += 1) {
      let output = p[3 * n]!;
      for (let j = 0; j < n; j += 1) {
        const z = x[i]! * p[j]! + p[n + j]!;
        if (i < rows) (z > 0 ? on : off)[j] = 1;
        output += activate(this.settings.activation, z, LEAKY_SLOPE) * p[2 * n + j]!;
      }
      const square = (output - y[i]!) ** 2;
      if (i < rows) sum += square;
      else held += square;
    }
    const unit = this.scale.y.size ** 2;
    return {
      loss: (unit * sum) / rows, held: x.length > rows ? (unit * held) / (x.length - rows) : NaN,
      units: on.map((each, j) => (!each ? DEAD : !off[j] ? ALWAYS_ON : BENDS)),
    };
  }

  /** The parameters in the units of the data: weights, biases, coefficients, output bias. */
  get parameters(): Parameters {
    return this.scale.folded(this.trainer.parameters);
  }

  network(): Network {
    const p = this.parameters;
    const n = this.trainer.units;
    const part = (from: number, to: number): number[] => [...p.subarray(from, to)];
    return dense([[part(0, n)], part(2 * n, 3 * n).map((c) => [c])], [part(n, 2 * n), [p[3 * n]!]], this.settings.activation, LEAKY_SLOPE);
  }

  private stepOnce(): boolean {
    const { trainer } = this;
    const at = trainer.steps;
    if (this.changes.some((change) => change.at === at)) this.hold(settingsAt(this.settings, this.changes, at));
    const whole = this.now.batch === 0 || this.now.batch >= this.rows;
    trainer.step(rateOf(this.now, at), whole ? undefined : this.batches.next());
    if (!this.isGood(trainer.batchLoss)) {
      this.freeze(Math.max(0, at - 1));
      return false;
    }
    if (trainer.steps % this.stride === 0) this.keep();
    return true;
  }

  private isGood(loss: number): boolean {
    return loss <= this.limit; // and not so for what is no number
  }

  private freeze(step: number): void {
    while (this.record.length > 1 && this.record[this.record.length - 1]!.step > step) {
      this.record.pop();
      this.places.pop();
    }
    this.trainer.steps = Infinity; // so that the nearest moment is taken up
    this.go(step);
    this.frozen ??= step;
  }

  private hold(settings: Settings): void {
    this.now = settings;
    this.batches.size = settings.batch;
    this.trainer.change({ optimizer: settings.optimizer, l1: settings.l1, l2: settings.l2 });
  }

  private keep(): void {
    const { step } = this;
    if (this.record.length > 0 && (this.record[this.record.length - 1]!.step >= step || this.stride === Infinity)) return;
    const { parameters: p } = this;
    const n = this.trainer.units;
    const kinks = Float32Array.from({ length: n }, (_, j) => (p[j] === 0 ? NaN : -p[n + j]! / p[j]!));
    this.record.push({ step, ...this.measures(), kinks });
    this.places.push({ trainer: this.trainer.save(), batches: this.batches.save() });
  }

  /** Goes to the last recorded moment up to a step, unless the run is nearer already. */
  private nearest(step: number): void {
    const here = this.trainer.steps;
    const index = indexOf(this.record, step);
    const found = this.record[index]!;
    if (here <= step && here >= found.step) return;
    const place = this.places[index]!;
    this.hold(settingsAt(this.settings, this.changes, found.step - 1));
    this.trainer.load(place.trainer);
    this.batches.load(place.batches);
  }
}

/** Gives the place of the last moment up to a step. */
export function indexOf(record: readonly Moment[], step: number): number {
  let [low, high] = [0, record.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (record[middle]!.step <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startOf({ units, init, kinks }: Settings, x: ArrayLike<number>, uniform: () => number): Parameters {
  const start = init === "keras" ? kerasStart(units, uniform) : torchStart(units, uniform);
  return kinks === "stratified" ? stratified(start, x, uniform) : start;
}

function strideOf({ units, steps }: Settings, rows: number, budget: number): number {
  if (budget === 0) return Infinity;
  const bytes = 3 * 8 * (3 * units + 1) + 5 * units + 4 * rows + 200;
  return Math.max(1, Math.ceil(steps / Math.max(2, Math.min(MOST_MOMENTS, Math.floor(budget / bytes)))));
}
