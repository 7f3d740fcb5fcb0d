import assert from "node:assert/strict";
import test from "node:test";

import * as engine from "../../engine/index.ts";
import cases from "./golden.json";

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  const size = Math.max(1, ...expected.map(Math.abs));
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) <= 1e-12 * size, `${actual[i]} is not ${value}`));
}

test("networks have the functions that the library gives (tests/lab/golden.py)", () => {
  assert.ok(cases.length > 20);
  for (const { network, breakpoints, slopes, x, y } of cases) {
    const own = network as engine.Network;
    const f = engine.toFunction(own);
    close(f.breakpoints, breakpoints);
    close(engine.slopes(f), slopes);
    close(engine.evaluateAll(f, x), y);
    close(engine.valuesAt(own, x), y);
  }
});
