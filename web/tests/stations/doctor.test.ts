import assert from "node:assert/strict";
import test from "node:test";
import { dense, evaluate, kinks, valuesAt } from "../../engine/index.ts";
import { answers, type Example, exampleOf, isMissing, type Known, learn } from "../../stations/doctor/answers.ts";
import { between, lossOf, pictureOf } from "../../stations/doctor/compute.ts";
import { doctor } from "../../stations/doctor/index.ts";
import { lossLayers, roomOf, ticksOf } from "../../stations/doctor/scene.ts";
import { advance, type Case, caseOf, CASES, check, type Dense, initial, type State, stateFor } from "../../stations/doctor/state.ts";
import cases from "../../stations/doctor/examples/cases.json";
import forum from "../../stations/doctor/forum.json";
import { placeOf } from "../../shell/link.ts";
import { entryOf } from "../../stations/entries.ts";
import type { Station } from "../../stations/station.ts";

const EXAMPLES = { forum, ...cases } as unknown as Record<Case, Example>;

const of = (name: Case): State => advance(advance(initial(), { kind: "case", name: "dead" }), { kind: "case", name });
const curves = CASES.filter((name) => name !== "spiral");
const near = (a: number, b: number, tolerance: number): void => assert.ok(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)), `${a} is not ${b}`);

