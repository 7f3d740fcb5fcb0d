import assert from "node:assert/strict";
import test from "node:test";
import { atOnce, forward } from "../../engine/index.ts";
import { parseTable, thinned } from "../../stations/draw/csv.ts";
import { type Descent, descent } from "../../stations/draw/descent.ts";
import { PLACES, SHAPES, traced, traceNow, wayOf } from "../../stations/draw/doodle.ts";
import { parseFormula } from "../../stations/draw/formula.ts";
import { draw } from "../../stations/draw/index.ts";
import { pointsOf } from "../../stations/draw/points.ts";
import { bestNow } from "../../stations/draw/results.ts";
import { type Action, advance, BOARD, check, initial, type State } from "../../stations/draw/state.ts";
import { play } from "../../stations/station.ts";
import recorded from "../../stations/draw/recorded/drawn-zigzag.json";

const value = (formula: string, x: number): number => {
  const parsed = parseFormula(formula);
  assert.ok(parsed.ok, formula);
  return parsed.f(x);
};
const sentence = (formula: string): string => {
  const parsed = parseFormula(formula);
  assert.ok(!parsed.ok, formula);
  return parsed.sentence;
};

test("formulas have the usual precedence", () => {
  assert.equal(value("1 + 2 * 3", 0), 7);
  assert.equal(value("-x^2", 3), -9);
  assert.equal(value("2^3^2", 0), 512);
  assert.equal(value("2**-x", 1), 0.5);
  assert.equal(value("8 / 4 / 2", 0), 1);
  assert.equal(value("max(x, 1) - min(x, 1)", 4), 3);
  assert.equal(value("relu(x) + abs(-x) * (1 - 2)", 2), 0);
  assert.equal(value("sin(pi / 2) + 1.5e1", 0), 16);
});

test("a formula that cannot be read names the character", () => {
  assert.match(sentence("sin x"), /^At character 5: sin needs a bracket/);
  assert.match(sentence("2x"), /^At character 2: an operator such as \* is missing/);
  assert.match(sentence("(1 + x"), /^At character 7: a closing bracket is missing/);
  assert.match(sentence("x + "), /^At character 5: the formula ends too early/);
  assert.match(sentence("1 + foo(x)"), /^At character 5: “foo” is not known/);
  assert.match(sentence("x)"), /closing bracket too many/);
  assert.match(sentence("max(x)"), /two numbers/);
  assert.match(sentence("x; alert(1)"), /^At character 2/);
  assert.match(sentence("constructor(1)"), /not known/);
  assert.match(sentence("(".repeat(200)), /nested too deeply/);
  assert.match(sentence(""), /Write a formula/);
});

test("tables are read with any separator, and what is wrong has a row and a column", () => {
  assert.deepEqual(parseTable("x;y\n1;2\r\n3;4\n"), { ok: true, x: [1, 3], y: [2, 4], names: ["x", "y"] });
  assert.deepEqual(parseTable("0 1\n1   2"), { ok: true, x: [0, 1], y: [1, 2], names: null });
  const wrong = (source: string): string => (parseTable(source) as { sentence: string }).sentence;
  assert.equal(wrong("x,y\n1,2\n\n3,four"), "Row 4, column 2: “four” is no number.");
  assert.equal(wrong("1,2\n3"), "Row 2 has one column: write x and y, with a comma between them.");
  assert.equal(wrong("1,2\n,3"), "Row 2, column 1 is empty.");
  assert.equal(wrong("1,nan"), "Row 1, column 2: “nan” is no number.");
  assert.match(wrong("1e300,1"), /too large/);
  assert.match(wrong(" \n"), /no rows/);
});

test("of many rows an even choice is kept, with both ends", () => {
  const x = Array.from({ length: 1000 }, (_, i) => 999 - i);
  const few = thinned(x, x, 300);
  assert.equal(few.x.length, 300);
  assert.deepEqual([few.x[0], few.x[299]], [0, 999]);
  assert.ok(few.x.every((each, i) => i === 0 || each > few.x[i - 1]!));
});

test("a stroke writes over the board where it passes, in either direction", () => {
  const start = advance(initial(), { kind: "target", target: { kind: "drawn", y: Array.from({ length: BOARD.columns }, () => null) } });
  const one = advance(start, { kind: "stroke", points: [[0, 0], [10, 1]] });
  const two = advance(one, { kind: "stroke", points: [[6, -1], [4, -1]] });
  const points = pointsOf(two);
  assert.ok(points.ok);
  assert.equal(points.x.length, BOARD.columns);
  assert.equal(points.y[points.x.indexOf(5)], -1);
  assert.equal(points.y[points.x.indexOf(2.5)], 0.25);
  assert.equal(advance(two, { kind: "stroke", points: [[6, -1], [4, -1]] }), two);
  assert.ok(!pointsOf(start).ok);
});

test("recorded actions lead to a zigzag that three units meet exactly", () => {
  const state = play<State, Action>(draw, recorded.actions as Action[]);
  const points = pointsOf(state);
  assert.ok(points.ok);
  assert.equal(state.units, 3);
  assert.ok(bestNow(points, state.loss, state.units).error < 1e-3);
});

test("the error falls with the units and the bound stays below it", () => {
  const points = pointsOf(initial());
  assert.ok(points.ok);
  let before = Infinity;
  for (let units = 1; units <= 6; units += 1) {
    const best = bestNow(points, "max", units);
    assert.ok(best.lower <= best.error && best.error <= before);
    before = best.error;
  }
});

