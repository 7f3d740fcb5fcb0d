import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { readReply } from "../../hosts/frame.ts";
import { fileOf } from "../../stations/regions/asking.ts";
import { type Found, foundOf, questionOf } from "../../stations/regions/found.ts";
import { regions } from "../../stations/regions/index.ts";
import { centres, cornersOf, insideBy, preActivations, readingAt, regionAt, valuesOf } from "../../stations/regions/reading.ts";
import { partsOf, shownOf } from "../../stations/regions/shades.ts";
import { holding, type State, type View, zoomed } from "../../stations/regions/state.ts";
import { play } from "../../stations/station.ts";
import walk from "../../stations/regions/recorded/walk.json";

function example(name: string): Found {
  const bytes = readFileSync(`stations/regions/examples/${name}.bin`);
  return foundOf(readReply(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))?.answer);
}

const deep = example("spiral-deep-2");
const known = new WeakMap<Found, Float64Array>();
function centreOf(found: Found, i: number): [number, number] {
  const all = known.get(found) ?? centres(found);
  known.set(found, all);
  return [all[2 * i]!, all[2 * i + 1]!];
}
const all = (found: Found): number[] => Array.from({ length: found.counts.activation }, (_, i) => i);

for (const name of ["spiral-1", "spiral-deep-1", "spiral-deep-2", "digits-samples", "digits-features"]) {
  test(`every region of ${name} is found at its centre, has a pattern of its own and its class`, () => {
    const found = example(name);
    const patterns = new Set<string>();
    const { x, y } = found.tiles.box;
    // A region that is narrower than float32 tells apart cannot be seen, and its corners do not say where it is.
    const seen = all(found).filter((i) => {
      const [s, t] = centreOf(found, i);
      return insideBy(found, i, (s - x[0]) / (x[1] - x[0]), (t - y[0]) / (y[1] - y[0])) > 1e-6;
    });
    assert.ok(seen.length > 0.98 * found.counts.activation);
    for (const i of seen) {
      const at = centreOf(found, i);
      const reading = readingAt(found, at);
      assert.equal(reading.region, i);
      patterns.add(JSON.stringify(reading.pattern));
      assert.deepEqual(reading.pattern.map((bits) => bits.length), found.hidden.slice(0, found.depth));
      if (found.classes && found.classes[i] !== 255) assert.equal(reading.class, found.classes[i]);
    }
    assert.equal(patterns.size, seen.length);
  });
}

test("the formula of a region holds in all of it, and meets its neighbours' at the corners", () => {
  const values = new Map<number, number[]>();
  for (const i of all(deep)) {
    const { affine } = readingAt(deep, centreOf(deep, i));
    const { corners, starts } = deep.tiles;
    cornersOf(deep, i).forEach((corner, k) => {
      const vertex = corners[starts[i]! + k]!;
      const here = valuesOf(affine!, corner);
      const before = values.get(vertex);
      before?.forEach((each, j) => assert.ok(Math.abs(each - here[j]!) < 1e-3 * Math.max(1, Math.abs(each)))); // corners are float32
      values.set(vertex, here);
    });
  }
  assert.ok(values.size > 100);
});

test("the parts of a divided region cover it, and each wears its class", () => {
  const area = (corners: readonly (readonly number[])[]): number =>
    corners.reduce((sum, [x, y], k) => sum + x! * corners[(k + 1) % corners.length]![1]! - y! * corners[(k + 1) % corners.length]![0]!, 0) / 2;
  let divided = 0;
  for (const i of all(deep).filter((each) => deep.classes![each] === 255)) {
    const parts = partsOf(deep, i, centreOf(deep, i));
    const whole = area(cornersOf(deep, i));
    assert.ok(Math.abs(parts.reduce((sum, part) => sum + area(part.corners), 0) - whole) < 1e-9 + 1e-6 * whole);
    for (const { label, corners } of parts) {
      if (area(corners) < 1e-6) continue;
      const middle = [0, 1].map((k) => corners.reduce((sum, each) => sum + each[k]!, 0) / corners.length) as [number, number];
      assert.equal(readingAt(deep, middle).class, label);
    }
    divided += 1;
  }
  assert.ok(divided > 10);
});

