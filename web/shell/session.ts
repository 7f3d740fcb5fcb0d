/** The history of one station: every change goes through its `advance`, and undo goes from commit to commit. */

import { isCommit, type Action, type Commit, type Station } from "../stations/station.ts";

const MOST_STEPS = 300;

export class Session<S extends object = object, A extends Action = Action> {
  readonly station: Station<S, A>;
  #state: S;
  #committed: S;
  #past: S[] = [];
  #future: S[] = [];
  readonly #listeners = new Set<(committed: boolean) => void>();

  constructor(station: Station<S, A>, state: S = station.initial()) {
    this.station = station;
    this.#state = state;
    this.#committed = state;
  }

  get state(): S {
    return this.#state;
  }

  get canUndo(): boolean {
    return this.#past.length > 0 || this.#state !== this.#committed;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Hears of every change, and whether a step of undo ended with it; gives the way to stop hearing. */
  onChange(listener: (committed: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Advances by these actions in turn. */
  act(...actions: readonly (A | Commit)[]): void {
    const before = this.#state;
    let ended = false;
    for (const action of actions) {
      if (isCommit(action)) ended = this.#commit() || ended;
      else this.#state = this.station.advance(this.#state, action);
    }
    if (this.#state !== before || ended) this.#tell(ended);
  }

  /** Takes a whole state, as one step of undo. */
  replace(state: S): void {
    this.#commit();
    this.#state = state;
    this.#commit();
    this.#tell(true);
  }

  undo(): void {
    this.#commit();
    const earlier = this.#past.pop();
    if (!earlier) return;
    this.#future.push(this.#state);
    this.#go(earlier);
  }

  redo(): void {
    if (this.#commit()) return; // what was done since cannot be redone over
    const later = this.#future.pop();
    if (!later) return;
    this.#past.push(this.#state);
    this.#go(later);
  }

  #go(state: S): void {
    this.#state = state;
    this.#committed = state;
    this.#tell(true);
  }

  #commit(): boolean {
    if (same(this.#state, this.#committed)) {
      this.#committed = this.#state;
      return false;
    }
    this.#past.push(this.#committed);
    if (this.#past.length > MOST_STEPS) this.#past.shift();
    this.#future = [];
    this.#committed = this.#state;
    return true;
  }

  #tell(committed: boolean): void {
    for (const listener of [...this.#listeners]) listener(committed);
  }
}

/** Whether two states are the same JSON. */
export function same(one: object, other: object): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
