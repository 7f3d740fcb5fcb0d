import assert from "node:assert/strict";
import test from "node:test";
import { frames, rounds, upon } from "../../kit/frames.ts";

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

/** What bears aria-busy. */
function element(): { el: Element; busy(): boolean } {
  const marks = new Set<string>();
  const el = { setAttribute: (name: string) => marks.add(name), removeAttribute: (name: string) => marks.delete(name) };
  return { el: el as unknown as Element, busy: () => marks.has("aria-busy") };
}

test("the first part is drawn at once and the others follow, one a frame, always the newest", () => {
  const { next } = page();
  const drawn: string[] = [];
  const { el, busy } = element();
  const parts = rounds<number>(["a", "b", "c"].map((name) => (value) => void drawn.push(`${name}${value}`)), el);
  parts.request(1);
  assert.deepEqual(drawn, ["a1"]);
  assert.ok(busy());
  next();
  parts.request(2);
  assert.deepEqual(drawn, ["a1", "b1", "a2"]);
  next();
  next();
  assert.deepEqual(drawn, ["a1", "b1", "a2", "c2", "b2"]);
  assert.ok(!busy());
  next();
  assert.equal(drawn.length, 5);
});

test("a step in every frame keeps every part moving", () => {
  const { next } = page();
  const drawn = [0, 0, 0, 0];
  const parts = rounds<number>(drawn.map((_, i) => () => void (drawn[i]! += 1)));
  for (let step = 0; step < 30; step += 1) {
    parts.request(step);
    next();
  }
  assert.deepEqual(drawn, [30, 10, 10, 10]);
});

test("a part that can wait leaves a frame to what was asked for in it, but no two in a row", () => {
  const { next } = page();
  const drawn: string[] = [];
  const parts = rounds<number>(["a", "b"].map((name) => (value) => void drawn.push(`${name}${value}`)));
  const steps = frames<number>((value) => parts.request(value));
  const frame = (value?: number): string[] => {
    if (value !== undefined) steps.request(value);
    drawn.length = 0;
    next();
    return [...drawn];
  };
  assert.deepEqual(frame(1), ["a1"]);
  assert.deepEqual(frame(2), ["a2"]);
  assert.deepEqual(frame(), ["b2"]);
  assert.deepEqual(frame(3), ["a3"]);
  assert.deepEqual(frame(4), ["a4"]);
  assert.deepEqual(frame(5), ["b4", "a5"]); // a step in every frame: b moves along all the same
  assert.deepEqual([frame(6), frame(7)], [["a6"], ["b6", "a7"]]);
  steps.request(8);
  steps.cancel();
  assert.deepEqual(frame(), ["b7"]);
});

test("parts of which nothing has changed take no frame, and flush draws what waits", () => {
  const { next } = page();
  const drawn: string[] = [];
  const part = (name: "x" | "y") => upon<{ x: number; y: number }>((value) => [value[name]], (value) => void drawn.push(`${name}${value[name]}`));
  const { el, busy } = element();
  const parts = rounds([part("x"), part("y")], el);
  parts.request({ x: 1, y: 1 });
  parts.flush();
  assert.deepEqual(drawn, ["x1", "y1"]);
  parts.request({ x: 1, y: 2 }); // the first that has changed is drawn at once
  assert.deepEqual(drawn, ["x1", "y1", "y2"]);
  parts.request({ x: 2, y: 2 });
  next();
  assert.deepEqual(drawn, ["x1", "y1", "y2", "x2"]);
  assert.ok(!busy());
  parts.request({ x: 3, y: 3 });
  parts.cancel();
  next();
  assert.deepEqual(drawn, ["x1", "y1", "y2", "x2", "x3"]);
  assert.ok(!busy());
});
