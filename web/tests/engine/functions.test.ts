import assert from "node:assert/strict";
import test from "node:test";

import * as engine from "../../engine/index.ts";

const EDGE = [[-1, -1], [-0.5, 1], [0, -1], [1, 0]] as const;

function close(actual: number, expected: number, tolerance = 1e-12): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

test("the source document's points become its three hinges", () => {
  const network = engine.networkThrough(EDGE);
  assert.deepEqual(engine.hingesOf(network), [
    { weight: 1, bias: 1, coefficient: 4 },
    { weight: 1, bias: 0.5, coefficient: -8 },
    { weight: 1, bias: 0, coefficient: 5 },
  ]);
  assert.deepEqual(network.biases[1], [-1]);
  assert.deepEqual(engine.toNetwork(engine.fromPoints(EDGE), [-1, 1]), network);
});

test("points in line keep their hinge where asked, with the coefficient 0", () => {
  const points = [[0, 0], [0.1, 0.3], [0.2, 0.6], [0.7, 2.1]] as const;
  assert.deepEqual(engine.networkThrough(points).weights[0]![0]!.length, 3);
  const inLine = [[0, 0], [0.5, 1.5], [2, 6], [4, 12]] as const;
  assert.deepEqual(engine.hingesOf(engine.networkThrough(inLine)).map((h) => h.coefficient), [3, 0, 0]);
  assert.equal(engine.hingesOf(engine.toNetwork(engine.fromPoints(inLine), [0, 4])).length, 1);
});

test("a function and its network on the whole line are the same", () => {
  const f = engine.piecewiseLinear([-2, 0, 1, 4], [1, 3, -1, 0], 0.5, -2);
  const back = engine.toFunction(engine.toNetwork(f));
  assert.deepEqual(back.breakpoints, f.breakpoints);
  back.values.forEach((y, i) => close(y, f.values[i]!));
  close(back.leftSlope, 0.5);
  close(back.rightSlope, -2);
  const level = engine.piecewiseLinear([3], [2]);
  assert.deepEqual(engine.toFunction(engine.toNetwork(level)).values, [2]);
});

test("kinks that coincide merge, and those that cancel go", () => {
  const hinges = [
    { weight: 2, bias: -2, coefficient: 0.1 },
    { weight: 1, bias: -1, coefficient: 0.2 },
    { weight: -4, bias: 4, coefficient: 0.3 },
    { weight: 0, bias: 3, coefficient: 2 },
    { weight: 0, bias: -3, coefficient: 7 },
    { weight: 3, bias: -6, coefficient: 0.7 },
    { weight: -3, bias: 6, coefficient: -0.7 },
  ];
  const f = engine.toFunction(engine.fromHinges(hinges, 1));
  assert.deepEqual(f.breakpoints, [1]);
  close(f.values[0]!, 1 + 6 - 0.7 * 3);
  close(f.leftSlope, -1.2 + 2.1);
  close(f.rightSlope, 0.4 + 2.1);
});

test("the sum of 0.1 and 0.2 and -0.3 is a kink of 2.8e-17, because that is what the numbers are", () => {
  const hinges = [0.1, 0.2, -0.3].map((coefficient) => ({ weight: 1, bias: 0, coefficient }));
  const f = engine.toFunction(engine.fromHinges(hinges, 0));
  assert.equal(f.rightSlope, 2.7755575615628914e-17);
  assert.equal(engine.exactSum([[0.1], [0.2], [-0.3]]), 2.7755575615628914e-17);
  assert.equal(engine.exactSum([[1e300, 1e300], [-1e300, 1e300], [3, 7]]), 21);
  assert.equal(engine.exactSum([[5e-324], [-5e-324]]), 0);
});

test("evaluation stays between the vertices around it", () => {
  const f = engine.piecewiseLinear([0, 0.1, 0.3], [0.3, 0.3, 0.1], 1, 2);
  for (let i = 0; i <= 100; i += 1) {
    const y = engine.evaluate(f, (0.1 * i) / 100);
    assert.equal(y, 0.3);
  }
  close(engine.evaluate(f, -1), -0.7);
  close(engine.evaluate(f, 1.3), 2.1);
});

