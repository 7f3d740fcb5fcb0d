import assert from "node:assert/strict";
import test from "node:test";
import { largest, layersAt, networkOf, roomsOf, surroundings } from "../../stations/trace/compute.ts";
import { cloud, nearest } from "../../stations/trace/data.ts";
import { trace } from "../../stations/trace/index.ts";
import { separationOf } from "../../stations/trace/separation.ts";
import { type Action, advance, check, initial, PRESETS, presetOf, type State } from "../../stations/trace/state.ts";
import { play } from "../../stations/station.ts";
import recorded from "../../stations/trace/recorded/spiral.json";

const rounded = (values: readonly number[]): number[] => values.map((each) => Math.round(each * 1e12) / 1e12);

test("the point (0.5, 1) gives the numbers of the table", () => {
  const [layer] = layersAt(initial());
  assert.deepEqual(rounded(layer!.dot), [-0.8, 0.6, 0.15]);
  assert.deepEqual(rounded(layer!.z), [1.2, 3.6, 0.65]);
  assert.deepEqual(rounded(layer!.a), [1.2, 3.6, 0.65]);
  assert.deepEqual(rounded(layer!.withoutBias), [0, 0.6, 0.15]);
  const [bare] = layersAt(advance(initial(), { kind: "bias", on: false }));
  assert.deepEqual(rounded(bare!.a), [0, 0.6, 0.15]);
});

test("three detectors separate the blobs and not the spiral; more do better", () => {
  const right = (preset: keyof typeof PRESETS): number => surroundings(advance(initial(), { kind: "preset", preset })).right!;
  assert.equal(right("blobs-3"), 1);
  const shares = (["spiral-3", "spiral-8", "spiral-24"] as const).map(right);
  assert.ok(shares[0]! < 0.6 && shares[1]! < 0.75 && shares[2]! > 0.9, String(shares));
});

test("what is kept of a network is what the network gives", () => {
  const state = advance(initial(), { kind: "preset", preset: "spiral-8" });
  const { points } = cloud("spiral");
  const { signatures } = surroundings(state);
  for (const i of [0, 57, 299]) {
    const [layer] = layersAt({ ...state, point: points[i]! });
    assert.deepEqual(signatures[i], layer!.a);
    assert.equal(nearest(cloud("spiral"), points[i]!), i);
  }
  assert.equal(largest([1, 3, 2]), 1);
});

test("recorded actions lead where they led", () => {
  const state = play<State, Action>(trace, recorded.actions as Action[]);
  assert.equal(presetOf(state), "spiral-8");
  assert.deepEqual([state.point, state.step, state.axes, state.bias], [[0.1, -0.4], 1, [2, 1, 0], true]);
});

test("a weight changed by hand is no preset any more, and changed back it is", () => {
  const changed = advance(initial(), { kind: "weight", layer: 0, from: 1, to: 0, value: 0.9 });
  assert.equal(presetOf(changed), undefined);
  assert.equal(networkOf(changed).weights[0]![1]![0], 0.9);
  assert.equal(presetOf(advance(changed, { kind: "weight", layer: 0, from: 1, to: 0, value: -0.9 })), "source");
  assert.equal(advance(initial(), { kind: "unit-bias", layer: 0, unit: 2, value: 1 }).biases[0]![2], 1);
});

test("states that cannot be shown give a sentence", () => {
  const first = initial();
  const bad: unknown[] = [
    null, "x", { data: "moons" }, { point: [1] }, { point: [1, Infinity] }, { point: [9, 0] }, { weights: [] }, { weights: [[[1, 2, 3]]], biases: [[0, 0, 0]] },
    { weights: first.weights, biases: [[1, 2]] }, { weights: [[[1, 2, "3"], [1, 2, 3]]] }, { weights: [[[1, 2, 3e9], [1, 2, 3]]] },
    { weights: [[Array(500).fill(1), Array(500).fill(1)]], biases: [Array(500).fill(1)] }, { bias: 1 }, { step: 4 }, { step: -1 }, { step: 0.5 },
    { axes: [0, 1] }, { axes: [0, 0, 1] }, { axes: [0, 1, 3] }, { turn: [0] }, { turn: [0, 1e9] },
    { weights: Array(9).fill(first.weights[0]), biases: Array(9).fill(first.biases[0]) },
  ];
  for (const raw of bad) assert.match(String(check(raw)), /^[A-Za-z].*\.$/, JSON.stringify(raw));
  assert.deepEqual(check({}), first);
  for (const preset of Object.keys(PRESETS) as (keyof typeof PRESETS)[]) {
    const state = advance(first, { kind: "preset", preset });
    assert.deepEqual(check(JSON.parse(JSON.stringify(state))), state);
  }
});

test("impossible actions give the very same state", () => {
  const state = initial();
  const bad = [
    { kind: "nothing" }, { kind: "preset", preset: "toString" }, { kind: "preset", preset: "source" }, { kind: "data", data: "x" }, { kind: "point", point: [5, 0] },
    { kind: "point" }, { kind: "point", point: [0.5, 1] }, { kind: "weight", layer: 7, from: 0, to: 0, value: 1 }, { kind: "weight", layer: 0, from: 0, to: 0, value: NaN },
    { kind: "unit-bias", layer: 0, unit: 9, value: 1 }, { kind: "bias", on: "no" }, { kind: "step", step: 4 }, { kind: "axis", axis: 3, unit: 0 }, { kind: "axis", axis: 0, unit: 3 },
    { kind: "turn", turn: [NaN, 0] },
  ];
  for (const action of bad) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
});

test("the hidden space is shown by units or by principal components", () => {
  const many = advance(initial(), { kind: "preset", preset: "spiral-24" });
  const turned = advance(many, { kind: "room", room: "components" });
  assert.equal(turned.room, "components");
  assert.deepEqual(check(JSON.parse(JSON.stringify(turned))), turned);
  assert.equal(advance(turned, { kind: "room", room: "attic" } as unknown as Action), turned);
  assert.equal(check({ ...turned, room: "attic" }), "room must be units or components.");
});

test("how far classes are apart is counted as Python counts it", () => {
  const line = (values: readonly number[]): number[][] => values.map((each) => [each, 0]);
  // -3, -2 | 2, 3: each is nearest to its own; 0.5 of the first class is nearer to the others' mean
  assert.deepEqual(separationOf(line([-3, -2, 2, 3]), [0, 0, 1, 1]), { means: 1, linear: 1 });
  assert.equal(separationOf(line([-3, -2, 2, 2, 3]), [0, 0, 0, 1, 1]).means, 0.8);
  assert.equal(separationOf(line([-1, 1, 5]), [0, 0, 1]).means, 2 / 3); // alone in its class: wrong
});

test("hidden spaces stand beside what they were, where that is known", () => {
  const state = advance(initial(), { kind: "preset", preset: "spiral-3" });
  const rooms = roomsOf(state)!;
  assert.equal(roomsOf({ ...state, point: [0, 0] }), rooms);
  assert.deepEqual(rooms.before!.signatures[7], rooms.before!.place(cloud("spiral").points[7]!));
  assert.notDeepEqual(rooms.before!.signatures[7], rooms.now.signatures[7]);
  assert.equal(roomsOf(advance(state, { kind: "before", on: false }))!.before, undefined);
  assert.equal(roomsOf(advance(state, { kind: "data", data: "blobs" }))!.before, undefined);
  assert.equal(roomsOf(advance(state, { kind: "weight", layer: 0, from: 0, to: 0, value: 1 }))!.before, undefined);
  assert.equal(roomsOf(initial()), undefined);
  assert.equal("start" in state, false);
});
