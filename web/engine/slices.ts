/** Long computations in slices, so that the page is never held up longer than a frame. */

export interface SliceOptions {
  /** Milliseconds of work between two pauses. */
  readonly budget?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a generator to its end and resolves with what it returns; hands on every value it yields but undefined, which
 * only says that here is a place to pause. Rejects with the signal's reason when aborted.
 */
export async function inSlices<T, R>(
  work: Generator<T | undefined, R>,
  onValue: (value: T) => void = () => undefined,
  { budget = 8, signal }: SliceOptions = {},
): Promise<R> {
  let until = performance.now() + budget;
  for (;;) {
    signal?.throwIfAborted();
    const { value, done } = work.next();
    if (done) return value;
    if (value !== undefined) onValue(value);
    if (performance.now() < until) continue;
    await pause();
    until = performance.now() + budget;
  }
}

/** Runs a generator to its end at once. */
export function atOnce<T, R>(work: Generator<T | undefined, R>): { values: T[]; result: R } {
  const values: T[] = [];
  for (;;) {
    const { value, done } = work.next();
    if (done) return { values, result: value };
    if (value !== undefined) values.push(value);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel(); // unlike timers, it is not slowed down when nested
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
