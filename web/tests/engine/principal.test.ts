import assert from "node:assert/strict";
import { test } from "node:test";
import { principalComponents, projected } from "../../engine/principal.ts";
import { random } from "../../engine/random.ts";

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, each, j) => sum + each * b[j]!, 0);

test("a cloud along one line has that line as its first component", () => {
  const found = principalComponents([-2, -1, 0, 1, 2].map((t) => [1 + 3 * t, 5, 2 - 4 * t]));
  assert.deepEqual(found.mean, [1, 5, 2]);
  found.directions[0]!.forEach((each, j) => assert.ok(Math.abs(each - [-0.6, 0, 0.8][j]!) < 1e-14));
  assert.ok(Math.abs(found.variances[0]! - 50) < 1e-12);
  assert.ok(found.variances[1]! < 1e-14 && found.variances[2]! < 1e-14);
  assert.ok(Math.abs(projected(found, [4, 5, -2], 1)[0]! + 5) < 1e-13);
});

test("components are orthonormal, in order, and keep distances", () => {
  const next = random(3);
  const rows = Array.from({ length: 40 }, () => Array.from({ length: 8 }, (_, j) => (j + 1) * (next.uniform() - 0.5)));
  const found = principalComponents(rows);
  found.directions.forEach((one, i) => found.directions.forEach((other, j) => assert.ok(Math.abs(dot(one, other) - (i === j ? 1 : 0)) < 1e-12)));
  for (let k = 1; k < 8; k += 1) assert.ok(found.variances[k - 1]! >= found.variances[k]!);
  const [a, b] = [projected(found, rows[0]!, 8), projected(found, rows[1]!, 8)];
  const far = (p: readonly number[], q: readonly number[]): number => Math.hypot(...p.map((each, j) => each - q[j]!));
  assert.ok(Math.abs(far(a, b) - far(rows[0]!, rows[1]!)) < 1e-12);
});

test("equal rows have no spread, and any direction does", () => {
  const found = principalComponents([[1, 2], [1, 2]]);
  assert.deepEqual(found.variances, [0, 0]);
  assert.deepEqual(projected(found, [1, 2], 2), [0, 0]);
});
