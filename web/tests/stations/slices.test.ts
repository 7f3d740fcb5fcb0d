import assert from "node:assert/strict";
import test from "node:test";
import { activationAlong, along, type Layered, measures, median, valuesAt } from "../../stations/slices/exact.ts";
import { slices } from "../../stations/slices/index.ts";
import { localSource } from "../../stations/slices/local.ts";
import { ordered } from "../../stations/slices/source.ts";
import { readAt } from "../../stations/slices/shown.ts";
import { type Action, advance, check, initial, type State } from "../../stations/slices/state.ts";
import { play } from "../../stations/station.ts";
import recorded from "../../stations/slices/recorded/remedy.json";

/** relu(x + y - 1), relu(x - y), relu(-x) over outputs first + second, first - third, and one that reads nothing. */
const NETWORK: Layered = {
  inputs: 2, units: 3, outputs: 3, w: [1, 1, -1, 1, -1, 0], b: [-1, 0, 0], v: [1, 1, 0, 1, 0, 0, 0, -1, 0], c: [0, 0.5, 7],
};
const IMAGES = { pixels: Uint8Array.of(0, 1, 4, 1, 2, 4), labels: Uint8Array.of(3, 1, 2), scale: 4, shape: [1, 2] as const };

test("kinks, owners and values along a line are those computed by hand", () => {
  const found = along(NETWORK, [0, 0.25], [2, 0.25]);
  assert.deepEqual([...found.t], [0, 0.125, 0.375, 1]); // relu(-x) switches at the very end t = 0: no inner kink
  assert.deepEqual(found.owners, [[1], [0]]);
  assert.deepEqual(found.silent, [false, false]);
  assert.deepEqual([...found.y], [0, 0.5, 7, 0, 0.5, 7, 0.5, 0.5, 7, 3, 1.75, 7]);
  assert.deepEqual([...activationAlong(found, 1)], [0, 0, 0.5, 1.75]);
  assert.deepEqual([...valuesAt(NETWORK, [2, 0.25])], [3, 1.75, 7]);
});

test("units that switch together share a kink, and one that no output reads is silent", () => {
  const twins: Layered = { inputs: 1, units: 3, outputs: 1, w: [2, -2, 1], b: [-1, 1, -0.25], v: [1, -1, 0], c: [0] };
  const found = along(twins, [0], [1]);
  assert.deepEqual([...found.t], [0, 0.25, 0.5, 1]);
  assert.deepEqual(found.owners, [[2], [0, 1]]);
  assert.deepEqual(found.silent, [true, true]); // relu(2x - 1) - relu(1 - 2x) is straight
  assert.deepEqual([...found.y], [-1, -0.5, 0, 1]);
});

test("bend, swing and the middle", () => {
  assert.deepEqual(measures([0, 0.5, 1], [0, 2, 1]), { bend: 1.5, swing: 2 });
  assert.deepEqual(measures([0, 1], [3, -1]), { bend: 0, swing: 4 });
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  assert.deepEqual(readAt({ t: [0, 0.5, 1], y: [[0, 2, 1], [1, 1, 1]] }, 0.75), [1.5, 1]);
});

test("the source of a network that comes with the lab answers at once", () => {
  const source = localSource(NETWORK, IMAGES);
  assert.deepEqual(Array.from(source.sample(1)!.x), [1, 0.25]);
  assert.equal(source.samples(1, 9)!.length, 2);
  const show = { kind: "outputs" } as const;
  const sweep = source.sweep(null, show, initial())!;
  assert.deepEqual(Array.from(sweep.base), [0.5, 0.5]);
  assert.equal(sweep.kinks.length, 2);
  assert.deepEqual(ordered(sweep, "position"), [0, 1]);
  const [panel] = source.panels(0, { kind: "unit", layer: 0, index: 0 }, [1])!;
  assert.equal(panel!.y.length, 1);
  const why = source.why(null)!;
  assert.equal(why.units, 3);
  assert.equal(why.kinks, (sweep.kinks[0]! + sweep.kinks[1]!) / 2);
  assert.ok(why.ways.length === 101 && why.ways[0]! <= why.way);
});

test("recorded actions lead where they led", () => {
  const state = play<State, Action>(slices, recorded.actions as Action[]);
  assert.deepEqual(state, {
    model: { example: "digits-standardized" }, data: { example: "digits" }, base: 27, show: { kind: "unit", layer: 0, index: 17 }, sort: "bend", page: 1, feature: 43,
    map: "swing", drawn: "values", line: [3, 5], at: 0.25, curves: 32,
  });
  assert.deepEqual(check(JSON.parse(JSON.stringify(state))), state);
});

test("another network of the same data keeps what is looked at, an upload starts anew", () => {
  const looked = advance(advance(initial(), { kind: "base", base: 5 }), { kind: "page", page: 1 });
  assert.equal(advance(looked, { kind: "model", model: { example: "digits-standardized" } }).base, 5);
  const own = advance(looked, { kind: "model", model: { upload: "0123456789abcdef0123456789abcdef" }, data: { upload: "a1" } });
  assert.deepEqual([own.base, own.page, own.line], [null, 0, [0, 1]]);
  assert.deepEqual(advance(own, { kind: "model", model: { example: "digits" } }).data, { example: "digits" });
  assert.equal(advance(own, { kind: "sort", sort: "bend" }).page, 0);
});

test("states that cannot be shown give a sentence", () => {
  const bad: unknown[] = [
    null, "x", { model: "digits" }, { model: { example: "spiral" } }, { model: { upload: "../etc" } }, { model: { upload: "a", example: "digits" } }, { data: { example: "sine" } }, { data: {} },
    { base: -1 }, { base: 0.5 }, { base: 1e9 }, { base: "mean" }, { show: {} }, { show: { kind: "unit", index: 1 } }, { show: { kind: "output", index: -1 } }, { sort: "x" }, { page: -1 },
    { feature: NaN }, { map: "position" }, { drawn: 1 }, { line: [1, 1] }, { line: [1] }, { line: [1, Infinity] }, { at: 2 }, { at: "0" }, { curves: 3 },
  ];
  for (const raw of bad) assert.match(String(check(raw)), /^[A-Za-z].*\.$/, JSON.stringify(raw));
  assert.deepEqual(check({}), initial());
});

test("impossible actions give the very same state", () => {
  const state = initial();
  const bad = [
    { kind: "nothing" }, { kind: "model", model: { example: "toString" } }, { kind: "model", model: { example: "digits" } }, { kind: "data", data: {} }, { kind: "base", base: -2 },
    { kind: "base", base: null }, { kind: "show", show: { kind: "all" } }, { kind: "sort", sort: "kinks" }, { kind: "sort", sort: "size" }, { kind: "page", page: 0.5 }, { kind: "feature" },
    { kind: "map", map: "kinks" }, { kind: "drawn", drawn: "x" }, { kind: "line", line: [4, 4] }, { kind: "line", line: [0, 8] }, { kind: "at", at: -0.1 }, { kind: "curves", curves: 5 },
  ];
  for (const action of bad) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
});
