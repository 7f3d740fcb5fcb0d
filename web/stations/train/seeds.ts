/** Many seeds of the same settings, trained one after the other while the page stays free; their losses are kept. */

import { type Change, inSlices, Run, type Settings } from "../../engine/index.ts";
import type { Lane } from "./lanes.ts";

const CHUNK = 200; // steps between two looks at the time
const found = new Map<string, number[]>();
const MOST_KEPT = 60;

interface Rows {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const numbers = new WeakMap<readonly number[], number>();
let next = 0;

function keyOf(rows: Rows, settings: Settings, changes: readonly Change[]): string {
  const number = numbers.get(rows.y) ?? (next += 1);
  numbers.set(rows.y, number);
  return JSON.stringify([number, settings, changes]);
}

/** Gives the losses found so far, from the seed of the settings on; Infinity where a run diverged. */
export function lossesOf(rows: Rows, lane: Lane, changes: readonly Change[]): readonly number[] {
  return found.get(keyOf(rows, lane.settings, changes)) ?? [];
}

function* train(rows: Rows, lanes: readonly Lane[], changes: readonly Change[], seeds: number): Generator<true | undefined, void> {
  for (let k = 0; k < seeds; k += 1) {
    for (const { settings } of lanes) {
      const key = keyOf(rows, settings, changes);
      const known = found.get(key) ?? [];
      if (known.length > k) continue;
      const run = new Run({ ...rows, settings: { ...settings, seed: (settings.seed + k) % 1e6 }, changes });
      while (run.step < run.end) {
        run.go(run.step + CHUNK);
        yield undefined;
      }
      found.set(key, [...known, run.frozen === undefined ? run.measures().loss : Infinity]);
      const oldest = found.keys().next().value;
      if (found.size > MOST_KEPT && oldest !== undefined && oldest !== key) found.delete(oldest);
      yield true;
    }
  }
}

export interface Seeds {
  /** Trains what is still missing, unless it already does; `seeds` 0 ends it. */
  follow(rows: Rows, lanes: readonly Lane[], changes: readonly Change[], seeds: number): void;
  stop(): void;
  readonly busy: boolean;
}

/** Gives what trains them; `onFound` hears of each. */
export function seedRunner(onFound: () => void): Seeds {
  let task: { key: string; abort: AbortController } | undefined;
  const stop = (): void => {
    task?.abort.abort();
    task = undefined;
  };
  return {
    follow(rows, lanes, changes, seeds) {
      const key = [seeds, ...lanes.map((lane) => keyOf(rows, lane.settings, changes))].join();
      if (seeds === 0) return stop();
      if (task?.key === key) return;
      stop();
      if (lanes.every((lane) => lossesOf(rows, lane, changes).length >= seeds)) return;
      const mine = (task = { key, abort: new AbortController() });
      const done = (): void => {
        if (task === mine) task = undefined;
        onFound();
      };
      inSlices(train(rows, lanes, changes, seeds), onFound, { budget: 7, signal: mine.abort.signal }).then(done, (error: unknown) => {
        if (!mine.abort.signal.aborted) throw error;
      });
    },
    stop,
    get busy() {
      return task !== undefined;
    },
  };
}