test("simplified drops vertices in line, exactly, and more within a tolerance", () => {
  const f = engine.piecewiseLinear([0, 1, 2, 3], [0, 1, 2, 0], 1, -2);
  assert.deepEqual(engine.simplified(f).breakpoints, [2]);
  const nearly = engine.piecewiseLinear([0, 1, 2, 3], [0, 1 + 2 ** -52, 2, 0], 0, 0);
  assert.deepEqual(engine.kinks(nearly), [0, 1, 2, 3]);
  assert.deepEqual(engine.simplified(nearly, 1e-9).breakpoints, [0, 2, 3]);
});

test("wrong functions are refused by a sentence", () => {
  assert.throws(() => engine.piecewiseLinear([0, 0], [1, 2]), /breakpoints\[0\] = 0 is followed by 0/);
  assert.throws(() => engine.piecewiseLinear([0, NaN], [1, 2]), /breakpoints\[1\] is NaN/);
  assert.throws(() => engine.networkThrough([[1, 2]]), /at least two/);
  assert.throws(() => engine.networkThrough([[1, 2], [1, 3]]), /two points stand at x = 1/);
  const smooth = engine.fromHinges([{ weight: 1, bias: 0, coefficient: 1 }], 0, "tanh");
  assert.throws(() => engine.toFunction(smooth), /layer 0 is tanh/);
});

test("linear units collapse to one line, whatever the depth", () => {
  const network = engine.dense([[[2, -1]], [[1, 3], [0.5, -2]], [[1], [2]]], [[1, 0], [0, 1], [-3]], "relu");
  const { slope, intercept } = engine.collapsed(network);
  const linear = engine.withLinearUnits(network);
  for (const x of [-3, 0, 2.5]) close(engine.valueAt(linear, x), slope * x + intercept);
});

test("a sawtooth of depth d has 2^(d - 1) teeth, exactly", () => {
  const f = engine.toFunction(engine.sawtooth(6));
  const teeth = engine.restricted(f, [0, 1]);
  assert.equal(teeth.breakpoints.length, 65);
  teeth.breakpoints.forEach((t, i) => {
    assert.equal(t, i / 64);
    assert.equal(teeth.values[i], i % 2);
  });
  const parabola = engine.toFunction(engine.square(4));
  for (let i = 0; i <= 16; i += 1) assert.equal(engine.evaluate(parabola, i / 16), (i / 16) ** 2);
});

test("a tent is the same hat in one hidden layer and in two", () => {
  const brick = { left: 0.2, apex: 0.5, right: 0.8, height: 2 };
  for (const layers of [1, 2] as const) {
    const f = engine.toFunction(engine.tent(brick, layers));
    assert.equal(f.breakpoints.length, 3);
    [0.2, 0.5, 0.8].forEach((t, i) => close(f.breakpoints[i]!, t, 1e-15));
    [0, 2, 0].forEach((y, i) => close(f.values[i]!, y, 1e-15));
    close(f.leftSlope, 0);
    close(f.rightSlope, 0, 1e-15);
  }
  const ramp = engine.toFunction(engine.ramp(0.25, 0.5, 1, 2));
  assert.deepEqual(ramp, { breakpoints: [0.25, 0.5], values: [0, 1], leftSlope: 0, rightSlope: 0 });
});

test("the steps of the sine by hand end at the best fifteen segments", () => {
  const steps = engine.sineByHand();
  assert.equal(steps.length, 8);
  const f = engine.toFunction(steps[7]!.network);
  assert.equal(engine.kinks(f).length, 16);
  for (let i = 0; i <= 1000; i += 1) {
    assert.ok(Math.abs(engine.evaluate(f, i / 1000) - Math.sin((2 * Math.PI * i) / 1000)) < 0.00601);
  }
});

test("influence: a bias moves all to its right, the last coefficient only the last half", () => {
  const network = engine.networkThrough(EDGE);
  const of = (layer: number, kind: "weight" | "bias", input: number | null, unit: number) =>
    engine.influence(network, { layer, kind, input, unit }, 0.1, [-1, 1]);
  assert.deepEqual(of(1, "bias", null, 0).stretches, [[-1, 1]]);
  close(of(1, "bias", null, 0).largest, 0.1);
  assert.deepEqual(of(1, "weight", 2, 0).stretches, [[0, 1]]);
  close(of(1, "weight", 2, 0).largest, 0.1);
  assert.deepEqual(of(1, "weight", 1, 0).stretches, [[-0.5, 1]]);
  const b3 = of(0, "bias", null, 2);
  assert.equal(b3.stretches.length, 1);
  close(b3.stretches[0]![0], -0.1);
  close(b3.largest, 0.5);
  assert.deepEqual(engine.influence(network, { layer: 0, kind: "bias", input: null, unit: 0 }, 0, [-1, 1]).stretches, []);
});