test("colours are computed once, and a unit's shade follows the sign of its z", () => {
  const state: State = { ...regions.initial(), colour: "unit", unit: [1, 3] };
  const shown = shownOf(state, deep);
  assert.equal(shownOf({ ...state }, deep), shown);
  const z = preActivations(deep, [1, 3], centres(deep));
  z.forEach((each, i) => {
    assert.equal(readingAt(deep, centreOf(deep, i)).pattern[1]![3], each > 0);
    if (Math.abs(each) > 0.1 * Math.max(...shown.span!.map(Math.abs))) assert.equal(shown.shades[i]! >= 64, each > 0);
  });
  assert.notEqual(shownOf({ ...state, colour: "class" }, deep).tiles, deep.tiles);
  assert.equal(shownOf({ ...state, colour: "class" }, example("spiral-deep-1")).tiles.starts.length, 1 + example("spiral-deep-1").counts.activation);
});

test("a region is read by hand", () => {
  const tiles = { vertices: Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1), corners: Int32Array.of(0, 1, 2, 3), starts: Int32Array.of(0, 4), box: { x: [0, 2], y: [0, 2] } } as const;
  const layers = [
    { weights: Float64Array.of(1, -2, 0, 1), bias: Float64Array.of(0.5, 0), activation: "leaky_relu" },
    { weights: Float64Array.of(3, 10), bias: Float64Array.of(-1), activation: "linear" },
  ];
  const found: Found = { ...deep, tiles, layers, slope: 0.1, hidden: [2], depth: 1, outputs: 1, formulas: 1, counts: { activation: 1, linear: 1 } };
  const reading = readingAt(found, [1, 0.5]); // z = 1.5, -1.5
  assert.deepEqual(reading.pattern, [[true, false]]);
  // 3 (s + 0.5) + 10 · 0.1 (t - 2 s) - 1
  assert.deepEqual(reading.affine!.map((row) => Number(row[0]!.toFixed(12))), [0.5, 1, 1]);
  assert.deepEqual([reading.region, reading.class, regionAt(found, [3, 0])], [0, 1, -1]);
});

test("formulas and patterns that are sent are read where the layers are not", () => {
  const found: Found = {
    ...deep, layers: undefined, hidden: [3], depth: 1, formulas: 2, outputs: 2,
    maps: Float64Array.of(...deep.tiles.starts.length > 1 ? Array.from({ length: 6 * deep.counts.activation }, (_, i) => i) : []),
    bits: Uint8Array.from(all(deep), (i) => i % 4), units: [[0, 0], [0, 2]],
  };
  const reading = readingAt(found, centreOf(deep, 3));
  assert.deepEqual(reading.pattern, [[true, true, true]]);
  assert.deepEqual(reading.affine!.map((row) => [...row]), [[18, 19], [20, 21], [22, 23]]);
  assert.deepEqual(readingAt(found, centreOf(deep, 2)).pattern, [[false, true, true]]);
  assert.equal(readingAt({ ...found, maps: undefined }, centreOf(deep, 3)).affine, undefined);
});

