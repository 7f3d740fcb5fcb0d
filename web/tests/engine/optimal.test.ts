import assert from "node:assert/strict";
import test from "node:test";

import * as engine from "../../engine/index.ts";

const SINE = engine.example("sine");

function errorOf(network: engine.Network, data: engine.Curve, loss: engine.Loss): number {
  const errors = data.x.map((x, i) => engine.valueAt(network, x) - data.y[i]!);
  return loss === "max"
    ? Math.max(...errors.map(Math.abs))
    : errors.reduce((sum, e) => sum + e * e, 0) / errors.length;
}

function noisy(seed: number, count: number): engine.Curve {
  const rng = engine.random(seed);
  const x = Array.from({ length: count }, () => Math.round(rng.uniform(0, 12) * 4) / 4); // x repeat
  return { x, y: x.map((t) => Math.cos(t) + 0.2 * rng.normal()) };
}

for (const loss of ["mse", "max"] as const) {
  test(`${loss}: the curve falls, stays above its bounds, and every network errs by what it says`, () => {
    for (const data of [SINE, noisy(1, 60), engine.example("relu-lab")]) {
      const { values } = engine.atOnce(engine.errorCurve(data, 8, loss));
      assert.deepEqual(values.map((best) => best.size), [1, 2, 3, 4, 5, 6, 7, 8]);
      values.forEach((best, i) => {
        assert.ok(best.lower <= best.error && best.error <= (values[i - 1]?.error ?? Infinity));
        assert.ok(best.lower <= (values[i - 1]?.lower ?? Infinity) * (1 + 1e-9));
        const again = errorOf(best.network, data, loss);
        assert.ok(Math.abs(again - best.error) <= 1e-12 * Math.max(1, again), `${again} is not ${best.error}`);
        for (const x of data.x) {
          assert.ok(Math.abs(engine.evaluate(best.function, x) - engine.valueAt(best.network, x)) < 1e-9);
        }
      });
    }
  });

  test(`${loss}: pieces are at least as good as as many units less one, and at most as good as the bound`, () => {
    const data = noisy(2, 50);
    for (const count of [1, 2, 5, 9]) {
      const pieces = engine.bestPieces(data, count, loss);
      assert.ok(engine.kinks(pieces.function).length < count);
      assert.ok(pieces.lower <= pieces.error);
      const units = engine.bestUnits(data, count, loss);
      assert.ok(units.error <= pieces.error * (1 + 1e-6), `${units.error} > ${pieces.error}`);
      assert.ok(units.network.biases[0]!.length <= count);
    }
  });
}

test("ten units on the sine: the figures that Python certifies", () => {
  const squares = engine.bestUnits(SINE, 10, "mse");
  assert.ok(Math.abs(squares.lower / 1.236769e-4 - 1) < 1e-6);
  assert.ok(squares.error / squares.lower < 1.00001);
  const largest = engine.bestUnits(SINE, 10, "max");
  assert.ok(Math.abs(largest.lower / 0.0230082828625 - 1) < 1e-9);
  assert.ok(largest.error / largest.lower < 1.00001);
});

test("as many units as segments interpolate, and repeated x leave what no function can avoid", () => {
  const lab = engine.example("relu-lab");
  assert.ok(engine.bestUnits(lab, 3, "mse").error < 1e-30);
  const twice = { x: [0, 1, 1, 2], y: [0, 1, 3, 0] };
  assert.equal(engine.bestPieces(twice, 2, "max").lower, 1);
  assert.ok(Math.abs(engine.bestPieces(twice, 2, "max").error - 1) < 1e-12);
  assert.ok(Math.abs(engine.bestPieces(twice, 2, "mse").error - 0.5) < 1e-12);
  const one = engine.bestUnits({ x: [3], y: [7] }, 2, "mse");
  assert.equal(engine.valueAt(one.network, 3), 7);
});

test("data far from the origin, and steep data, lose nothing", () => {
  const far = { x: SINE.x.map((x) => 1e6 + x / 64), y: SINE.y.map((y) => 5e3 + y * 1e-3) };
  const here = engine.bestPieces(SINE, 6, "max");
  const there = engine.bestPieces(far, 6, "max");
  assert.ok(Math.abs(there.lower / (here.lower * 1e-3) - 1) < 1e-6);
});

test("more points than the page computes are refused by a sentence", () => {
  const many = { x: Array.from({ length: 301 }, (_, i) => i), y: new Array<number>(301).fill(0) };
  assert.throws(() => engine.bestUnits(many, 3), /up to 300 points, not 301/);
  assert.throws(() => engine.bestUnits({ x: [1, NaN], y: [1, 2] }, 3), /x\[1\] is NaN/);
  assert.throws(() => engine.bestUnits(SINE, 0), /from 1 to 64/);
});

test("work in slices gives the same, in order, and can be stopped", async () => {
  const data = noisy(3, 40);
  const seen: number[] = [];
  const curve = await engine.inSlices(engine.errorCurve(data, 4, "max"), (best) => seen.push(best.size), { budget: 1 });
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.deepEqual(curve, engine.atOnce(engine.errorCurve(data, 4, "max")).result);
  const stop = new AbortController();
  const work = engine.inSlices(engine.errorCurve(data, 30, "mse"), () => stop.abort(new Error("enough")), { signal: stop.signal });
  await assert.rejects(work, /enough/);
});