test("gradient descent is the same run for the same seed, and never below the bound", () => {
  const points = pointsOf(initial());
  assert.ok(points.ok);
  for (const way of ["usual", "recipe"] as const) {
    const first: Descent = descent(points.x, points.y, 3, way, 5).next().value;
    const again: Descent = descent(points.x, points.y, 3, way, 5).next().value;
    assert.deepEqual(first, again);
    assert.equal(first.steps, 250);
    const measured = points.x.reduce((sum, x, i) => sum + (forward(first.network, [x])[0]! - points.y[i]!) ** 2, 0) / points.x.length;
    assert.ok(Math.abs(measured - first.mse) < 1e-12);
  }
  const done = atOnce(descent(points.x, points.y, 3, "recipe", 5)).result;
  assert.equal(done.steps, 50_000);
  assert.ok(done.mse > bestNow(points, "mse", 3).lower);
});

test("states that cannot be shown give a sentence", () => {
  const y = Array.from({ length: BOARD.columns }, () => null);
  const bad: unknown[] = [
    null, 3, [], { units: 0 }, { units: 2.5 }, { units: "4" }, { units: 1e9 }, { loss: "l1" }, { ways: ["magic"] }, { ways: "usual" }, { seed: -1 },
    { target: null }, { target: { kind: "tan" } }, { target: { kind: "drawn", y: [1] } }, { target: { kind: "drawn", y: [...y.slice(1), 7] } },
    { target: { kind: "formula", formula: 3, from: 0, to: 1 } }, { target: { kind: "formula", formula: "x", from: 1, to: 1 } },
    { target: { kind: "formula", formula: "x".repeat(1000), from: 0, to: 1 } }, { target: { kind: "table", x: [1], y: [] } },
    { target: { kind: "table", x: Array(301).fill(1), y: Array(301).fill(1) } }, { target: { kind: "table", x: [null], y: [1] } },
  ];
  for (const raw of bad) assert.match(String(check(raw)), /^[A-Za-z].*\.$/, JSON.stringify(raw));
  assert.deepEqual(check({}), initial());
  assert.deepEqual(check(JSON.parse(JSON.stringify(initial()))), initial());
});

test("impossible actions give the very same state", () => {
  const state = initial();
  const bad = [
    { kind: "nothing" }, { kind: "units", units: NaN }, { kind: "units", units: 4 }, { kind: "loss", loss: "x" }, { kind: "way", way: "x", on: true },
    { kind: "stroke", points: [[0, 0], [1, 1]] }, { kind: "wipe" }, { kind: "seed", seed: 0.5 }, { kind: "target", target: { kind: "sine" } }, { kind: "target" },
  ];
  for (const action of bad) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
  const board = advance(state, { kind: "target", target: { kind: "drawn", y: Array.from({ length: BOARD.columns }, () => null) } });
  for (const points of [undefined, [null, null], [[0, NaN], [1, 1]], [[0, 0]]]) assert.equal(advance(board, { kind: "stroke", points } as never), board);
});

test("targets without an answer say why", () => {
  const say = (target: State["target"]): string => {
    const points = pointsOf({ ...initial(), target });
    assert.ok(!points.ok);
    assert.match(draw.python({ ...initial(), target }), /^# There is nothing to fit yet\./);
    assert.equal(draw.network?.({ ...initial(), target }), null);
    return points.sentence;
  };
  assert.match(say({ kind: "formula", formula: "1 / x", from: 0, to: 1 }), /no finite value at x = 0/);
  assert.match(say({ kind: "formula", formula: "1 /", from: 0, to: 1 }), /At character/);
  assert.match(say({ kind: "formula", formula: "exp(x)", from: 0, to: 100 }), /past 1e9/);
  assert.match(say({ kind: "table", x: [2, 2], y: [0, 1], name: "" }), /All points have x = 2/);
});

test("a doodle is kept as even steps along its way", () => {
  const doodle = traced([[0, 0], [3, 0], [3, 1]])!;
  assert.equal(doodle.x.length, PLACES);
  assert.deepEqual([doodle.x[90], doodle.y[90]], [3, 0]);
  assert.deepEqual([doodle.x[120], doodle.y[120]], [3, 1]);
  assert.equal(traced([[1, 1], [1, 1]]), undefined);
});

test("straight strokes are traced exactly, and a heart ever better and never below its bound", () => {
  const corner = traceNow(traced([[-4, 0], [0, 2], [4, 0], [0, -2]])!, 3);
  assert.ok(corner.error < 1e-6, String(corner.error)); // places are kept to three decimals
  const heart = SHAPES.heart!();
  const traces = [1, 2, 4, 8, 12].map((pieces) => traceNow(heart, pieces));
  traces.forEach((trace, i) => {
    assert.ok(trace.lower <= trace.error);
    assert.ok(i === 0 || trace.error < traces[i - 1]!.error);
    const [w, b] = [trace.network.weights, trace.network.biases];
    assert.deepEqual([w[0]![0]!.length, w[1]![0]!.length, b[1]!.length], [trace.network.biases[0]!.length, 2, 2]);
    const squares = wayOf(heart).map((t, k) => {
      const [x, y] = forward(trace.network, [t]);
      return (x! - heart.x[k]!) ** 2 + (y! - heart.y[k]!) ** 2;
    });
    const error = squares.reduce((a, c) => a + c, 0) / (2 * PLACES);
    assert.ok(Math.abs(error - trace.error) <= 1e-12);
  });
  assert.ok(traces[4]!.error < 0.002);
});

test("a doodle from outside is checked", () => {
  const { x, y } = SHAPES.eight!();
  assert.equal(typeof check({ target: { kind: "doodle", x, y } }), "object");
  assert.equal(check({ target: { kind: "doodle", x: x.slice(1), y } }), "A doodle needs 121 numbers x.");
  assert.equal(check({ target: { kind: "doodle", x, y: y.map(() => 4) } }), "The doodle's y[0] must be a number from -3 to 3.");
});
