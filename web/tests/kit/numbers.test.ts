import assert from "node:assert/strict";
import test from "node:test";
import { decimalsOf, fixed, formatNumber, readNumber, snap, subscripted } from "../../kit/numbers.ts";

const value = (source: string): number => {
  const read = readNumber(source);
  assert.ok(read.ok, source);
  return read.value;
};
const sentence = (source: string, range = {}): string => {
  const read = readNumber(source, range);
  assert.ok(!read.ok, source);
  return read.sentence;
};

test("numbers are read as people write them", () => {
  assert.equal(value("-1.5"), -1.5);
  assert.equal(value("\u22121.5"), -1.5);
  assert.equal(value(" 1/3 "), 1 / 3);
  assert.equal(value("-1 / 4"), -0.25);
  assert.equal(value("2e-3"), 0.002);
  assert.equal(value(".5"), 0.5);
});

test("what is no number gives a sentence", () => {
  assert.match(sentence("abc"), /“abc” is no number/);
  assert.match(sentence("1/2/3"), /no number/);
  assert.match(sentence("0x10"), /no number/);
  assert.match(sentence("1/0"), /other than 0/);
  assert.match(sentence("1,5"), /decimal point/);
  assert.match(sentence(""), /Write a number/);
  assert.match(sentence("1e999"), /too large/);
  assert.equal(sentence("7", { min: -5, max: 5, name: "w1" }), "w1 goes from \u22125 to 5.");
  assert.equal(sentence("-1", { min: 0, name: "N" }), "N is at least 0.");
});

test("numbers are written with a real minus sign and as many decimals as they need", () => {
  assert.equal(formatNumber(-1, 1), "\u22121.0");
  assert.equal(formatNumber(1 / 3, 1), "0.3333");
  assert.equal(formatNumber(0.1 + 0.2, 1), "0.3");
  assert.equal(formatNumber(-0, 1), "0.0");
  assert.equal(formatNumber(1.24e-5), "1.24e\u22125");
  assert.equal(formatNumber(Infinity), "∞");
  assert.equal(fixed(-0.04, 1), "0.0");
});

test("snapping leaves no noise and stays within bounds", () => {
  assert.equal(snap(0.30000000000000004, 0.1), 0.3);
  assert.equal(snap(1.26, 0.25), 1.25);
  assert.equal(snap(9, 0.1, -5, 5), 5);
  assert.ok(Object.is(snap(-0.01, 0.1), 0));
  assert.equal(decimalsOf(0.25), 2);
});

test("names get their index", () => {
  assert.equal(subscripted("w_12"), "w₁₂");
  assert.equal(subscripted("output"), "output");
});
