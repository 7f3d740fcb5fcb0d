import assert from "node:assert/strict";
import test from "node:test";
import { distance, fromPoints, influence, random, slopeChanges, toFunction } from "../../engine/index.ts";
import { play } from "../../stations/station.ts";
import recorded from "../../stations/segments/recorded/build.json" with { type: "json" };
import { built, fan } from "../../stations/segments/scenes.ts";
import {
  type Action, advance, check, INTERVAL, initial, LIMIT, MOST_POINTS, namesOf, networkOf, parameterOf, pointsOf, STARTS, stageOf,
  type State, unitsOf,
} from "../../stations/segments/state.ts";
import { influenceSentence, nudge, stageWords } from "../../stations/segments/words.ts";

const station = { advance, initial };
const run = (actions: Action[], from: State = initial()): State => actions.reduce(advance, from);

test("the document's points give the document's numbers", () => {
  const { units, b0 } = unitsOf(initial());
  assert.deepEqual(units, [{ v: 1, b: 1, w: 4 }, { v: 1, b: 0.5, w: -8 }, { v: 1, b: 0, w: 5 }]);
  assert.equal(b0, -1);
});

test("its numbers as printed, with v = 0, are the constant -1", () => {
  const printed = run([{ kind: "start", from: "printed" }]);
  const f = toFunction(networkOf(printed));
  assert.deepEqual([...new Set(f.values)], [-1 + 4 * 1 - 8 * 0.5]);
  assert.deepEqual(slopeChanges(f).filter((change) => change !== 0), []);
  assert.ok(unitsOf(printed).units.every((unit) => unit.v === 0));
});

test("each number moves the stretch that the facts name", () => {
  const stretch = (name: string): unknown => nudge(networkOf(initial()), name).stretches.map(([a, b]) => [Number(a.toFixed(9)), b]);
  for (const name of ["b0", "b1", "v1", "w1"]) assert.deepEqual(stretch(name), [[-1, 1]], name);
  for (const name of ["v2", "w2"]) assert.deepEqual(stretch(name), [[-0.5, 1]], name);
  assert.deepEqual(stretch("b2"), [[-0.6, 1]]);
  for (const name of ["v3", "w3"]) assert.deepEqual(stretch(name), [[0, 1]], name);
  assert.deepEqual(stretch("b3"), [[-0.1, 1]]);
});

test("the sentence says the stretch and the largest move", () => {
  const network = networkOf(initial());
  const sentence = (name: string): string => influenceSentence(network, name, nudge(network, name));
  assert.equal(sentence("w3"), "w₃ + 0.1, from 5, moves the curve on [0, 1], 50 % of the curve, most by +0.1 at x = 1.");
  assert.match(sentence("b1"), /everywhere/);
  const flat = networkOf(run([{ kind: "number", of: "w2", value: 0 }]));
  assert.match(influenceSentence(flat, "b2", nudge(flat, "b2")), /moves nothing .* the output weight of unit 2 is 0/);
  const off = networkOf(run([{ kind: "number", of: "b3", value: -2 }]));
  assert.match(influenceSentence(off, "w3", nudge(off, "w3")), /moves nothing .* unit 3 is off there/);
});

test("editing a number makes the points follow the network, and moving a point makes the network follow the points", () => {
  const edited = run([{ kind: "number", of: "b2", value: 0.25 }, { kind: "number", of: "v3", value: -1 }]);
  assert.equal(edited.shape.kind, "numbers");
  const f = toFunction(networkOf(edited));
  const through = fromPoints(pointsOf(edited));
  assert.ok(distance(f, through, INTERVAL).value < 1e-12);
  const moved = advance(edited, { kind: "move", index: 1, x: -0.5, y: 0.5 });
  assert.equal(moved.shape.kind, "points");
  assert.ok(unitsOf(moved).units.every((unit) => unit.v === 1));
  const back = run([{ kind: "points" }], edited);
  assert.ok(distance(toFunction(networkOf(back)), f, INTERVAL).value < 1e-12);
});

test("the recorded actions build the document's function again", () => {
  const end = play(station, recorded.actions as Action[]);
  assert.deepEqual(unitsOf(end), unitsOf(initial()));
  assert.deepEqual([end.stage, stageOf(end).last], [5, 5]);
  assert.deepEqual(end.fan, { of: "b3", spread: 0.5, seed: 2 });
  assert.deepEqual(check(JSON.parse(JSON.stringify(end))), end);
});

test("an impossible action gives the very same state", () => {
  const state = initial();
  const impossible: unknown[] = [
    { kind: "nonsense" }, { kind: "delete", index: 0 }, { kind: "delete", index: 3 }, { kind: "delete", index: 99 },
    { kind: "move", index: 7, x: 0, y: 0 }, { kind: "move", index: 1, x: NaN, y: 0 }, { kind: "move", index: 1, x: -0.5, y: 1 },
    { kind: "add", x: 2, y: 0 }, { kind: "add", x: -0.5, y: 0 }, { kind: "add", x: 0.5, y: Infinity },
    { kind: "number", of: "w9", value: 1 }, { kind: "number", of: "w1", value: LIMIT + 1 }, { kind: "number", of: "w1", value: "4" },
    { kind: "number", of: "w1", value: 4 }, { kind: "number", value: 1 }, { kind: "start", from: "toString" }, { kind: "start", from: "document" },
    { kind: "stage", stage: 0 }, { kind: "stage", stage: "x" }, { kind: "fan", of: "w7" }, { kind: "at" }, { kind: "points" },
  ];
  for (const action of impossible) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
});

