/** Asking Python over a websocket: opened with the first question, one newest question at a time in each lane. */

import type { Ask } from "../stations/station.ts";
import { readReply } from "./frame.ts";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onMore?: ((value: unknown) => void) | undefined;
}

const LOST = "The connection to Python is lost. Everything that this page computes by itself goes on working.";

/** Gives the function that asks; `onLost` hears a sentence when the connection goes while an answer is awaited. */
export function asking(address: URL, onLost: (sentence: string) => void): Ask {
  const waiting = new Map<number, Waiting>();
  let socket: WebSocket | undefined;
  let count = 0;

  const receive = (line: WebSocket, event: MessageEvent): void => {
    const reply = readReply(event.data);
    const id = Number(reply?.id);
    const one = waiting.get(id);
    if (!reply) return;
    if (reply.more) {
      try {
        one?.onMore?.(reply.answer);
      } finally {
        // Python sends no more than a few that nobody has dealt with: a slow page gets fewer, not later ones.
        if (one && line.readyState === WebSocket.OPEN) line.send(JSON.stringify({ id, question: "more" }));
      }
      return;
    }
    if (!one) return;
    waiting.delete(id);
    if (reply.superseded) one.reject(aborted());
    else if (reply.error !== undefined) one.reject(new Error(reply.error));
    else one.resolve(reply.answer);
  };
  const connected = (): Promise<WebSocket> => new Promise((resolve, reject) => {
    if (socket?.readyState === WebSocket.OPEN) return resolve(socket);
    const fresh = socket?.readyState === WebSocket.CONNECTING ? socket : new WebSocket(address);
    fresh.addEventListener("open", () => resolve(fresh));
    if (fresh === socket) return void fresh.addEventListener("close", () => reject(new Error(LOST)));
    socket = fresh;
    fresh.binaryType = "arraybuffer";
    fresh.addEventListener("message", (event) => receive(fresh, event));
    fresh.addEventListener("close", () => {
      reject(new Error(LOST));
      for (const one of waiting.values()) one.reject(new Error(LOST));
      waiting.clear();
      onLost(LOST);
    });
  });

  return async ({ kind, ...rest }, signal, onMore) => {
    const line = await connected();
    if (signal?.aborted) throw aborted();
    count += 1;
    const id = count;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, onMore });
      signal?.addEventListener("abort", () => {
        if (!waiting.delete(id)) return;
        if (line.readyState === WebSocket.OPEN) line.send(JSON.stringify({ id: count += 1, question: "cancel", of: id }));
        reject(aborted());
      });
      line.send(JSON.stringify({ ...rest, id, question: kind }));
    });
  };
}

function aborted(): Error {
  return new DOMException("A newer question took the place of this one.", "AbortError");
}
