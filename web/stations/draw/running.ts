/** What runs while the page stays free: the error curve, and gradient descent at the number of units in hand. */

import { EngineError, inSlices } from "../../engine/index.ts";
import { descent } from "./descent.ts";
import { type Points } from "./points.ts";
import { computeCurve, curveOf, descentOf, keepDescent, mostUnits } from "./results.ts";
import type { State, Way } from "./state.ts";

type Good = Extract<Points, { ok: true }>;

interface Task {
  readonly key: unknown[];
  readonly abort: AbortController;
}

export interface Running {
  /** Starts what this state asks for and ends what it no longer asks for: the latest wins. */
  follow(state: State, points: Points): void;
  /** Ends the training in hand; what it reached stays. */
  stop(): void;
  readonly training: Way | undefined;
  /** A sentence where a computation failed. */
  readonly problem: string;
  destroy(): void;
}

/** Gives the runner; `onProgress` hears of every new result. */
export function running(onProgress: () => void): Running {
  let curve: Task | undefined;
  let train: (Task & { way: Way }) | undefined;
  let stopped: unknown[] | undefined;
  let problem = "";

  const failed = (error: unknown, task: Task): void => {
    if (task.abort.signal.aborted) return;
    problem = error instanceof EngineError ? `This could not be computed: ${error.message}.` : "This could not be computed here.";
    onProgress();
  };
  const followCurve = (state: State, points: Good): void => {
    const key = [points.y, state.loss];
    if (curve && equal(curve.key, key)) return;
    curve?.abort.abort();
    problem = "";
    const task = (curve = { key, abort: new AbortController() });
    if (curveOf(points, state.loss).length >= mostUnits(points)) return;
    inSlices(computeCurve(points, state.loss), onProgress, { budget: 7, signal: task.abort.signal })
      .then(onProgress, (error: unknown) => failed(error, task));
  };
  const followTraining = (state: State, points: Good): void => {
    const way = state.ways.find((each) => !descentOf(points, state, each)?.done);
    const key = [points.y, state.units, state.seed, way];
    if (train && equal(train.key, key)) return;
    train?.abort.abort();
    train = undefined;
    if (!way || (stopped && equal(stopped, key))) return;
    stopped = undefined;
    const task = (train = { key, way, abort: new AbortController() });
    const keep = (found: Parameters<typeof keepDescent>[3]): void => {
      keepDescent(points, state, way, found);
      onProgress();
    };
    inSlices(descent(points.x, points.y, state.units, way, state.seed), keep, { budget: 7, signal: task.abort.signal })
      .then((found) => {
        train = train === task ? undefined : train;
        keep(found);
      }, (error: unknown) => failed(error, task));
  };
  return {
    follow(state, points) {
      if (!points.ok) {
        curve?.abort.abort();
        train?.abort.abort();
        curve = train = undefined;
        return;
      }
      followCurve(state, points);
      followTraining(state, points);
    },
    stop() {
      stopped = train?.key;
      train?.abort.abort();
      train = undefined;
      onProgress();
    },
    get training() {
      return train?.way;
    },
    get problem() {
      return problem;
    },
    destroy() {
      curve?.abort.abort();
      train?.abort.abort();
    },
  };
}

function equal(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => Object.is(each, b[i]));
}
