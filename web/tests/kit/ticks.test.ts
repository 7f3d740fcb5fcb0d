import assert from "node:assert/strict";
import test from "node:test";
import { ticks } from "../../kit/ticks.ts";

const labels = (low: number, high: number, most?: number): string[] => ticks(low, high, most).map((tick) => tick.label);

test("ticks are round numbers of one precision", () => {
  assert.deepEqual(labels(0, 3, 4), ["0", "1", "2", "3"]);
  assert.deepEqual(labels(0, 1, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.deepEqual(labels(-1, 5, 4), ["0", "2", "4"]);
  assert.deepEqual(labels(-0.05, 0.1, 4), ["\u22120.05", "0.00", "0.05", "0.10"]);
});

test("no axis is left with fewer than three numbers", () => {
  for (const [low, high] of [[-4, 4], [0, 1], [0.3, 0.9], [-1e-3, 2e-3], [99, 101], [0, 7.5]] as const) {
    for (let most = 1; most < 12; most += 1) assert.ok(ticks(low, high, most).length >= 3, `${low} ${high} ${most}`);
  }
});

test("an interval of no length has one tick", () => {
  assert.deepEqual(labels(2, 2), ["2"]);
});
