import assert from "node:assert/strict";
import test from "node:test";
import { localModel } from "../../kit/model.ts";

test("a model tells who listens of changes, and only of changes", () => {
  const model = localModel({ state: { n: 1 }, name: "match" });
  const heard: string[] = [];
  const onState = (): void => void heard.push("state");
  model.on("change:state", onState);
  model.on("change", () => heard.push("any"));
  model.set("state", { n: 2 });
  model.set("name", "match");
  assert.deepEqual(heard, ["state", "any"]);
  assert.deepEqual(model.get("state"), { n: 2 });
  model.off("change:state", onState);
  model.set("name", "segments");
  assert.deepEqual(heard, ["state", "any", "any"]);
  model.off();
  model.set("name", "draw");
  assert.equal(heard.length, 3);
});

test("what is saved is a copy", () => {
  const saved: object[] = [];
  const model = localModel({ state: 1 }, (values) => saved.push(values));
  model.save_changes();
  model.set("state", 2);
  model.save_changes();
  assert.deepEqual(saved, [{ state: 1 }, { state: 2 }]);
});
