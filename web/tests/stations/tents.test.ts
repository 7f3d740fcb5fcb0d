import assert from "node:assert/strict";
import test from "node:test";
import { distance, evaluate, random, tents as bricks, toFunction, valueAt } from "../../engine/index.ts";
import { play } from "../../stations/station.ts";
import { teethOf } from "../../stations/tents/fold.ts";
import recorded from "../../stations/tents/recorded/round.json" with { type: "json" };
import {
  type Action, advance, check, DEEPEST, initial, networkOf, pairNetwork, type Pair, sineSteps, type State, STEPS,
} from "../../stations/tents/state.ts";
import { hinges, nested, neuronSentence } from "../../stations/tents/words.ts";

const run = (actions: Action[], from: State = initial()): State => actions.reduce(advance, from);
const valuesOf = (pair: Pair, at: number[]): number[] => at.map((x) => Number(evaluate(toFunction(pairNetwork(pair)), x).toFixed(9)));

test("the document's pair is a trough, its words a ramp, and only three bends make the tent", () => {
  const at = [0, 0.2, 0.5, 0.8, 1];
  assert.deepEqual(valuesOf("printed", at), [0.8, 0.6, 0.6, 0.6, 0.8]);
  assert.deepEqual(valuesOf("described", at), [0, 0, 0.3, 0.6, 0.6]);
  for (const pair of ["hinges", "layers", "minimum"] as const) assert.deepEqual(valuesOf(pair, at), [0, 0, 0.3, 0, 0], pair);
});

test("a tent is the same in one hidden layer and in two", () => {
  const draw = random(3);
  for (let i = 0; i < 60; i += 1) {
    const state = run([
      { kind: "apex", index: 0, x: draw.uniform(), y: draw.uniform(-2, 2) }, { kind: "foot", index: 1, side: "left", x: draw.uniform() },
      { kind: "foot", index: 0, side: "right", x: draw.uniform() }, { kind: "apex", index: 1, x: draw.uniform(), y: draw.uniform(-2, 2) },
    ]);
    const [one, two] = ([1, 2] as const).map((layers) => toFunction(bricks(state.tents, layers)));
    assert.ok(distance(one!, two!, [-1, 2]).value < 1e-9);
    for (const each of state.tents) assert.ok(Math.abs(each.left - 0.5) <= 0.5 && each.left < each.apex && each.apex < each.right);
  }
});

test("the formulas are those of the tents", () => {
  const tent = { left: 0, apex: 0.25, right: 0.5, height: -1 };
  assert.equal(hinges(tent), "−4 R(x) + 8 R(x − 0.25) − 4 R(x − 0.5)");
  assert.equal(nested(tent), "−R(1 − 4 R(x − 0.25) − 4 R(0.25 − x))");
});

test("what the neuron does is said", () => {
  assert.match(neuronSentence({ w: 2, b: -1, c: 1 }), /right of x = 0.5, .* slope is 2/);
  assert.match(neuronSentence({ w: -1, b: 1, c: 1 }), /left of x = 1, .* slope is −1, .* face left/);
  assert.match(neuronSentence({ w: 1, b: 0, c: -1 }), /upside down/);
  assert.match(neuronSentence({ w: 0, b: 1.5, c: 2 }), /does not see x: it is the constant 3/);
});

test("every pair brings the sine closer, and eight come within 0.00601", () => {
  assert.equal(sineSteps().length, STEPS);
  const network = networkOf(run([{ kind: "chapter", chapter: "sine" }, { kind: "step", step: 8 }]));
  for (let x = 0; x <= 1; x += 1 / 512) assert.ok(Math.abs(valueAt(network, x) - Math.sin(2 * Math.PI * x)) < 0.00601);
});

test("each fold doubles the teeth, which are counted on the function", () => {
  for (let depth = 1; depth <= DEEPEST; depth += 1) {
    const network = networkOf(run([{ kind: "chapter", chapter: "fold" }, { kind: "depth", depth }]));
    assert.equal(teethOf(toFunction(network)).length, 2 ** (depth - 1));
    assert.equal(network.weights.length, depth + 1);
  }
});

test("the recorded actions end where they should", () => {
  const end = play({ advance, initial }, recorded.actions as Action[]);
  assert.deepEqual(end.neuron, { w: 2, b: -1, c: -1 });
  assert.deepEqual(end.tents[0], { left: 0, apex: 0.3, right: 0.5, height: 1.5 });
  assert.deepEqual([end.tents.length, end.tents[1]!.left, end.layers, end.step, end.depth, end.chapter], [3, 0.4, 1, 8, 4, "fold"]);
  assert.deepEqual(check(JSON.parse(JSON.stringify(end))), end);
});

test("an impossible action gives the very same state", () => {
  const state = initial();
  const impossible: unknown[] = [
    { kind: "nonsense" }, { kind: "chapter", chapter: "five" }, { kind: "neuron", w: NaN }, { kind: "neuron", w: 1 }, { kind: "neuron" },
    { kind: "pair", pair: "printed" }, { kind: "apex", index: 5, x: 0, y: 0 }, { kind: "apex", index: 0, x: "0", y: 0 },
    { kind: "apex", index: 0, x: 0.25, y: 1 }, { kind: "foot", index: 0, side: "top", x: 0.1 }, { kind: "foot", index: 0, side: "left", x: -3 },
    { kind: "height", index: 0 }, { kind: "remove", index: 9 }, { kind: "layers", layers: 3 }, { kind: "step", step: 1 }, { kind: "depth", depth: NaN },
  ];
  for (const action of impossible) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
  const one = run([{ kind: "remove", index: 1 }]);
  assert.equal(advance(one, { kind: "remove", index: 0 }), one);
  const three = run([{ kind: "add" }]);
  assert.equal(advance(three, { kind: "add" }), three);
});

test("hostile states give sentences", () => {
  const good = initial();
  const hostile: unknown[] = [
    null, 7, [], { chapter: "toString" }, { pair: 3 }, { layers: 9 }, { step: 0 }, { step: 1e9 }, { depth: 60 }, { depth: 2.5 }, { neuron: {} },
    { neuron: { w: 1e9, b: 0, c: 0 } }, { tents: [] }, { tents: "x" }, { tents: Array(400).fill(good.tents[0]) }, { tents: [{ left: 0, apex: 0, right: 0, height: 1 }] },
    { tents: [{ left: 0, apex: 0.5, right: 1, height: 1e9 }] }, { tents: [{ left: -1, apex: 0.5, right: 1, height: 1 }] }, { tents: [null] },
  ];
  for (const raw of hostile) {
    const said = check(raw);
    assert.equal(typeof said, "string", JSON.stringify(raw));
    assert.match(said as string, /^[A-Z].*\.$/);
  }
  assert.deepEqual(check({}), good);
});
