import assert from "node:assert/strict";
import test from "node:test";
import { clip, stretch, valueAt, vertices, type Point } from "../../kit/clip.ts";

const BOX = { x: [0, 4], y: [-1, 1] } as const;

test("a curve inside the view keeps its vertices", () => {
  const points: Point[] = [[0, 0], [1, 1], [2, -1], [4, 0.5]];
  assert.deepEqual(clip(points, BOX), [points]);
});

test("a curve that leaves through the top comes back as a second part", () => {
  assert.deepEqual(clip([[0, 0], [2, 2], [4, 0]], BOX), [[[0, 0], [1, 1]], [[3, 1], [4, 0]]]);
});

test("vertical segments are cut at both edges", () => {
  assert.deepEqual(clip([[2, -100], [2, 100]], BOX), [[[2, -1], [2, 1]]]);
});

test("far vertices are cut without loss", () => {
  const [part] = clip([[-1e9, -1e9], [1e9, 1e9]], BOX);
  assert.ok(part && part.length === 2);
  for (const [x, y] of part) assert.ok(Math.abs(x - y) < 1e-6);
});

test("undefined numbers break a curve", () => {
  assert.deepEqual(clip([[0, 0], [1, NaN], [2, 0], [3, 0]], BOX), [[[2, 0], [3, 0]]]);
});

test("rays reach the edges of the view", () => {
  const curve = { x: [1, 2], y: [0, 1], left: -1, right: 0.5 };
  assert.deepEqual(vertices(curve, [0, 4]), [[0, 1], [1, 0], [2, 1], [4, 2]]);
  assert.deepEqual(vertices({ x: [1, 2], y: [0, 1] }, [0, 4]), [[1, 0], [2, 1]]);
});

test("a stretch has interpolated ends", () => {
  assert.deepEqual(stretch([[0, 0], [4, 4]], 1, 3), [[1, 1], [3, 3]]);
  assert.deepEqual(stretch([[0, 0], [2, 2], [4, 0]], 2, 3), [[2, 2], [3, 1]]);
});

test("values between vertices and on rays", () => {
  const curve = { x: [0, 2], y: [0, 4], right: 1 };
  assert.equal(valueAt(curve, 1), 2);
  assert.equal(valueAt(curve, 5), 7);
  assert.equal(valueAt(curve, -1), undefined);
});
