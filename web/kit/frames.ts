/** At most one drawing an animation frame, always of the newest value. */

export interface Frames<T> {
  /** Asks for a drawing of this value; an older one that waits is dropped. */
  request(value: T): void;
  /** Draws what waits now. */
  flush(): void;
  cancel(): void;
}

export function frames<T>(draw: (value: T) => void): Frames<T> {
  let waiting: { value: T } | undefined;
  let handle = 0;
  const flush = (): void => {
    const next = waiting;
    waiting = undefined;
    cancelAnimationFrame(handle);
    handle = 0;
    if (next) draw(next.value);
  };
  return {
    request(value) {
      waiting = { value };
      if (handle === 0) handle = requestAnimationFrame(flush);
    },
    flush,
    cancel() {
      waiting = undefined;
      cancelAnimationFrame(handle);
      handle = 0;
    },
  };
}
