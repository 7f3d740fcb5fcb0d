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

const SETTINGS: engine.Settings = {
  activation: "relu", units: 6, init: "torch", kinks: "stratified", standardize: true, optimizer: "adam", learningRate: 5e-3,
  schedule: "cosine", steps: 900, batch: 32, l1: 0, l2: 0, validation: 0.1, seed: 4,
};
const run = (changes: engine.Change[] = [], settings = SETTINGS, budget = 60_000) => new engine.Run({ ...SINE, settings, changes, budget });

test("a run gone back in is the same run, bit for bit, however it was cut into slices", () => {
  const changes: engine.Change[] = [{ at: 333, to: { optimizer: "rmsprop", learningRate: 1e-3, batch: 0 } }, { at: 600, to: { l2: 1e-4 } }];
  const whole = run(changes);
  whole.go(900);
  assert.ok(whole.record.length > 10 && whole.stride > 1);
  const cut = run(changes);
  let calls = 0;
  while (!cut.go(900, () => true)) calls += 1;
  assert.ok(calls > 40);
  assert.deepEqual(cut.parameters, whole.parameters);
  assert.deepEqual(cut.record, whole.record);
  for (const step of [0, 17, 332, 333, 334, 601, 899]) {
    whole.go(step);
    const fresh = run(changes, SETTINGS, 0);
    fresh.go(step);
    assert.equal(whole.step, step);
    assert.deepEqual(whole.parameters, fresh.parameters, `step ${step}`);
  }
  whole.go(900);
  assert.deepEqual(whole.parameters, cut.parameters);
});

test("what is changed at a step changes nothing before it, and the record up to there is handed over", () => {
  const plain = run();
  plain.go(900);
  const changed = run([{ at: 500, to: { learningRate: 1e-4, schedule: "constant" } }]);
  changed.adopt(plain, 500);
  const adopted = changed.record.length;
  assert.ok(adopted > 5 && changed.record[adopted - 1]!.step <= 500);
  changed.go(900);
  const fresh = run(changed.changes as engine.Change[]);
  fresh.go(900);
  assert.deepEqual(changed.parameters, fresh.parameters);
  assert.notDeepEqual(changed.parameters, plain.parameters);
  changed.go(500);
  plain.go(500);
  assert.deepEqual(changed.parameters, plain.parameters);
});

test("what is measured is that of the network in the units of the data", () => {
  const one = run();
  one.go(450);
  const network = one.network();
  const errors = SINE.x.map((x, i) => (engine.valueAt(network, x) - SINE.y[i]!) ** 2);
  const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const { loss, held, units } = one.measures();
  assert.ok(Math.abs(loss - mean(errors.slice(0, 135))) < 1e-12);
  assert.ok(Math.abs(held - mean(errors.slice(135))) < 1e-12);
  const hinges = engine.hingesOf(network);
  hinges.forEach((hinge, j) => {
    const on = SINE.x.slice(0, 135).filter((x) => hinge.weight * x + hinge.bias > 1e-12).length;
    assert.equal(units[j], on === 0 ? engine.DEAD : on === 135 ? engine.ALWAYS_ON : engine.BENDS, `unit ${j}: ${on}`);
  });
  assert.ok(Number.isNaN(run([], { ...SETTINGS, validation: 0 }).measures().held));
});

test("a run that diverges is frozen at its last good step, the same one however it is cut, and can be changed there", () => {
  const cases: [engine.Settings, engine.Change[], number][] = [
    [{ ...SETTINGS, learningRate: 1e6 }, [], 0],
    [{ ...SETTINGS, optimizer: "sgd", learningRate: 1e9 }, [], 0],
    [SETTINGS, [{ at: 300, to: { learningRate: 1e6 } }], 300],
    [{ ...SETTINGS, activation: "tanh" }, [{ at: 451, to: { optimizer: "sgd", learningRate: 1e200 } }], 451],
  ];
  for (const [settings, changes, last] of cases) {
    const one = run(changes, settings);
    one.go(900);
    assert.deepEqual([one.frozen, one.step, one.end], [last, last, last]);
    assert.ok(Number.isFinite(one.measures().loss) && one.record.every((moment) => moment.step <= last));
    const cut = run(changes, settings);
    while (!cut.go(900, () => true));
    assert.equal(cut.frozen, last);
    assert.deepEqual(cut.parameters, one.parameters);
    const calmer = last > 0 ? run([{ at: last, to: { learningRate: 1e-4 } }], settings) : run([], { ...settings, learningRate: 1e-4 });
    calmer.adopt(one, last);
    calmer.go(900);
    assert.deepEqual([calmer.frozen, calmer.step], [undefined, 900]);
  }
});

test("the record stays within its budget of bytes", () => {
  const one = run([], { ...SETTINGS, units: 64, steps: 2000, batch: 8 }, 200_000);
  one.go(2000);
  const bytes = one.record.length * (3 * 8 * 193 + 5 * 64 + 4 * 135);
  assert.ok(bytes <= 200_000 * 1.05, `${bytes}`);
  assert.ok(one.record.length > 20);
});

test("penalties draw weights to zero, and leave biases alone", () => {
  const rng = engine.random(3);
  const start = engine.torchStart(3, () => rng.uniform());
  const stepped = (descending: Partial<engine.Descending>) => {
    const trainer = new engine.Trainer({ ...SINE, start, descending: { optimizer: "sgd", ...descending } });
    trainer.step(1e-3);
    return trainer.parameters;
  };
  const [none, l1, l2] = [stepped({}), stepped({ l1: 0.1 }), stepped({ l2: 0.1 })];
  start.forEach((p, i) => {
    const isWeight = i < 3 || (i >= 6 && i < 9);
    assert.ok(Math.abs(l1[i]! - none[i]! + (isWeight ? 1e-4 * Math.sign(p) : 0)) < 1e-15);
    assert.ok(Math.abs(l2[i]! - none[i]! + (isWeight ? 2e-4 * p : 0)) < 1e-15);
  });
});
