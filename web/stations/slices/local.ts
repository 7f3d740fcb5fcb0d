/** Answers computed in the page, for a network of one hidden layer. */

import { activationAlong, along, type Along, type Layered, measures, median, preactivations, valuesAt } from "./exact.ts";
import type { About, Between, Panel, Sample, Source, Sweep, Why } from "./source.ts";
import type { Show } from "./state.ts";

/** Labelled images as whole numbers, which become x = pixels / scale. */
export interface Images {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly scale: number;
  readonly shape: readonly [number, number];
}

interface Swept {
  readonly base: Float64Array;
  readonly slices: readonly Along[];
}

const MOST_KEPT = 6;

/** Gives the source of one network and its images. */
export function localSource(network: Layered, images: Images): Source {
  return new LocalSource(network, images);
}

class LocalSource implements Source {
  readonly problem = "";
  readonly answers = 0;
  private readonly swept = new Map<number | null, Swept>();
  private mean: Float64Array | undefined;
  private spread: Float64Array | undefined;
  private last: { key: string; found: Along } | undefined;
  private readonly known: About;

  constructor(private readonly network: Layered, private readonly images: Images) {
    const { inputs, outputs, units } = network;
    this.known = {
      inputs, outputs, layers: [units], rows: images.labels.length, shape: images.shape,
      low: new Float64Array(inputs), high: new Float64Array(inputs).fill(1),
      names: Array.from({ length: inputs }, (_, j) => `pixel ${j}`),
    };
  }

  about(): About {
    return this.known;
  }

  problemOf(): string {
    return "";
  }

  sample(row: number): Sample {
    const { pixels, labels, scale } = this.images;
    const { inputs } = this.known;
    return { x: Float64Array.from(pixels.subarray(row * inputs, (row + 1) * inputs), (pixel) => pixel / scale), label: String(labels[row]) };
  }

  samples(from: number, count: number): Sample[] {
    return Array.from({ length: Math.max(0, Math.min(count, this.known.rows - from)) }, (_, i) => this.sample(from + i));
  }

  sweep(base: number | null, show: Show): Sweep {
    const { base: x, slices } = this.sweeps(base);
    const [bend, swing] = [new Float64Array(slices.length), new Float64Array(slices.length)];
    slices.forEach((slice, j) => {
      for (const y of this.curves(slice, show)) {
        const found = measures(slice.t, y);
        bend[j] = Math.max(bend[j]!, found.bend);
        swing[j] = Math.max(swing[j]!, found.swing);
      }
    });
    return { kinks: Int32Array.from(slices, ({ owners }) => owners.length), bend, swing, base: x, values: this.valuesOf(x, show), unresolved: 0 };
  }

  panels(base: number | null, show: Show, features: readonly number[]): Panel[] {
    const { slices } = this.sweeps(base);
    return features.map((feature) => ({ feature, t: slices[feature]!.t, y: this.curves(slices[feature]!, show) }));
  }

  between(line: readonly [number, number], show: Show): Between {
    const key = line.join();
    if (this.last?.key !== key) this.last = { key, found: along(this.network, this.sample(line[0]).x, this.sample(line[1]).x) };
    const { found } = this.last;
    return { t: found.t, y: this.curves(found, show), silent: found.silent, owners: found.owners.map((own) => own.map((index) => ({ layer: 0, index }))) };
  }

  why(base: number | null): Why {
    const { units, outputs, w } = this.network;
    const { base: x, slices } = this.sweeps(base);
    const z = preactivations(this.network, x);
    const spread = (this.spread ??= this.deviations());
    const kinks = slices.map(({ owners }) => owners.length);
    let [bend, swing] = [0, 0];
    for (const slice of slices) {
      this.curves(slice, { kind: "outputs" }).forEach((y, k) => {
        const found = measures(slice.t, y);
        bend += found.bend / spread[k]!;
        swing += found.swing / spread[k]!;
      });
    }
    const size = Array.from(w, Math.abs);
    const ways = Float64Array.from(size, (each, i) => (each > 0 ? Math.abs(z[i % units]!) / each : Infinity)).sort();
    const curves = slices.length * outputs;
    return {
      units, on: z.filter((each) => each > 0).length, z: median(z.map(Math.abs)), w: median(size),
      way: (ways[(ways.length - 1) >> 1]! + ways[ways.length >> 1]!) / 2, range: 1, ways: Float64Array.from({ length: 101 }, (_, i) => ways[Math.round((i / 100) * (ways.length - 1))]!),
      kinks: kinks.reduce((sum, each) => sum + each, 0) / kinks.length, most: Math.max(...kinks), bend: bend / curves, swing: swing / curves,
    };
  }

  destroy(): void {
    this.swept.clear();
  }

  private base(row: number | null): Float64Array {
    return row === null ? (this.mean ??= this.average()) : (this.sample(row).x as Float64Array);
  }

  /** Sums of whole numbers are exact: this is the mean that the library gives. */
  private average(): Float64Array {
    const { pixels, scale } = this.images;
    const { inputs, rows } = this.known;
    const sums = new Float64Array(inputs);
    pixels.forEach((pixel, i) => (sums[i % inputs]! += pixel));
    return sums.map((sum) => sum / scale / rows);
  }

  /** Standard deviations of the outputs over all rows. */
  private deviations(): Float64Array {
    const { rows, outputs } = this.known;
    const [sum, squares] = [new Float64Array(outputs), new Float64Array(outputs)];
    for (let row = 0; row < rows; row += 1) {
      valuesAt(this.network, this.sample(row).x).forEach((value, k) => {
        sum[k]! += value;
        squares[k]! += value * value;
      });
    }
    return sum.map((each, k) => Math.sqrt(Math.max(0, squares[k]! / rows - (each / rows) ** 2)) || 1);
  }

  private sweeps(row: number | null): Swept {
    const known = this.swept.get(row);
    if (known) return known;
    const base = this.base(row);
    const { low, high } = this.known;
    const slices = Array.from(base, (_, j) => {
      const [start, end] = [base.slice(), base.slice()];
      start[j] = low[j]!;
      end[j] = high[j]!;
      return along(this.network, start, end);
    });
    if (this.swept.size >= MOST_KEPT) this.swept.delete(this.swept.keys().next().value!);
    const found = { base, slices };
    this.swept.set(row, found);
    return found;
  }

  private curves(slice: Along, show: Show): Float64Array[] {
    const { outputs } = this.network;
    const column = (k: number): Float64Array => slice.t.map((_, i) => slice.y[i * outputs + k]!);
    if (show.kind === "unit") return [activationAlong(slice, show.index)];
    if (show.kind === "output") return [column(show.index)];
    return Array.from({ length: outputs }, (_, k) => column(k));
  }

  private valuesOf(x: Float64Array, show: Show): Float64Array {
    if (show.kind === "unit") return Float64Array.of(Math.max(0, preactivations(this.network, x)[show.index]!));
    const y = valuesAt(this.network, x);
    return show.kind === "output" ? y.slice(show.index, show.index + 1) : y;
  }
}
