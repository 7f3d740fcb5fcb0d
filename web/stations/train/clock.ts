/** The clock that all networks side by side share: it plays, stops, steps and goes back, and never holds up the page. */

import type { Run } from "../../engine/index.ts";

const BUDGET = 8; // ms of training in a frame

/** Steps a frame; at full speed as many as there is time for. */
export type Speed = "slow" | "fast" | "full";
const PACE: Readonly<Record<Speed, number>> = { slow: 5, fast: 80, full: Infinity };

export interface Clock {
  /** The step that is shown. */
  readonly now: number;
  readonly playing: boolean;
  /** Whether the step asked for is still being computed. */
  readonly late: boolean;
  speed: Speed;
  /** Takes other runs, and goes to this step. */
  follow(runs: readonly Run[], step: number): void;
  goTo(step: number): void;
  play(): void;
  pause(): void;
  destroy(): void;
}

/** Gives a clock; `onTick` hears of every frame in which it moved, `onStop` when it stopped by itself. */
export function clock(onTick: () => void, onStop: () => void): Clock {
  let runs: readonly Run[] = [];
  let [goal, pace] = [0, 200];
  let [there, playing] = [true, false];
  let handle = 0;

  const last = (): number => Math.max(0, ...runs.map((run) => run.end));
  const behind = (): number => Math.min(...runs.map((run) => (run.step >= run.end ? Infinity : run.step)), goal, last());
  /** Goes on to the goal, as far as the time allows. */
  const advance = (): void => {
    const until = performance.now() + BUDGET;
    const isOver = (): boolean => performance.now() > until;
    there = true;
    for (const run of runs) there = run.go(goal, isOver) && there; // each goes a little even when the time is over
    goal = there ? Math.min(goal, last()) : goal;
  };
  const frame = (): void => {
    handle = 0;
    if (playing && there) goal = Math.min(last(), goal + Math.min(pace, PACE[self.speed]));
    const before = performance.now();
    advance();
    const spent = performance.now() - before;
    if (there && spent < 0.6 * BUDGET) pace = Math.min(5000, Math.ceil(pace * 1.3));
    else if (!there || spent > BUDGET) pace = Math.max(1, Math.floor(pace * 0.75));
    const ended = playing && there && goal >= last();
    if (ended) playing = false;
    onTick();
    if (ended) onStop();
    plan();
  };
  const plan = (): void => {
    if (handle === 0 && (playing || !there)) handle = requestAnimationFrame(frame);
  };
  const self: Clock = {
    get now() {
      return there ? goal : behind();
    },
    get playing() {
      return playing;
    },
    get late() {
      return !playing && !there;
    },
    speed: "full",
    follow(next, step) {
      runs = next;
      self.goTo(step);
    },
    goTo(step) {
      goal = step;
      advance();
      plan();
    },
    play() {
      playing = true;
      plan();
    },
    pause() {
      playing = false;
      if (!there) self.goTo(behind());
    },
    destroy() {
      cancelAnimationFrame(handle);
      handle = -1;
    },
  };
  return self;
}
