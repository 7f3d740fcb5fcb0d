import assert from "node:assert/strict";
import test from "node:test";
import { frames } from "../../kit/frames.ts";

/** A page's animation frames, run by hand. */
function page(): { next(): void } {
  const waiting = new Map<number, () => void>();
  let id = 0;
  Object.assign(globalThis, {
    requestAnimationFrame: (callback: () => void) => (waiting.set((id += 1), callback), id),
    cancelAnimationFrame: (handle: number) => waiting.delete(handle),
  });
  return {
    next() {
      const now = [...waiting.values()];
      waiting.clear();
      for (const callback of now) callback();
    },
  };
}

test("a hundred requests in one frame draw once, the newest", () => {
  const { next } = page();
  const drawn: number[] = [];
  const scheduler = frames<number>((value) => drawn.push(value));
  for (let i = 0; i < 100; i += 1) scheduler.request(i);
  assert.deepEqual(drawn, []);
  next();
  assert.deepEqual(drawn, [99]);
  next();
  assert.deepEqual(drawn, [99]);
});

test("a request while drawing is drawn in the next frame", () => {
  const { next } = page();
  const drawn: number[] = [];
  const scheduler = frames<number>((value) => {
    drawn.push(value);
    if (value < 3) scheduler.request(value + 1);
  });
  scheduler.request(1);
  next();
  assert.deepEqual(drawn, [1]);
  next();
  next();
  assert.deepEqual(drawn, [1, 2, 3]);
});

test("flush draws at once and cancel not at all", () => {
  const { next } = page();
  const drawn: string[] = [];
  const scheduler = frames<string>((value) => drawn.push(value));
  scheduler.request("a");
  scheduler.flush();
  scheduler.request("b");
  scheduler.cancel();
  next();
  assert.deepEqual(drawn, ["a"]);
});