test("impossible actions change nothing, the others only what they name", () => {
  const state = regions.initial();
  const nothing: object[] = [
    { kind: "network", network: { example: "mnist" } }, { kind: "network", network: { upload: "../etc/passwd", name: "x" } }, { kind: "depth", depth: 0 },
    { kind: "view", view: [0, 0, 0, 1] }, { kind: "view", view: [0, 1, 0, Infinity] }, { kind: "view", view: [1, 1 + 1e-12, 0, 1] }, { kind: "point", point: [NaN, 0] },
    { kind: "plane", plane: { kind: "samples", rows: [1, 1, 2] } }, { kind: "plane", plane: { kind: "features", features: [0, -1], row: null } }, { kind: "colour", colour: "red" },
    { kind: "unit", unit: [0.5, 0] }, { kind: "data", data: { example: "nile" } }, { kind: "explode" }, { kind: "colour", colour: "class" },
  ];
  for (const action of nothing) assert.equal(regions.advance(state, action as never), state, JSON.stringify(action));
  const digits = regions.advance(state, { kind: "network", network: { example: "digits" } });
  assert.deepEqual([digits.plane, digits.data], [{ kind: "samples", rows: [0, 1, 2] }, { example: "digits" }]);
  const moved = play(regions, [{ kind: "view", view: [0, 0.5, 0, 0.5] }, { kind: "network", network: { example: "digits-standardized" } }], digits);
  assert.deepEqual(moved.view, [0, 0.5, 0, 0.5]); // the same plane: one compares
  assert.equal(regions.advance(moved, { kind: "plane", plane: { kind: "features", features: [27, 28], row: null } }).view, null);
  const other = regions.advance(moved, { kind: "plane", plane: { kind: "samples", rows: [0, 5, 2] } });
  assert.deepEqual([other.plane, other.view], [{ kind: "samples", rows: [0, 5, 2] }, [0, 0.5, 0, 0.5]]);
  const own = regions.advance(state, { kind: "network", network: { upload: "0".repeat(32), name: "my.onnx" }, inputs: 64 });
  assert.deepEqual([own.plane, own.data], [{ kind: "features", features: [0, 1], row: null }, { example: "digits" }]);
});

test("a state from outside is checked", () => {
  assert.deepEqual(regions.check(JSON.parse(JSON.stringify(regions.initial()))), regions.initial());
  assert.deepEqual(regions.check({}), regions.initial());
  for (const raw of [
    3, { network: "spiral" }, { network: { upload: "x", name: "y" } }, { data: [] }, { plane: {} }, { plane: { kind: "samples", rows: [0, 1] } }, { view: [1, 0, 0, 1] },
    { view: "0,1,0,1" }, { depth: 1.5 }, { colour: 7 }, { unit: [0] }, { point: [1e9, 0] }, { point: { length: 2 } },
  ]) assert.equal(typeof regions.check(raw), "string", JSON.stringify(raw));
});

test("recorded steps lead to a state that a link can hold", () => {
  const state = play(regions, walk.actions as never);
  assert.deepEqual(regions.check(state), state);
  assert.deepEqual([state.network, state.colour, state.plane.kind], [{ example: "digits" }, "unit", "features"]);
});

test("views: zooming keeps the place, and the crosshair takes the view along", () => {
  const view: View = [0, 4, 0, 2];
  assert.deepEqual(zoomed(view, 0.5, [1, 1]), [0.5, 2.5, 0.5, 1.5]);
  assert.equal(holding(view, [4, 0]), view);
  assert.deepEqual(holding(view, [5, -1]), [1, 5, -1, 1]);
});

test("questions name what Python needs and no more; files are those of the examples' own planes", () => {
  const state = regions.initial();
  assert.deepEqual(questionOf({ ...state, network: { upload: "a".repeat(32), name: "net.onnx" } }), {
    kind: "regions", network: { upload: "a".repeat(32) }, data: { example: "spiral" }, plane: { kind: "inputs" }, bounds: [-1.25, 1.25, -1.25, 1.25], depth: null,
  });
  assert.equal(fileOf(state), "regions-spiral-deep-2.bin");
  assert.equal(fileOf({ ...state, depth: 1 }), "regions-spiral-deep-1.bin");
  assert.equal(fileOf({ ...state, network: { upload: "a".repeat(32), name: "net.onnx" } }), "");
  const digits = regions.advance(state, { kind: "network", network: { example: "digits" } });
  assert.equal(fileOf(digits), "regions-digits-samples.bin");
  assert.equal(fileOf({ ...digits, plane: { kind: "samples", rows: [0, 1, 3] } }), "");
  assert.equal(fileOf({ ...digits, plane: { kind: "features", features: [27, 28], row: null } }), "regions-digits-features.bin");
});
