/** Where regions come from: Python where there is one, else the files of the built-in examples beside the page. */

import { arraysBesideThePage } from "../files.ts";
import type { Services } from "../station.ts";
import { type Found, foundOf, questionOf } from "./found.ts";
import { startOf, type State } from "./state.ts";

const KEPT = 12;
const PAUSE = 180; // ms after the last move of a view until it is asked about

export interface Asking {
  /** Asks for what a state needs, unless it is known or on its way; the newest wins. */
  follow(state: State): void;
  /** What is known of the newest state; until then of the one before. */
  readonly found: Found | undefined;
  /** Whether `found` is that of the newest state. */
  readonly isCurrent: boolean;
  readonly waiting: boolean;
  /** A sentence where there is no answer. */
  readonly problem: string;
  destroy(): void;
}

/** Gives the one who asks; `onChange` hears of every answer. */
export function asking(ask: Services["ask"], onChange: () => void): Asking {
  const kept = new Map<string, Found>();
  let wanted = "";
  let last: Found | undefined;
  let problem = "";
  let underWay: AbortController | undefined;
  let timer = 0;
  let place = "";

  const keep = (key: string, found: Found): void => {
    kept.set(key, found);
    const oldest = kept.keys().next().value;
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  };
  const get = async (state: State, key: string): Promise<void> => {
    const abort = (underWay = new AbortController());
    try {
      // What one sees first lies beside the page, so that nobody waits for Python to start.
      const file = !ask || isStart(state) ? fileOf(state) : "";
      const found = foundOf(ask && !file ? await ask(questionOf(state), abort.signal) : await arraysBesideThePage(file));
      keep(key, found);
      if (key === wanted) last = found;
    } catch (error) {
      if (abort.signal.aborted || key !== wanted || (error instanceof DOMException && error.name === "AbortError")) return;
      problem = error instanceof Error ? sentence(error.message) : "Python gave no answer.";
    }
    if (underWay === abort) underWay = undefined;
    onChange();
  };
  return {
    follow(state) {
      const question = ask ? questionOf(state) : { file: fileOf(state) };
      const key = JSON.stringify(question);
      if (key === wanted) return;
      const { bounds: _, ...rest } = question as { bounds?: unknown };
      const moved = place === JSON.stringify(rest);
      place = JSON.stringify(rest);
      wanted = key;
      problem = "";
      window.clearTimeout(timer);
      underWay?.abort();
      underWay = undefined;
      const known = kept.get(key);
      if (known) {
        last = known;
        return;
      }
      if (!moved) last = undefined; // other coordinates, or another network
      if (!ask && !fileOf(state)) {
        problem = MISSING;
        return;
      }
      timer = window.setTimeout(() => void get(state, key), moved ? PAUSE : 0);
    },
    get found() {
      return last;
    },
    get isCurrent() {
      return last !== undefined && kept.get(wanted) === last;
    },
    get waiting() {
      return problem === "" && !kept.has(wanted);
    },
    get problem() {
      return problem;
    },
    destroy() {
      window.clearTimeout(timer);
      underWay?.abort();
    },
  };
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? "" : "."}`;
}

// --- without Python -----------------------------------------------------------------------------------------

const MISSING = "This page holds the regions of its built-in examples. The installed lab cuts any plane of any network: type “hinges lab”.";

/** Gives whether this is the plane and the view in which one starts with its network. */
function isStart({ network, plane, view }: State): boolean {
  const start = startOf(network);
  return JSON.stringify([plane, view]) === JSON.stringify([start.plane, start.view]);
}

/** Gives the name of the file that holds a state's regions, "" where there is none; they reach as far as the first view. */
export function fileOf({ network, data, plane, depth }: State): string {
  if (!("example" in network)) return "";
  const start = startOf(network);
  if (JSON.stringify(data) !== JSON.stringify(start.data)) return "";
  const { example } = network;
  if (example === "spiral" || example === "spiral-deep") {
    const layers = example === "spiral" ? 1 : 2;
    if (plane.kind !== "inputs") return "";
    return `regions-${example}-${Math.min(depth ?? layers, layers)}.bin`;
  }
  if (JSON.stringify(plane) === JSON.stringify(start.plane)) return `regions-${example}-samples.bin`;
  return plane.kind === "features" && plane.row === null && plane.features.join() === "27,28" ? `regions-${example}-features.bin` : "";
}