test("points keep their order and their number, whatever is done", () => {
  const draw = random(7);
  let state = initial();
  for (let i = 0; i < 600; i += 1) {
    const kinds: Action[] = [
      { kind: "move", index: draw.integer(10), x: draw.uniform(-2, 2), y: draw.uniform(-3, 3) },
      { kind: "add", x: draw.uniform(-1.2, 1.2), y: draw.uniform(-2, 2) },
      { kind: "delete", index: draw.integer(10) },
      { kind: "number", of: ["v1", "b2", "w3", "b0", "v2"][draw.integer(5)]!, value: draw.uniform(-9, 9) },
    ];
    state = advance(state, kinds[draw.integer(kinds.length)]!);
    const all = pointsOf(state);
    assert.ok(all.length >= 2 && all[0]![0] === -1 && all[all.length - 1]![0] === 1);
    all.forEach(([x], at) => assert.ok(at === 0 || x > all[at - 1]![0]));
    const read = check(JSON.parse(JSON.stringify(state)));
    assert.deepEqual(read, state);
  }
  const many = Array.from({ length: 40 }, (_, i): Action => ({ kind: "add", x: -0.97 + i * 0.045, y: 0.3 }));
  assert.equal(pointsOf(run(many)).length, MOST_POINTS);
});

test("hostile states give sentences", () => {
  const good = initial();
  const hostile: unknown[] = [
    null, 7, "x", [], { shape: 1 }, { shape: { kind: "points", points: [] } }, { shape: { kind: "points", points: "no" } },
    { shape: { kind: "points", points: [[-1, 0], [1]] } }, { shape: { kind: "points", points: [[-1, 0], [1, NaN]] } },
    { shape: { kind: "points", points: [[-1, 0], [0.5, 1], [0.5, 2], [1, 0]] } }, { shape: { kind: "points", points: [[-0.5, 0], [1, 0]] } },
    { shape: { kind: "points", points: Array.from({ length: 5000 }, (_, i) => [i / 5000, 0]) } },
    { shape: { kind: "numbers", units: [], b0: 0 } }, { shape: { kind: "numbers", units: [{ v: 1, b: 0 }], b0: 0 } },
    { shape: { kind: "numbers", units: [{ v: 1, b: 0, w: 1e300 }], b0: 0 } }, { shape: { kind: "numbers", units: [{ v: 1, b: 0, w: 1 }] } },
    { ...good, stage: -1 }, { ...good, stage: 1.5 }, { ...good, at: 4 }, { ...good, fan: { of: "q1", spread: 0.5, seed: 1 } },
    { ...good, fan: { of: "w1", spread: 9, seed: 1 } }, { ...good, fan: { of: "w1", spread: 0.5, seed: 0.5 } }, { ...good, fan: null },
  ];
  for (const raw of hostile) {
    const said = check(raw);
    assert.equal(typeof said, "string", JSON.stringify(raw));
    assert.match(said as string, /^[A-Z].*\.$/);
  }
  assert.deepEqual(check({}), good);
});

test("the build-up ends at the network itself, and every stage has its words", () => {
  for (const { shape } of Object.values(STARTS)) {
    const state = { ...initial(), shape };
    const { units, b0 } = unitsOf(state);
    for (let stage = 0; stage <= units.length + 2; stage += 1) {
      assert.match(stageWords(units, b0, stage).sentence, /^[A-Z].*\.$/s);
      assert.ok(built(units, b0, stage).layers.length > 0);
    }
    const last = built(units, b0, units.length + 2).layers.find((layer) => layer.id === "sum");
    const sum = last?.kind === "curve" ? { breakpoints: [...Array.from(last.x)], values: [...Array.from(last.y)], leftSlope: last.left ?? 0, rightSlope: last.right ?? 0 } : undefined;
    assert.ok(sum && distance(sum, toFunction(networkOf(state)), INTERVAL).value < 1e-12);
  }
});

test("a fan is the same for the same seed, and moves what the number moves", () => {
  const network = networkOf(initial());
  assert.deepEqual(fan(network, "w3", 0.5, 3), fan(network, "w3", 0.5, 3));
  assert.notDeepEqual(fan(network, "w3", 0.5, 3), fan(network, "w3", 0.5, 4));
  assert.deepEqual(fan(network, "w3", 0.5, 3).stretch, [0, 1]);
  assert.deepEqual(fan(network, "w1", 0.5, 3).stretch, [-1, 1]);
  for (const name of namesOf(3)) assert.ok(influence(network, parameterOf(name), 0.1, INTERVAL).stretches.length > 0);
});
