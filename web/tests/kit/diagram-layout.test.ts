import assert from "node:assert/strict";
import test from "node:test";
import { heightOf, place } from "../../kit/diagram-layout.ts";

const layer = (name: string, count: number, small = false): { nodes: { id: string; small: boolean }[] } =>
  ({ nodes: Array.from({ length: count }, (_, index) => ({ id: `${name}${index}`, small })) });

test("every node lies inside the picture and none on another", () => {
  for (const sizes of [[1, 3, 1], [1, 10, 1], [2, 8, 8, 3], [1, 24, 1], [1, 1, 1]]) {
    for (const width of [300, 620]) {
      const net = { layers: sizes.map((count, index) => layer(String.fromCharCode(97 + index), count, index === 0)) };
      const height = heightOf(net);
      const places = [...place(net, width, height).nodes.values()];
      assert.equal(places.length, sizes.reduce((sum, count) => sum + count, 0));
      for (const at of places) {
        assert.ok(at.x - at.width / 2 >= 0 && at.x + at.width / 2 <= width, `${sizes} ${width} x ${at.x}`);
        assert.ok(at.y - at.height / 2 >= 0 && at.y + at.height / 2 <= height, `${sizes} ${height} y ${at.y}`);
        for (const other of places) {
          if (other === at) continue;
          const apart = Math.abs(at.x - other.x) >= (at.width + other.width) / 2 || Math.abs(at.y - other.y) >= (at.height + other.height) / 2;
          assert.ok(apart, `${sizes} at ${width}`);
        }
      }
    }
  }
});

test("numbers stand on the edges of small networks with one hidden layer, and nowhere else", () => {
  const at = (sizes: number[], width: number): boolean => {
    const net = { layers: sizes.map((count, index) => layer(String.fromCharCode(97 + index), count, index === 0)) };
    return place(net, width, heightOf(net)).numbers;
  };
  assert.equal(at([1, 3, 1], 600), true);
  assert.equal(at([1, 3, 1], 330), true);
  assert.equal(at([1, 24, 1], 600), false);
  assert.equal(at([2, 4, 4, 1], 600), false);
});
