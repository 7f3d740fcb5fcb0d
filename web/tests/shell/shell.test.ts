import assert from "node:assert/strict";
import test from "node:test";

import { decoded, encoded, fileOf, hashOf, hashOfActions, readFile, readHash } from "../../shell/link.ts";
import { Session } from "../../shell/session.ts";
import { filled, found, scriptJson } from "../../shell/single.ts";
import { entries, entryOf } from "../../stations/entries.ts";
import { stations } from "../../stations/index.ts";
import { match } from "../../stations/match/index.ts";
import solve from "../../stations/match/recorded/solve.json";
import type { Action } from "../../stations/match/state.ts";
import { COMMIT, play, type Station } from "../../stations/station.ts";

const here = [match] as unknown as readonly Station[];
const all = here.map(entryOf);
const station = match as Station;
const weight = (value: number): Action => ({ kind: "weight", unit: 1, value });
const answer = play(match, solve.actions as Action[]);

test("undo goes from commit to commit, redo back, and new work ends what could be redone", () => {
  const session = new Session(match);
  assert.deepEqual([session.canUndo, session.canRedo], [false, false]);
  session.act(weight(1), weight(2), COMMIT);
  session.act(weight(3));
  session.act(weight(4), COMMIT, COMMIT);
  session.undo();
  assert.equal(session.state.units[0].w, 2);
  session.undo();
  assert.deepEqual(session.state, match.initial());
  session.undo();
  session.redo();
  session.redo();
  assert.equal(session.state.units[0].w, 4);
  session.undo();
  session.act(weight(5), COMMIT);
  assert.equal(session.canRedo, false);
  session.act(weight(6)); // a gesture without its end is undone all the same
  session.undo();
  assert.equal(session.state.units[0].w, 5);
});

test("nothing is told and nothing recorded where nothing changes", () => {
  const session = new Session(match);
  let told = 0;
  session.onChange(() => (told += 1));
  session.act(weight(0.5), COMMIT);
  session.act(weight(9), COMMIT);
  assert.deepEqual([told, session.canUndo], [0, false]);
  session.act(weight(1));
  session.act(weight(0.5), COMMIT); // back where it was: no step of undo
  assert.deepEqual([told, session.canUndo], [2, false]);
});

test("a link gives its state back, or the state that its actions lead to", async () => {
  assert.deepEqual(await readHash(hashOf(station, answer), all), { station, state: answer });
  assert.deepEqual(await readHash(hashOfActions(station, solve.actions), all), { station, state: answer });
  assert.deepEqual(await readHash("", all), {});
  assert.deepEqual(await readHash("#v1/match", all), { station });
  assert.deepEqual(decoded(encoded({ a: "ä→😀" })), { a: "ä→😀" });
});

test("a damaged link is a sentence", async () => {
  const whole = hashOf(station, answer);
  const cases: [string, RegExp][] = [
    ["#v2/match/e30", /version 2/], ["#hello", /damaged/], ["#v1/nothing/e30", /no station “nothing”/], [whole.slice(0, -9), /damaged/],
    ["#v1/match/%%%", /damaged/], [`#v1/match/${"A".repeat(200_000)}`, /damaged/], [`#v1/match/${encoded([1])}`, /cannot be shown/],
    [`#v1/match/${encoded({ target: "x" })}`, /target is one of/], [`#v1/match/actions=${encoded({})}`, /actions/], [`#v1/match/actions=${encoded([1])}`, /actions/],
    [`#v1/match/actions=${encoded(Array.from({ length: 3000 }, () => ({ kind: "x" })))}`, /actions/],
    [`#v1/match/${encoded("x").replace(/./, "_")}`, /damaged/],
  ];
  for (const [hash, sentence] of cases) {
    const { problem = "", state } = await readHash(hash, all);
    assert.match(problem, sentence, hash.slice(0, 60));
    assert.equal(state, undefined);
  }
  for (let cut = 1; cut < whole.length; cut += 7) await readHash(whole.slice(0, cut), all);
});

test("a state too long for a link has none, and its file gives it back", async () => {
  assert.equal(hashOf(station, { long: "x".repeat(9000) }), "");
  assert.deepEqual(await readFile(fileOf(station, answer), all), { station, state: answer });
  for (const bad of ["", "{", "[]", "{}", '{"hinges": 2}', '{"hinges": 1, "station": "none"}', '{"hinges": 1, "station": "match", "state": 3}']) {
    assert.match((await readFile(bad, all)).problem ?? "", /^That file .*\.$/, bad);
  }
});

test("the single file holds its state, whatever is in it", () => {
  const hostile = { text: "</script><!-- {{TITLE}} $& \u2028" };
  assert.doesNotMatch(scriptJson(hostile), /[<>&\u2028]/);
  assert.deepEqual(JSON.parse(scriptJson(hostile)), hostile);
  const html = filled("<title>{{TITLE}}</title><script>{{STATION}}</script>", station, hostile);
  const inside = /<script>(.*)<\/script>/.exec(html)?.[1] ?? "";
  assert.deepEqual(JSON.parse(inside), { station: "match", state: hostile });
  assert.deepEqual(found({ station: "match", state: answer }, here), { station, state: answer, problem: "" });
  assert.deepEqual(found({ station: "match", state: {} }, here), { station, state: undefined, problem: "" });
  assert.match(found({ station: "nothing" }, here).problem, /no station/);
  assert.match(found(undefined, here).problem, /damaged/);
  assert.match(found({ station: "match", state: { seed: -1 } }, here).problem, /seed/);
});

test("the entries of the rail are the stations, in their order", async () => {
  const loaded = await Promise.all(entries.map((each) => each.load()));
  assert.deepEqual(entries.map(({ name, title }) => [name, title]), stations.map(({ name, title }) => [name, title]));
  assert.deepEqual(loaded, [...stations]);
});
