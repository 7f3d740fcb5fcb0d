import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { readReply } from "../../hosts/frame.ts";
import { asking } from "../../hosts/socket.ts";
import { bringing } from "../../hosts/upload.ts";
import type { Arrays } from "../../stations/station.ts";

type Sent = Record<string, unknown>;

/** A websocket without a network: what is sent is kept, and the test says what comes. */
class Line extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static all: Line[] = [];
  binaryType = "blob";
  readyState = Line.CONNECTING;
  sent: Sent[] = [];

  constructor(readonly address: URL) {
    super();
    Line.all.push(this);
    queueMicrotask(() => {
      this.readyState = Line.OPEN;
      this.dispatchEvent(new Event("open"));
    });
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  come(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data: data instanceof ArrayBuffer ? data : JSON.stringify(data) }));
  }

  end(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

/** A binary frame, as Python writes it. */
function frame(header: object, arrays: readonly ArrayBufferView[]): ArrayBuffer {
  let head = new TextEncoder().encode(JSON.stringify(header));
  const spaces = (8 - ((4 + head.length) % 8)) % 8;
  head = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(spaces));
  const parts = [new Uint8Array(new Uint32Array([head.length]).buffer), head];
  for (const each of arrays) {
    parts.push(new Uint8Array(each.buffer as ArrayBuffer, each.byteOffset, each.byteLength), new Uint8Array((8 - (each.byteLength % 8)) % 8));
  }
  return new Uint8Array(parts.flatMap((part) => [...part])).buffer;
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const real = globalThis.WebSocket;
let lost: string[] = [];
let ask: ReturnType<typeof asking>;

beforeEach(() => {
  Line.all = [];
  lost = [];
  globalThis.WebSocket = Line as unknown as typeof WebSocket;
  ask = asking(new URL("ws://127.0.0.1:1/t/ask"), (sentence) => lost.push(sentence));
});
afterEach(() => {
  globalThis.WebSocket = real;
});

function line(): Line {
  const found = Line.all.at(-1);
  assert.ok(found);
  return found;
}

test("a question is opened with the first one and answered by its id", async () => {
  assert.equal(Line.all.length, 0);
  const one = ask({ kind: "best", units: 3 });
  const two = ask({ kind: "curve", lane: "aside" });
  await turn();
  assert.equal(Line.all.length, 1);
  assert.deepEqual(line().sent, [{ units: 3, id: 1, question: "best" }, { lane: "aside", id: 2, question: "curve" }]);
  line().come({ id: 2, answer: "second" });
  line().come({ id: 1, error: "a sentence" });
  assert.equal(await two, "second");
  await assert.rejects(one, /^Error: a sentence$/);
});

test("parts are heard in order, and Python hears when each is dealt with", async () => {
  const heard: unknown[] = [];
  const answer = ask({ kind: "train" }, undefined, (value) => heard.push([value, line().sent.length]));
  await turn();
  line().come({ id: 1, more: true, answer: { step: 0 } });
  line().come({ id: 1, more: true, answer: { step: 5 } });
  line().come({ id: 1, answer: { step: 9 } });
  assert.deepEqual(await answer, { step: 9 });
  assert.deepEqual(heard, [[{ step: 0 }, 1], [{ step: 5 }, 2]]);
  assert.deepEqual(line().sent.slice(1), [{ id: 1, question: "more" }, { id: 1, question: "more" }]);
  line().come({ id: 1, more: true, answer: "too late" });
  assert.equal(line().sent.length, 3);
});

test("an answer with arrays is read where it lies", async () => {
  const header = { id: 1, answer: { step: 7 }, arrays: [
    { type: "float32", shape: [3] }, { type: "uint8", shape: [1, 3] }, { type: "float64", shape: [2, 1] }, { type: "int32", shape: [0] },
  ] };
  const arrays = [new Float32Array([0.5, -1, Number.NaN]), new Uint8Array([0, 1, 255]), new Float64Array([1e300, -0]), new Int32Array(0)];
  const data = frame(header, arrays);
  const answer = ask({ kind: "train" });
  await turn();
  assert.equal(line().binaryType, "arraybuffer");
  line().come(data);
  const found = (await answer) as Arrays;
  assert.equal(found.step, 7);
  assert.deepEqual(found.shapes, [[3], [1, 3], [2, 1], [0]]);
  assert.deepEqual(found.arrays, arrays);
  assert.equal(found.arrays[0]?.buffer, data);
});

test("nonsense from the other end is passed over", async () => {
  const answer = ask({ kind: "best" });
  await turn();
  const nonsense = [frame({ id: 1, answer: {}, arrays: [{ type: "float64", shape: [1e9] }] }, []),
    frame({ id: 1, answer: {}, arrays: [{ type: "bigint", shape: [1] }] }, []), new ArrayBuffer(2), new Uint32Array([99]).buffer];
  for (const each of nonsense) {
    assert.equal(readReply(each), undefined);
    line().come(each);
  }
  assert.equal(readReply("[["), undefined);
  assert.equal(readReply("7"), undefined);
  line().come({ id: 12, answer: "of nobody" });
  line().come({ id: 1, answer: "good" });
  assert.equal(await answer, "good");
});

test("what is given up, or superseded, fails as aborted and is said to Python", async () => {
  const stop = new AbortController();
  const one = ask({ kind: "best" }, stop.signal);
  const two = ask({ kind: "curve" });
  await turn();
  stop.abort();
  await assert.rejects(one, { name: "AbortError" });
  assert.deepEqual(line().sent.at(-1), { id: 3, question: "cancel", of: 1 });
  line().come({ id: 1, error: "superseded", superseded: true });
  line().come({ id: 2, error: "superseded", superseded: true });
  await assert.rejects(two, { name: "AbortError" });
  await assert.rejects(ask({ kind: "best" }, stop.signal), { name: "AbortError" });
});

test("a connection that goes is one sentence, and the next question opens another", async () => {
  const one = ask({ kind: "best" });
  await turn();
  line().end();
  await assert.rejects(one, /connection to Python is lost/);
  assert.equal(lost.length, 1);
  const two = ask({ kind: "best" });
  await turn();
  assert.equal(Line.all.length, 2);
  line().come({ id: 2, answer: 4 });
  assert.equal(await two, 4);
});

test("a file is posted as it is, with its name beside it", async (context) => {
  const asked: [string, RequestInit | undefined][] = [];
  let reply = new Response(JSON.stringify({ answer: { handle: "a", name: "é.csv", kind: "data", summary: {} } }));
  context.mock.method(globalThis, "fetch", async (address: URL, options?: RequestInit) => {
    asked.push([String(address), options]);
    return reply;
  });
  const bring = bringing(new URL("http://127.0.0.1:1/t/upload"));
  const file = new File(["1,2\n"], "é.csv");
  assert.equal((await bring(file)).handle, "a");
  assert.equal(asked[0]?.[0], "http://127.0.0.1:1/t/upload");
  assert.equal(asked[0]?.[1]?.body, file);
  assert.deepEqual(asked[0]?.[1]?.headers, { "X-File-Name": "%C3%A9.csv" });
  reply = new Response(JSON.stringify({ error: "row 2 is empty" }));
  await assert.rejects(bring(file), /^Error: row 2 is empty$/);
  reply = new Response("<html>", { status: 502 });
  await assert.rejects(bring(file), /could not be brought/);
  const long = { size: 64_000_001, name: "a.npz" } as File;
  await assert.rejects(bring(long), /at most 64 MB/);
  assert.equal(asked.length, 3);
});
