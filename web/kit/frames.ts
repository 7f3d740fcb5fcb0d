/** At most one drawing an animation frame, always of the newest value. */

export interface Frames<T> {
  /** Asks for a drawing of this value; an older one that waits is dropped. */
  request(value: T): void;
  /** Draws what waits now. */
  flush(): void;
  cancel(): void;
}

/** What is to be drawn in the next frame of the page. */
const urgent = new Set<() => void>();

export function frames<T>(draw: (value: T) => void): Frames<T> {
  let waiting: { value: T } | undefined;
  let handle = 0;
  const flush = (): void => {
    const next = waiting;
    waiting = undefined;
    urgent.delete(flush);
    cancelAnimationFrame(handle);
    handle = 0;
    if (next) draw(next.value);
  };
  return {
    request(value) {
      waiting = { value };
      urgent.add(flush);
      if (handle === 0) handle = requestAnimationFrame(flush);
    },
    flush,
    cancel() {
      waiting = undefined;
      urgent.delete(flush);
      cancelAnimationFrame(handle);
      handle = 0;
    },
  };
}

/** Draws one part of a page; false says that nothing of it had changed. */
export type Part<T> = (value: T) => boolean | void;

/**
 * Draws the parts of a page in rounds, always with the newest value: at once the first that has changed (what the hand
 * and the eye are on), and after it one a frame, so that no frame of a quick drag takes long. A frame in which
 * something else is drawn they leave to that, but no two in a row. While any wait, `busy` bears aria-busy; nothing of
 * what was asked for stays undrawn.
 */
export function rounds<T>(parts: readonly Part<T>[], busy?: Element): Frames<T> {
  let newest: { value: T } | undefined;
  let waiting: boolean[] = [];
  let at = 0;
  let handle = 0;
  let left = false; // the frame before to another drawing
  let marked = false;
  /** Draws the next part that waits and has changed, from one on, and gives the place after it. */
  const drawFrom = (first: number): number => {
    for (let k = 0; newest && k < parts.length; k += 1) {
      const index = (first + k) % parts.length;
      if (!waiting[index]) continue;
      waiting[index] = false;
      if (parts[index]?.(newest.value) !== false) return index + 1;
    }
    return first;
  };
  const plan = (): void => {
    const more = waiting.includes(true);
    if (more && !marked) busy?.setAttribute("aria-busy", "true");
    if (!more && marked) busy?.removeAttribute("aria-busy");
    marked = more;
    if (more && handle === 0) handle = requestAnimationFrame(step);
  };
  const step = (): void => {
    handle = 0;
    left = urgent.size > 0 && !left;
    if (!left) at = drawFrom(at);
    plan();
  };
  const stop = (): void => {
    cancelAnimationFrame(handle);
    handle = 0;
  };
  return {
    request(value) {
      newest = { value };
      waiting = parts.map(() => true);
      drawFrom(0);
      plan();
    },
    flush() {
      stop();
      while (waiting.includes(true)) drawFrom(0);
      plan();
    },
    cancel() {
      stop();
      waiting = [];
      plan();
    },
  };
}

/** Gives a part that is drawn only where something that it draws from is another thing than before. */
export function upon<T>(needs: (value: T) => readonly unknown[], draw: (value: T) => void): Part<T> {
  let before: readonly unknown[] | undefined;
  return (value) => {
    const now = needs(value);
    if (before && now.every((each, i) => Object.is(each, before?.[i]))) return false;
    before = now;
    draw(value);
    return true;
  };
}