test("a trace gives the source document's numbers", () => {
  const network = engine.dense([[[0.2, 0.8, -0.5], [-0.9, 0.2, 0.4]]], [[2, 3, 0.5]], ["relu"]);
  const [layer] = engine.trace(network, [0.5, 1]).layers;
  [-0.8, 0.6, 0.15].forEach((v, j) => close(layer!.dot[j]!, v, 1e-15));
  [1.2, 3.6, 0.65].forEach((v, j) => close(layer!.z[j]!, v, 1e-15));
  assert.deepEqual(layer!.a, layer!.z);
  [0, 0.6, 0.15].forEach((v, j) => close(layer!.withoutBias[j]!, v, 1e-15));
  assert.deepEqual(layer!.gate, [1, 1, 1]);
});

test("the backward pass equals difference quotients, for both losses and every activation", () => {
  const rng = engine.random(3);
  const matrix = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal()));
  for (const activation of engine.ACTIVATIONS) {
    const network = engine.dense([matrix(2, 4), matrix(4, 3)], [matrix(1, 4)[0]!, matrix(1, 3)[0]!], activation);
    for (const target of [{ values: [0.3, -1, 2] }, { label: 1 }]) {
      const traced = engine.trace(network, [0.4, -0.7], target);
      for (const p of engine.parameters(network)) {
        const loss = (delta: number) =>
          engine.trace(engine.withParameter(network, p, engine.parameterValue(network, p) + delta), [0.4, -0.7], target).loss!;
        const slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
        const { backward } = traced.layers[p.layer]!;
        close(p.kind === "bias" ? backward!.bias[p.unit]! : backward!.weights[p.input!]![p.unit]!, slope, 1e-8);
      }
    }
  }
});

test("random numbers are reproduced, uniform and normal", () => {
  const rng = engine.random(7);
  const again = engine.random(7);
  const values = Array.from({ length: 20000 }, () => rng.uniform());
  values.slice(0, 100).forEach((v) => assert.equal(v, again.uniform()));
  assert.ok(values.every((v) => v >= 0 && v < 1));
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  close(mean(values), 0.5, 0.01);
  close(mean(values.map((v) => v * v)), 1 / 3, 0.01);
  const normals = Array.from({ length: 20000 }, () => rng.normal());
  close(mean(normals), 0, 0.03);
  close(mean(normals.map((v) => v * v)), 1, 0.05);
  assert.deepEqual([...rng.permutation(50)].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  assert.notEqual(engine.random(1).uniform(), engine.random(2).uniform());
});

test("numbers as Python writes them", () => {
  const cases: [number, string][] = [
    [0, "0.0"], [-0, "-0.0"], [1, "1.0"], [-2.5, "-2.5"], [0.1, "0.1"], [1e-5, "1e-05"], [1.5e-7, "1.5e-07"], [0.0001, "0.0001"],
    [123456789012345680, "1.2345678901234568e+17"], [1e16, "1e+16"], [1234567890123456, "1234567890123456.0"],
    [1e22, "1e+22"], [5e-324, "5e-324"], [0.1 + 0.2, "0.30000000000000004"], [-1200, "-1200.0"],
  ];
  for (const [x, written] of cases) assert.equal(engine.repr(x), written);
  assert.equal(engine.short(0.30000000000000004), "0.3");
  assert.equal(engine.short(123456), "123500");
  assert.equal(engine.short(-1.23456e-7), "-1.235e-7");
});

test("a function through points goes straight on: its ends are no kinks", () => {
  const rng = engine.random(4);
  for (let i = 0; i < 50; i += 1) {
    const points = Array.from({ length: 6 }, (_, k): engine.Point => [k + rng.uniform(), rng.normal()]);
    const f = engine.fromPoints(points);
    assert.equal(engine.kinks(f).length, 4);
    const network = engine.toNetwork(f, [f.breakpoints[0]!, f.breakpoints[5]!]);
    assert.deepEqual(network, engine.networkThrough(points));
  }
});
