/** What Python says of a network: as in the examples that came with the page, or asked. */

import { jsonBesideThePage } from "../files.ts";
import type { Ask } from "../station.ts";
import forum from "./forum.json";
import { caseOf, type Case, type DataRef, type Dense, type NetworkRef, type Rows, type State } from "./state.ts";

export interface Curve {
  /** By its breakpoints; else by samples. */
  readonly exact: boolean;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly left?: number;
  readonly right?: number;
}

export interface Kink {
  readonly at: number | null;
  readonly state: "bends" | "dead" | "always on";
}

export interface LayerUnits {
  readonly name: string;
  readonly kind: string;
  readonly units: number;
  readonly bend: number;
  readonly dead: number | null;
  readonly always_on: number | null;
  readonly saturated: number | null;
  readonly on: number;
  /** Of each unit, the share of the rows on which it is on; null where the units are many. */
  readonly shares: readonly number[] | null;
}

export interface Described {
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly LayerUnits[];
  readonly more_layers: number;
  readonly dense: Dense | null;
  readonly curve: Curve | null;
  readonly kinks: readonly Kink[] | null;
}

export interface Finding {
  readonly kind: string;
  readonly name: string;
  readonly severity: "cause" | "contributing" | "note";
  readonly message: string;
  readonly share: number | null;
  readonly evidence: readonly (readonly [string, string])[];
  readonly units: readonly (readonly [number, number])[];
  readonly places: readonly (readonly [number, number])[];
  readonly remedy: { advice: string; python: string; before: number | null; after: number | null; effect: string } | null;
}

export interface Diagnosis {
  readonly loss: number;
  readonly loss_name: string;
  readonly constant: number | null;
  readonly floor: { lower: number; upper: number; certified: boolean } | null;
  readonly standing: string;
  readonly headline: string;
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
  readonly network: Described;
  readonly data: { rows: number; inputs: number; outputs: number; x_name: string; y_name: string; x?: readonly number[]; y?: readonly number[] };
}

export interface Repaired {
  readonly before: number | null;
  readonly after: number;
  readonly loss_name: string;
  readonly improved: boolean;
  readonly status: string;
  readonly addressed: readonly string[];
  readonly network: Described;
}

export interface Example {
  readonly data: { readonly example: string } | Rows;
  readonly diagnosis: Diagnosis;
  readonly repair: Repaired;
}

/** The first example is part of the page; the others lie beside it. */
const here: Partial<Record<Case, Example>> = { forum: forum as unknown as Example };
let fetching: Promise<void> | undefined;

/** Gives an example, undefined until the others are fetched. */
export function exampleOf(name: Case): Example | undefined {
  return here[name];
}

/** Takes examples as they were made. */
export function learn(examples: unknown): void {
  Object.assign(here, examples);
}

/** Fetches the examples that lie beside the page; after a failure they are fetched anew. */
function fetchExamples(): Promise<void> {
  return (fetching ??= jsonBesideThePage("doctor-cases.json").then(learn).finally(() => (fetching = undefined)));
}

/** Whether a state speaks of an example that is not here yet. */
export function isMissing({ network, data }: Pick<State, "network" | "data">): boolean {
  return [network, data].some((ref) => "example" in ref && !here[ref.example]);
}

/** What is known of a state so far. */
export interface Known {
  readonly diagnosis?: Diagnosis | undefined;
  readonly repair?: Repaired | undefined;
  /** What is being computed. */
  readonly busy?: "diagnose" | "repair" | undefined;
  /** Why there is no answer, as a sentence. */
  readonly problem?: string | undefined;
}

/** Gives the numbers of a network where the page has them. */
export function denseOf(network: NetworkRef, known: Known): Dense | null {
  if ("example" in network) return exampleOf(network.example)?.diagnosis.network.dense ?? null;
  return "upload" in network ? (known.diagnosis?.network.dense ?? null) : network;
}

export interface Answers {
  /** Gives what is known of this state, and asks for what is missing. */
  of(state: State): Known;
  /** Asks again after a problem. */
  again(): void;
  destroy(): void;
}

const MOST_KEPT = 20;

/** Gives the answers; `onChange` hears when there is more of them. */
export function answers(ask: Ask | undefined, onChange: () => void): Answers {
  const kept = new Map<string, Known>();
  let asking: AbortController | undefined;
  let wanted = "";

  const keep = (key: string, more: Known): void => {
    kept.set(key, { ...kept.get(key), ...more });
    const oldest = kept.keys().next().value;
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  };
  const put = async (key: string, kind: "diagnose" | "repair", state: State): Promise<void> => {
    const { network, data } = state;
    if (!ask && !isMissing(state)) return;
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    keep(key, { busy: kind, problem: undefined });
    try {
      if (isMissing(state)) await fetchExamples();
      const answer = caseOf(state) || !ask ? undefined : await ask({ kind, network: sentNetwork(network), data: sentData(data) }, signal);
      keep(key, { busy: undefined, [kind === "diagnose" ? "diagnosis" : "repair"]: answer });
    } catch (error) {
      keep(key, { busy: undefined, problem: signal.aborted ? undefined : error instanceof Error ? error.message : "Python gave no answer." });
    }
    if (!signal.aborted) onChange();
  };

  return {
    of(state) {
      const name = caseOf(state);
      const example = name && exampleOf(name);
      if (example) return example;
      const key = JSON.stringify([state.network, state.data]);
      const known = kept.get(key) ?? {};
      if (key !== wanted) {
        asking?.abort();
        wanted = key;
      } else if (known.busy || known.problem) return known;
      if (!known.diagnosis) void put(key, "diagnose", state);
      else if (!known.repair && state.repair !== null) void put(key, "repair", state);
      return kept.get(key) ?? {};
    },
    again() {
      keep(wanted, { problem: undefined });
      onChange();
    },
    destroy: () => asking?.abort(),
  };
}

function sentNetwork(network: NetworkRef): object {
  if ("upload" in network) return { upload: network.upload };
  const { weights, biases, activations } = "example" in network ? exampleOf(network.example)!.diagnosis.network.dense! : network;
  return { weights, biases, activations };
}

function sentData(data: DataRef): object {
  if ("upload" in data) return { upload: data.upload };
  return "example" in data ? exampleOf(data.example)!.data : data;
}
