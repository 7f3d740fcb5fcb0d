import assert from "node:assert/strict";
import test from "node:test";

import * as engine from "../../engine/index.ts";

const SINE = engine.example("sine");

/** The mean squared error of stacked parameters, written out. */
function lossOf(p: ArrayLike<number>, activation: engine.Activation): number {
  const n = (p.length - 1) / 3;
  const outputs = SINE.x.map((x) => {
    let sum = p[3 * n]!;
    for (let j = 0; j < n; j += 1) sum += p[2 * n + j]! * engine.activate(activation, p[j]! * x + p[n + j]!);
    return sum;
  });
  return outputs.reduce((sum, y, i) => sum + (y - SINE.y[i]!) ** 2, 0) / SINE.x.length;
}

test("Adam's first step goes down the gradient's signs, for every activation", () => {
  for (const activation of engine.ACTIVATIONS) {
    const rng = engine.random(11);
    const start = engine.torchStart(4, () => rng.uniform());
    const trainer = new engine.Trainer({ ...SINE, start, activation });
    assert.ok(Math.abs(trainer.loss() - lossOf(start, activation)) < 1e-12);
    trainer.step(1e-3);
    start.forEach((value, i) => {
      const moved = (by: number) => lossOf(start.with(i, value + by), activation);
      const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      if (Math.abs(slope) < 1e-3) return;
      const step = trainer.parameters[i]! - value;
      assert.ok(Math.abs(step + 1e-3 * Math.sign(slope)) < 1e-6, `${activation} ${i}: ${step} for ${slope}`);
    });
  }
});

test("stratified kinks fall one into each stratum, and training lowers the loss a hundred times", () => {
  const rng = engine.random(2);
  const uniform = () => rng.uniform();
  const start = engine.stratified(engine.kerasStart(10, uniform), SINE.x, uniform);
  const hinges = engine.hingesOf(new engine.Trainer({ ...SINE, start }).network());
  const sorted = [...SINE.x].sort((a, b) => a - b);
  hinges.forEach((hinge, j) => {
    const below = sorted.filter((x) => x <= engine.kinkOf(hinge)).length;
    assert.ok(below >= 14 * j && below <= 15 * (j + 1) + 1, `kink ${j} has ${below} rows below it`);
  });
  const trainer = new engine.Trainer({ ...SINE, start });
  const before = trainer.loss();
  const batches = new engine.Batches(150, 32, rng);
  trainer.run(4000, 1e-2, () => batches.next());
  assert.equal(trainer.steps, 4000);
  assert.ok(trainer.loss() < before / 100, `${trainer.loss()} from ${before}`);
  assert.ok(Math.abs(engine.valueAt(trainer.network(), 3) - trainer.output(3)) < 1e-12);
});

test("every epoch holds every row once, the last batch what is left", () => {
  const batches = new engine.Batches(135, 32, engine.random(0));
  assert.equal(batches.perEpoch, 5);
  const orders = [0, 1].map(() => {
    const sizes: number[] = [];
    const rows: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const batch = batches.next();
      sizes.push(batch.length);
      rows.push(...batch);
    }
    assert.deepEqual(sizes, [32, 32, 32, 32, 7]);
    assert.deepEqual(rows.toSorted((a, b) => a - b), Array.from({ length: 135 }, (_, i) => i));
    return rows.join();
  });
  assert.notEqual(orders[0], orders[1]);
});

test("a run that leaves the numbers says so, and bad starts are refused", () => {
  const start = new Float64Array([1, 0, 1, 0]);
  const trainer = new engine.Trainer({ x: [1e200], y: [-1e200], start });
  trainer.step(1);
  assert.equal(trainer.alive, false);
  assert.throws(() => new engine.Trainer({ x: [1], y: [1, 2], start }), /y has 2 rows where x has 1/);
  assert.throws(() => new engine.Trainer({ x: [1], y: [1], start: new Float64Array(3) }), /3 numbers a unit/);
});