test("one example is part of the page, the others are fetched", () => {
  assert.deepEqual(CASES.filter((name) => !exampleOf(name)), CASES.filter((name) => name !== "forum"));
  assert.ok(!isMissing(initial()) && isMissing(of("beyond")));
  assert.match(doctor.python(of("beyond")), /^# /);
  assert.equal(doctor.network!(of("beyond")), null);
  assert.equal(pictureOf(of("beyond"), {}), undefined);
  learn(cases);
  assert.ok(!isMissing(of("beyond")));
  assert.match(doctor.python(of("beyond")), /^import hinges/);
});

test("each example is drawn from its own numbers, and has the losses that Python measured", () => {
  for (const name of curves) {
    const { diagnosis, repair } = EXAMPLES[name];
    const picture = pictureOf(of(name), EXAMPLES[name])!;
    const tolerance = name === "saturated" ? 0.05 : 1e-9; // smooth: drawn through samples
    near(lossOf(picture.before.f, picture.rows), diagnosis.loss, tolerance);
    near(lossOf(picture.after!.f, picture.rows), repair.after, tolerance);
    assert.equal(picture.before.curve.exact, name !== "saturated");
    const layer = diagnosis.network.layers[0]!;
    const states = picture.before.kinks?.map((kink) => kink.state);
    if (states) {
      assert.equal(states.filter((state) => state === "dead").length, layer.dead);
      assert.equal(states.filter((state) => state === "always on").length, layer.always_on);
      assert.equal(states.filter((state) => state === "bends").length, layer.bend);
    }
  }
});

test("each example has another cause, but for the one that is healthy", () => {
  const causes = CASES.map((name) => EXAMPLES[name].diagnosis.findings.find((finding) => finding.severity === "cause")?.kind);
  assert.deepEqual(causes, ["kinks-outside-data", "dead-units", "kinks-coincide", "extrapolation", "saturated", undefined, "dead-units"]);
  assert.deepEqual(CASES.filter((name) => EXAMPLES[name].diagnosis.healthy), ["noisy"]);
});

test("the curve moves from the one network to the other without a jump", () => {
  for (const name of curves) {
    const picture = pictureOf(of(name), EXAMPLES[name])!;
    const at = (share: number): number[] => {
      const { f } = between(picture, share);
      return Array.from({ length: 40 }, (_, i) => evaluate(f, picture.x[0] + ((picture.x[1] - picture.x[0]) * i) / 39));
    };
    const far = (a: number[], b: number[]): number => Math.max(...a.map((y, i) => Math.abs(y - b[i]!)));
    const [low, high] = [Math.min(...at(0), ...at(1)), Math.max(...at(0), ...at(1))];
    for (const share of [0, 0.3, 0.999]) {
      const steps = [1e-3, 1e-6].map((step) => far(at(share), at(share + step)));
      assert.ok(steps[1]! < 0.02 * (high - low) && steps[0]! < 0.5 * (high - low), `${name} ${share} ${steps}`);
    }
    assert.deepEqual(between(picture, 1), picture.after);
    assert.equal(between(picture, 0), picture.before);
  }
});

test("kinks on the way lie in order, and those that come among the rows count as bending", () => {
  const picture = pictureOf(of("forum"), EXAMPLES.forum)!;
  const half = between(picture, 0.5);
  assert.deepEqual(kinks(half.f).length, 10);
  const order = (list: typeof half.kinks): number[] => list!.map((_, k) => k).sort((a, b) => list![a]!.at! - list![b]!.at! || a - b);
  assert.deepEqual(order(half.kinks), order(picture.after!.kinks));
  for (const { at, state } of half.kinks!) assert.equal(state === "bends", at! > picture.span[0] && at! < picture.span[1]);
});

test("kinks in one place stand on each other, and those far away at the border", () => {
  const picture = pictureOf(of("together"), EXAMPLES.together)!;
  const ticks = ticksOf(picture.before.kinks!, picture.x, roomOf(picture));
  assert.equal(ticks.length, 12);
  assert.equal(new Set(ticks.map((tick) => tick.x)).size, 1);
  assert.equal(new Set(ticks.map((tick) => tick.y)).size, 12);
  const forum = pictureOf(of("forum"), EXAMPLES.forum)!;
  const least = Math.min(...ticksOf(forum.before.kinks!, forum.x, roomOf(forum)).map((tick) => tick.x));
  assert.ok(least > forum.x[0] && least < forum.span[0]); // the kink at -401
});

test("the losses of all tried remedies are in the picture, and the floor below them", () => {
  const { layers, y } = lossLayers(EXAMPLES.forum.diagnosis, EXAMPLES.forum.repair, null);
  const after = layers.find((layer) => layer.id === "after");
  assert.ok(after?.kind === "points");
  const floor = Math.log10(EXAMPLES.forum.diagnosis.floor!.lower);
  for (const height of Array.from(after.y)) assert.ok(height >= floor && height > y[0] && height < y[1]);
  assert.ok(layers.some((layer) => layer.kind === "label" && layer.text === "floor, certified"));
});

test("a network from another station opens here, explicit and bounded", async () => {
  const { dense: own } = EXAMPLES.forum.diagnosis.network;
  const [x, y] = [[0, 1, 2], [0, 1, 0]];
  const state = stateFor(own!, { x, y }) as State;
  assert.deepEqual(check(JSON.parse(JSON.stringify(state))), state);
  assert.equal(caseOf(state), undefined);
  const picture = pictureOf(state, {})!;
  near(lossOf(picture.before.f, picture.rows), valuesAt(dense(own!.weights, own!.biases, own!.activations), x).reduce((sum, out, i) => sum + (out - y[i]!) ** 2, 0) / 3, 1e-12);
  const here = [entryOf(doctor as unknown as Station)];
  const place = await placeOf("doctor", state, here);
  assert.deepEqual(place.state, state);
  assert.match((await placeOf("doctor", { network: 1 }, here)).problem!, /^Doctor cannot open this: network must be an object/);
  assert.match((await placeOf("nowhere", state, here)).problem!, /no station/);
  assert.match(String(stateFor(own!, { x: Array(3000).fill(0), y: Array(3000).fill(0) })), /at most 2,000 rows, not 3,000/);
});

test("Python is asked once, with explicit numbers, and its sentence is kept until it is asked again", async () => {
  const state = stateFor(EXAMPLES.dead.diagnosis.network.dense!, { x: [0, 1], y: [0, 1] }) as State;
  const asked: Record<string, unknown>[] = [];
  let fail = true;
  let changes = 0;
  const all = answers(async (question) => {
    asked.push(question);
    if (fail) throw new Error("not today");
    return question.kind === "diagnose" ? EXAMPLES.dead.diagnosis : EXAMPLES.dead.repair;
  }, () => { changes += 1; });
  const settled = async (next: State): Promise<Known> => {
    all.of(next);
    await new Promise((done) => setTimeout(done, 0));
    return all.of(next);
  };
  assert.equal((await settled(state)).problem, "not today");
  assert.equal((await settled(state)).problem, "not today");
  assert.equal(asked.length, 1);
  fail = false;
  all.again();
  assert.equal((await settled(state)).diagnosis, EXAMPLES.dead.diagnosis);
  assert.equal((await settled({ ...state, repair: 1 })).repair, EXAMPLES.dead.repair);
  assert.deepEqual(asked.map((each) => each.kind), ["diagnose", "diagnose", "repair"]);
  assert.deepEqual(Object.keys(asked[2]!.network as object), ["weights", "biases", "activations"]);
  assert.equal((asked[2]!.network as Dense).weights, (state.network as Dense).weights);
  assert.ok(changes >= 4);
});

test("states that cannot be shown give a sentence", () => {
  const own = EXAMPLES.forum.diagnosis.network.dense!;
  const bad: unknown[] = [
    null, [], "x", { network: null }, { network: { example: "nothing" } }, { network: { upload: 7 } }, { network: { upload: "../etc" } }, { network: { weights: [], biases: [] } },
    { network: { weights: [[[1, 2]]], biases: [[1]] } }, { network: { weights: [[[1, Infinity]]], biases: [[1, 1]] } }, { network: { weights: [[[1]]], biases: [["1"]] } },
    { network: { weights: [[[1]], [[1], [2]]], biases: [[1], [1]] } }, { network: { ...own, activations: ["relu", "magic"] } }, { network: { ...own, activations: "relu" } },
    { network: { weights: [[Array(6000).fill(0)]], biases: [Array(6000).fill(0)] } }, { network: { weights: [7], biases: [[1]] } }, { network: { weights: Array(1e4).fill([[1]]), biases: Array(1e4).fill([1]) } },
    { data: 3 }, { data: { x: [], y: [] } }, { data: { x: [1], y: [1, 2] } }, { data: { x: [1, "2"], y: [1, 2] } }, { data: { x: [[1], [1, 2]], y: [1, 2] } }, { data: { x: [[]], y: [1] } },
    { data: { x: [1, 2], y: [null, 2] } }, { data: { example: "__proto__" } }, { finding: -1 }, { finding: 1.5 }, { finding: "0" }, { repair: 2 }, { repair: -0.1 }, { repair: "1" },
  ];
  for (const raw of bad) {
    const sentence = check(raw);
    assert.equal(typeof sentence, "string", JSON.stringify(raw)?.slice(0, 60));
    assert.match(sentence as string, /\.$/);
  }
  assert.deepEqual(check({}), initial());
});

test("actions from outside change nothing that they should not", () => {
  const first = initial();
  const same: unknown[] = [
    { kind: "case", name: "forum" }, { kind: "case", name: "toString" }, { kind: "network", network: 5 }, { kind: "data", data: { x: [1] } }, { kind: "finding", finding: 1e9 },
    { kind: "finding", finding: null }, { kind: "repair", repair: NaN }, { kind: "unknown" },
  ];
  for (const action of same) assert.equal(advance(first, action as never), first);
  const held = advance(advance(first, { kind: "finding", finding: 1 }), { kind: "repair", repair: 0.5 });
  assert.deepEqual([held.finding, held.repair], [1, 0.5]);
  assert.deepEqual(advance(held, { kind: "data", data: { x: [0, 1], y: [0, 1] } }), { network: { example: "forum" }, data: { x: [0, 1], y: [0, 1] }, finding: null, repair: null });
});
