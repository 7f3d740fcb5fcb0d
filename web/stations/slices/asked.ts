/** Answers that Python computes, for any network and data that were brought to it. */

import type { Arrays, Ask } from "../station.ts";
import type { About, Between, Panel, Sample, Source, Sweep, Why } from "./source.ts";
import type { Reference, Show, Sort } from "./state.ts";

type Values = Arrays["arrays"][number];
/** What is asked is of one sort each; of one sort the newest takes the place of one that still waits. */
type Kind = "about" | "samples" | "look" | "panels" | "one" | "line" | "why" | `row ${number}`;

interface Waiting {
  readonly kind: Kind;
  readonly key: string;
  readonly question: Record<string, unknown>;
  read(answer: Arrays): unknown;
}

const MOST_KEPT = 60;

/** Gives the source; `onAnswer` is called whenever more is known than before. */
export function askedSource(ask: Ask, network: Reference, data: Reference, onAnswer: () => void): Source {
  return new AskedSource(ask, network, data, onAnswer);
}

class AskedSource implements Source {
  answers = 0;
  private readonly known = new Map<string, { value?: unknown; problem?: string }>();
  private readonly problems = new Map<Kind, string>();
  private readonly waiting = new Map<Kind, Waiting>();
  private present: { one: Waiting; stop: AbortController } | undefined;
  private gone = false;

  constructor(private readonly ask: Ask, private readonly network: Reference, private readonly data: Reference, private readonly onAnswer: () => void) {}

  get problem(): string {
    return this.problems.get("about") ?? this.problems.get("look") ?? this.problems.get("panels") ?? "";
  }

  problemOf(what: "line" | "why"): string {
    return this.problem || (this.problems.get(what) ?? "");
  }

  about(): About | undefined {
    return this.want("about", "about", { what: "about" }, ({ arrays: [low, high], ...rest }) => ({ ...rest, low: low!, high: high!, shape: rest.shape ?? undefined }) as unknown as About);
  }

  sample(row: number): Sample | undefined {
    return this.want(`row ${row}`, `row ${row}`, { what: "samples", first: row, count: 1 }, (answer) => samplesOf(answer)[0]);
  }

  samples(first: number, count: number): readonly Sample[] | undefined {
    return this.want("samples", `samples ${first} ${count}`, { what: "samples", first, count }, samplesOf);
  }

  sweep(base: number | null, show: Show, { sort, page }: { sort: Sort; page: number }): Sweep | undefined {
    return this.want("look", JSON.stringify(["look", base, show]), { what: "look", base, show, sort, page }, (answer) => {
      const [point, values, kinks, bend, swing, ...curves] = answer.arrays as Values[];
      this.keep(panelsKey(base, show, answer.features as number[]), { value: panelsOf(answer.features as number[], curves) });
      return { base: point!, values: values!, kinks: kinks!, bend: bend!, swing: swing!, unresolved: answer.unresolved as number };
    });
  }

  panels(base: number | null, show: Show, features: readonly number[]): readonly Panel[] | undefined {
    const kind = features.length === 1 ? "one" : "panels";
    return this.want(kind, panelsKey(base, show, features), { what: "panels", base, show, features }, ({ arrays }) => panelsOf(features, arrays));
  }

  between(rows: readonly [number, number], show: Show): Between | undefined {
    return this.want("line", JSON.stringify(["line", rows, show]), { what: "line", rows, show }, ({ arrays, shapes }) => {
      const [t, y, counts, layers, units, silent] = arrays as Values[];
      let at = 0;
      const owners = Array.from(counts!, (count) => Array.from({ length: count }, () => ({ layer: layers![at]!, index: units![at++]! })));
      return { t: t!, y: columns(y!, shapes[1]![1]!, 0, t!.length), owners, silent: Array.from(silent!, Boolean) };
    });
  }

  why(base: number | null): Why | undefined {
    return this.want("why", `why ${base}`, { what: "why", base }, ({ arrays: [ways], ...rest }) => ({ ...rest, ways: ways! }) as unknown as Why);
  }

  destroy(): void {
    this.gone = true;
    this.waiting.clear();
    this.present?.stop.abort();
  }

  /** Gives what is known under a key, or asks for it. */
  private want<T>(kind: Kind, key: string, question: Record<string, unknown>, read: (answer: Arrays) => T): T | undefined {
    const known = this.known.get(key);
    if (known?.problem) this.problems.set(kind, known.problem);
    else this.problems.delete(kind);
    if (known || this.gone) return known?.value as T | undefined;
    if (this.present?.one.kind === kind) {
      if (this.present.one.key === key) return undefined;
      this.present.stop.abort(); // nobody waits for it any more
    }
    this.waiting.set(kind, { kind, key, question, read });
    void this.next();
    return undefined;
  }

  /** Asks one thing after the other, so that none takes another's place. */
  private async next(): Promise<void> {
    const one = this.present ? undefined : this.waiting.values().next().value;
    if (!one) return;
    this.waiting.delete(one.kind);
    const stop = new AbortController();
    this.present = { one, stop };
    try {
      const answer = await this.ask({ kind: "slices", lane: "slices", network: this.network, data: this.data, ...one.question }, stop.signal);
      this.keep(one.key, { value: one.read(answer as Arrays) });
    } catch (error) {
      if (!stop.signal.aborted) this.keep(one.key, { problem: sentence(error) });
    }
    this.present = undefined;
    if (this.gone) return;
    if (!stop.signal.aborted) this.onAnswer();
    void this.next();
  }

  private keep(key: string, found: { value?: unknown; problem?: string }): void {
    this.answers += 1;
    this.known.set(key, found);
    for (const old of this.known.keys()) {
      if (this.known.size <= MOST_KEPT) return;
      if (old !== "about") this.known.delete(old);
    }
  }
}

function panelsKey(base: number | null, show: Show, features: readonly number[]): string {
  return JSON.stringify(["panels", base, show, features]);
}

/** Curves of several lines, one after the other: how many vertices each has, all t, and all y row by row. */
function panelsOf(features: readonly number[], [counts, t, y]: readonly Values[]): Panel[] {
  const curves = y!.length / t!.length;
  let at = 0;
  return features.map((feature, i) => {
    const [from, to] = [at, (at += counts![i]!)];
    return { feature, t: t!.subarray(from, to), y: columns(y!, curves, from, to) };
  });
}

function columns(y: Values, count: number, from: number, to: number): Float64Array[] {
  return Array.from({ length: count }, (_, k) => Float64Array.from({ length: to - from }, (_, i) => y[(from + i) * count + k]!));
}

function samplesOf({ arrays: [x], shapes, labels }: Arrays): Sample[] {
  const [rows, inputs] = shapes[0] as [number, number];
  return Array.from({ length: rows }, (_, i) => ({ x: x!.subarray(i * inputs, (i + 1) * inputs), label: (labels as string[])[i] ?? "" }));
}

function sentence(error: unknown): string {
  const words = error instanceof Error ? error.message : "";
  return words ? `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}` : "Python gave no answer.";
}
