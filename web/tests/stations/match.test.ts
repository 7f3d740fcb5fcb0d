import assert from "node:assert/strict";
import test from "node:test";

import { toFunction, valueAt } from "../../engine/index.ts";
import { match } from "../../stations/match/index.ts";
import solve from "../../stations/match/recorded/solve.json";
import { curveOf, report, sumAt } from "../../stations/match/report.ts";
import { advance, check, initial, networkOf, type Action, type State } from "../../stations/match/state.ts";
import { answerTo, LIMITS, TARGETS, targetNamed } from "../../stations/match/target.ts";
import { play, type Commit } from "../../stations/station.ts";

function solved(state: State): State {
  const [, one, two] = answerTo(targetNamed(state.target, state.seed));
  const actions: Action[] = [one, two].flatMap((unit, i): Action[] => [
    { kind: "weight", unit: (i + 1) as 1 | 2, value: unit.w }, { kind: "bias", unit: (i + 1) as 1 | 2, value: unit.b },
  ]);
  return actions.reduce(advance, state);
}

test("the recorded list solves the document's exercise: 1, -1, 2, -4", () => {
  const end = play(match, solve.actions as (Action | Commit)[]);
  assert.deepEqual(end.units, [{ w: 1, b: -1 }, { w: 2, b: -4 }]);
  assert.equal(report(end).matched, true);
  assert.equal(report(end).tone, "good");
});

test("no setting but the answer matches the document's target on the grid", () => {
  const tenths = [-2, -1.9, 0, 0.9, 1, 1.1, 1.9, 2, 2.1, 3];
  const found: string[] = [];
  for (const w1 of tenths) for (const w2 of tenths) {
    for (const k1 of [0.9, 1, 1.1]) for (const k2 of [1.9, 2, 2.1]) {
      const state = { ...initial(), units: [{ w: w1, b: -w1 * k1 + 0 }, { w: w2, b: -w2 * k2 + 0 }] } as State;
      if (report(state).matched) found.push(`${w1} ${w2} ${k1} ${k2}`);
    }
  }
  assert.deepEqual(found, ["1 2 1 2"]);
});

test("every target can be matched on the grid, away from the ends of the sliders", () => {
  const states = [...TARGETS.map((target) => ({ ...initial(), target })),
    ...Array.from({ length: 300 }, (_, seed): State => ({ ...initial(), target: "random", seed }))];
  for (const state of states) {
    const end = solved(state);
    assert.ok(report(end).matched, `${state.target} ${state.seed}`);
    for (const { w, b } of end.units) {
      assert.ok(Math.abs(w) < LIMITS.w && Math.abs(b) < LIMITS.b);
      assert.equal(w, Math.round(w * 10) / 10);
      assert.equal(b, Math.round(b * 10) / 10);
    }
    assert.equal(typeof check(JSON.parse(JSON.stringify(end))), "object");
  }
});

test("a seed gives one target, and seeds give different ones", () => {
  assert.deepEqual(targetNamed("random", 7), targetNamed("random", 7));
  const different = new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(targetNamed("random", seed))));
  assert.ok(different.size > 40);
});

test("the hinge is moved by the bias alone, on its grid", () => {
  const state = advance({ ...initial(), units: [{ w: 2, b: 0 }, { w: 0, b: 0 }] }, { kind: "hinge", unit: 1, x: 1.23 });
  assert.deepEqual(state.units[0], { w: 2, b: -2.5 });
});

test("what cannot be done gives the very same state", () => {
  const state = initial();
  const impossible = [
    { kind: "hinge", unit: 2, x: 1 }, { kind: "weight", unit: 0, value: 1 }, { kind: "weight", unit: 3, value: 1 }, { kind: "weight", unit: 1, value: 7 },
    { kind: "weight", unit: 1, value: NaN }, { kind: "weight", unit: 1, value: "1" }, { kind: "bias", unit: 1, value: -1 }, { kind: "weight", unit: 1, value: 0.5 },
    { kind: "activation", name: "tanh" }, { kind: "activation", name: "relu" }, { kind: "target", name: "none" }, { kind: "target", name: "random", seed: -1 },
    { kind: "target", name: "original" }, { kind: "nothing" }, { kind: "commit" }, {}, null, [], "weight",
  ];
  for (const action of impossible) assert.equal(advance(state, action as unknown as Action), state, JSON.stringify(action));
});

test("linear units collapse to one line, and a new target starts afresh", () => {
  const state = advance(solved(initial()), { kind: "activation", name: "linear" });
  const line = toFunction(networkOf(state));
  assert.deepEqual([line.leftSlope, line.rightSlope], [1, 1]);
  assert.match(report(state).sentence, /one line, 1 x − 3\./);
  assert.equal(report(advance(state, { kind: "activation", name: "relu" })).matched, true);
  assert.deepEqual(advance(state, { kind: "target", name: "peak" }).units, initial().units);
});

test("the errors of the segments are exact, and name the segment to work on", () => {
  const now = report(initial());
  assert.deepEqual(now.errors.map((error) => error.value), [0, 1, 3.5]);
  assert.equal(now.current, 1);
  assert.match(now.sentence, /Segment 1 is matched\. Segment 2 is off by at most 1, at x = 2\./);
});

test("a unit without weight and units that are all off say a sentence", () => {
  const state = (w1: number, b1: number, w2: number, b2: number): State => ({ ...initial(), units: [{ w: w1, b: b1 }, { w: w2, b: b2 }] });
  assert.match(report(state(0, 1, 0, 0)).sentence, /w1 = 0 unit 1 is 1 everywhere/);
  assert.match(report(state(0, -1, 1, -1)).sentence, /unit 1 is off everywhere: it has no hinge/);
  assert.match(report(state(1, -4, -1, -1)).sentence, /Units 1 and 2 are off everywhere from 0 to 3/);
});

test("the sum by hand is the curve that is drawn", () => {
  for (const activation of ["relu", "linear", "sigmoid"] as const) {
    const state: State = { ...solved({ ...initial(), target: "peak" }), activation };
    const curve = curveOf(state);
    for (const x of [0, 0.3, 1, 1.5, 2, 2.7, 3]) {
      const { sum } = sumAt(state, x);
      assert.equal(sum, valueAt(networkOf(state), x));
      if (activation !== "sigmoid") {
        const f = toFunction(networkOf(state));
        assert.deepEqual(curve, f);
      }
    }
  }
});

test("states from outside are completed, or refused with a sentence", () => {
  assert.deepEqual(check({}), initial());
  assert.deepEqual(check({ activation: "linear" }), { ...initial(), activation: "linear" });
  const bad: unknown[] = [
    null, 3, [], "x", { target: "none" }, { target: ["original"] }, { seed: 1.5 }, { seed: "1" }, { seed: 1e300 }, { units: [] }, { units: [{ w: 1, b: 1 }] },
    { units: [{ w: 1, b: 1 }, { w: 1e9, b: 0 }] }, { units: [{ w: "1", b: 1 }, { w: 1, b: 0 }] }, { activation: "__proto__" }, { weights: 1 },
  ];
  for (const raw of bad) {
    const answer = check(raw);
    assert.equal(typeof answer, "string", JSON.stringify(raw));
    assert.match(answer as string, /^[A-Z].*\.$/);
  }
});
