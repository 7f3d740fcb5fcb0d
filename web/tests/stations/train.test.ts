import assert from "node:assert/strict";
import test from "node:test";
import { Run, valueAt } from "../../engine/index.ts";
import { lanesOf, rowsOf, runOf } from "../../stations/train/lanes.ts";
import { questionOf, widthsOf } from "../../stations/train/larger.ts";
import { networkAt, python } from "../../stations/train/python.ts";
import { curveOf, placeOf, shownOf, spaceOf } from "../../stations/train/scene.ts";
import { type Action, advance, check, initial, PRESETS, type State } from "../../stations/train/state.ts";
import { train } from "../../stations/train/index.ts";
import { unitsSentence, wilson } from "../../stations/train/words.ts";
import { SHAPES } from "../../stations/draw/doodle.ts";
import { play } from "../../stations/station.ts";

const set = (key: string, value: unknown, at = 0): Action => ({ kind: "set", key, value, at }) as Action;
const after = (...actions: Action[]): State => play<State, Action>(train, actions);

test("what can change on the way is marked where it happened; the rest starts afresh", () => {
  const changed = after(set("learningRate", 0.01, 1200), set("optimizer", "sgd", 1200), set("l2", 1e-4, 3000));
  assert.deepEqual(changed.changes, [{ at: 1200, to: { learningRate: 0.01, optimizer: "sgd" } }, { at: 3000, to: { l2: 1e-4 } }]);
  assert.equal(changed.step, 3000);
  assert.equal(changed.settings, initial().settings);
  const earlier = advance(changed, set("learningRate", 0.1, 2000)); // the future after it is another one
  assert.deepEqual(earlier.changes.map((each) => each.at), [1200, 2000]);
  const anew = advance(changed, set("activation", "tanh", 3000));
  assert.deepEqual([anew.changes, anew.step, anew.settings.activation], [[], 0, "tanh"]);
  assert.deepEqual(after(set("learningRate", 0.5)).changes, []);
  assert.equal(after(set("learningRate", 0.5)).settings.learningRate, 0.5);
});

test("impossible actions give the same object", () => {
  const state = initial();
  for (const action of [
    set("learningRate", 0), set("learningRate", NaN), set("units", 65), set("activation", "swish"), set("constructor", 1), set("seed", -1),
    { kind: "preset", preset: "constructor" }, { kind: "preset", preset: "forum" }, { kind: "compare", compare: "none" }, { kind: "step", step: NaN }, { kind: "seeds", seeds: 5 }, { kind: "nothing" },
  ]) assert.equal(advance(state, action as Action), state, JSON.stringify(action));
});

test("states from outside are checked to the last number", () => {
  const state = after(set("learningRate", 0.01, 1200), { kind: "compare", compare: "activations" }, { kind: "step", step: 700 });
  assert.deepEqual(check(JSON.parse(JSON.stringify(state))), state);
  const wrong = (changes: object): string => String(check({ ...state, ...changes }));
  assert.match(wrong({ settings: { units: 1e9 } }), /^units must be a whole number from 1 to 64\.$/);
  assert.match(wrong({ settings: { evil: 1 } }), /^There is no setting “evil”\.$/);
  assert.match(wrong({ changes: [{ at: 5, to: { seed: 3 } }] }), /“seed” cannot change on the way/);
  assert.match(wrong({ changes: [{ at: 5, to: {} }, { at: 5, to: {} }] }), /a step after the one before/);
  assert.match(wrong({ changes: Array.from({ length: 1000 }, (_, at) => ({ at, to: {} })) }), /at most 40/);
  assert.match(wrong({ step: 60_000 }), /from 0 to 50000/);
  assert.match(wrong({ target: { kind: "formula", formula: "x", from: 0, to: Infinity } }), /range of x/);
  assert.match(wrong({ target: SHAPES.heart!() }), /no function of x/);
  assert.match(wrong({ larger: { hidden: [10, 1e6] } }), /one to four widths/);
  assert.match(String(check([])), /no object/);
  assert.deepEqual(check({}), initial());
});

test("side by side the networks differ in what the choice says, and in nothing else", () => {
  const differing = (state: State): string[][] => lanesOf(state).map(({ settings }) =>
    Object.keys(settings).filter((key) => settings[key as "units"] !== state.settings[key as "units"]));
  const beside = (compare: string): State => after({ kind: "compare", compare } as Action);
  assert.deepEqual(differing(beside("none")), [[]]);
  assert.deepEqual(differing(beside("scale")), [[], ["standardize"]]);
  assert.deepEqual(differing(beside("activations")).flat(), ["activation", "activation", "activation", "activation"]);
  assert.deepEqual(differing(beside("recipe"))[1], ["kinks", "standardize", "learningRate", "schedule"].sort((a, b) => Object.keys(PRESETS.forum).indexOf(a) - Object.keys(PRESETS.forum).indexOf(b)));
  assert.equal(lanesOf(beside("starts")).length, 4);
});

test("noise is the same for all who have the link, and the rows stay one object", () => {
  const state = after({ kind: "noise", noise: 0.2 });
  const rows = rowsOf(state);
  assert.ok(rows.ok);
  assert.equal(rowsOf(advance(state, { kind: "seeds", seeds: 16 })), rows);
  const plain = rowsOf(initial());
  assert.ok(plain.ok);
  const rest = rows.y.map((y, i) => y - plain.y[i]!);
  const spread = Math.sqrt(rest.reduce((sum, each) => sum + each * each, 0) / rest.length);
  assert.ok(spread > 0.1 && spread < 0.2, `${spread}`); // 0.2 of the sine's 0.69
});

test("the curve drawn is the network, its kinks inside are corners of it, and the margins hold what lies outside", () => {
  const state = after({ kind: "preset", preset: "recipe" }, { kind: "step", step: 600 });
  const rows = rowsOf(state);
  assert.ok(rows.ok);
  const lane = lanesOf(state)[0]!;
  const run = runOf(rows, lane.settings, [], 1);
  assert.equal(runOf(rows, lane.settings, [], 1), run);
  run.go(600);
  const space = spaceOf(rows);
  const curve = curveOf(shownOf(lane, run), space.x);
  const network = networkAt(state)!;
  curve.x.forEach((x, i) => assert.ok(Math.abs(valueAt(network, x) - curve.y[i]!) < 1e-12));
  assert.ok(curve.x.length > 6);
  const places = [-1e12, -3, space.data[0] - 1e-6, 5, space.data[1] + 0.1, 1e30].map((kink) => placeOf(kink, space));
  assert.ok(places.every((each, i) => i === 0 || each > places[i - 1]!));
  assert.ok(places[0]! > space.x[0] && places[5]! < space.x[1] && places[3] === 5);
});

test("the sentence about the units counts what they do", () => {
  const state = initial();
  const rows = rowsOf(state);
  assert.ok(rows.ok);
  const lane = lanesOf(state)[0]!;
  const run = new Run({ ...rows, settings: lane.settings, budget: 1e5 });
  const { units } = run.measures();
  const [dead, on] = [1, 2].map((kind) => units.filter((each) => each === kind).length);
  assert.equal(dead! + on!, 10);
  assert.equal(unitsSentence(shownOf(lane, run)), `No unit bends among the data; ${dead} dead (off on every row), ${on} always on.`);
});

test("the Python says the same settings, in stages where something changed on the way", () => {
  const plain = python(after({ kind: "preset", preset: "recipe" }, { kind: "step", step: 10 }));
  assert.match(plain, /hinges\.Training\(hidden=\(10,\), activation="relu", init="keras", kinks="stratified", standardize=True, optimizer="adam", learning_rate=0\.02, schedule="cosine", steps=10000, batch_size=32, l1=0\.0, l2=0\.0, validation=0\.1, relocate=False/);
  const staged = python(after(set("steps", 100), set("learningRate", 0.5, 30), set("optimizer", "sgd", 60)));
  assert.deepEqual([...staged.matchAll(/optimizer="(\w+)", learning_rate=([\d.]+).*steps=(\d+)/g)].map(([, ...rest]) => rest), [["adam", "0.001", "30"], ["adam", "0.5", "30"], ["sgd", "0.5", "40"]]);
});

test("widths are read, and Python is asked for what the page shows, in the library's names", () => {
  assert.deepEqual(widthsOf("40-20, 10"), [40, 20, 10]);
  for (const wrong of ["", "0", "1.5", "1 2 3 4 5", "ten", "999"]) assert.match(String(widthsOf(wrong)), /^Write one to four widths/, wrong);
  const state = after({ kind: "compare", compare: "scale" }, { kind: "larger", larger: { hidden: [8, 4], data: "rows", seeds: 32, relocate: true } });
  const rows = rowsOf(state);
  assert.ok(rows.ok);
  const asked = questionOf(state, lanesOf(state), rows) as unknown as { x?: number[]; seeds: number; runs: Record<string, unknown>[] };
  assert.equal(asked.seeds, 32);
  assert.deepEqual(asked.runs.map((run) => run.standardize), [false, true]);
  assert.deepEqual({ ...asked.runs[0], standardize: undefined }, {
    hidden: [8, 4], activation: "relu", init: "keras", kinks: "init", standardize: undefined, optimizer: "adam", learning_rate: 0.001, schedule: "constant",
    batch_size: 32, l1: 0, l2: 0, validation: 0.1, relocate: true, loss: "mse",
  });
});

test("Wilson's interval", () => {
  const [low, high] = wilson(17, 32); // R: prop.test(17, 32, correct = FALSE)
  assert.ok(Math.abs(low - 0.3645) < 5e-4 && Math.abs(high - 0.6913) < 5e-4, `${low} ${high}`);
  assert.deepEqual(wilson(0, 0), [0, 1]);
});
