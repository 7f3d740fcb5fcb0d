/** Asking Python over a websocket: opened with the first question, one newest question at a time. */

import type { Question, Services } from "../stations/station.ts";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const LOST = "The connection to Python is lost. Everything that this page computes by itself goes on working.";

/** Gives the function that asks; `onLost` hears a sentence when the connection goes while an answer is awaited. */
export function asking(address: URL, onLost: (sentence: string) => void): NonNullable<Services["ask"]> {
  const waiting = new Map<number, Waiting>();
  let socket: WebSocket | undefined;
  let count = 0;

  const receive = (event: MessageEvent): void => {
    let frame: { id?: number; answer?: unknown; error?: string; superseded?: boolean };
    try {
      frame = JSON.parse(String(event.data));
    } catch {
      return;
    }
    const one = waiting.get(Number(frame.id));
    if (!one) return;
    waiting.delete(Number(frame.id));
    if (frame.superseded) one.reject(aborted());
    else if (frame.error !== undefined) one.reject(new Error(frame.error));
    else one.resolve(frame.answer);
  };
  const connected = (): Promise<WebSocket> => new Promise((resolve, reject) => {
    if (socket?.readyState === WebSocket.OPEN) return resolve(socket);
    const fresh = socket?.readyState === WebSocket.CONNECTING ? socket : new WebSocket(address);
    fresh.addEventListener("open", () => resolve(fresh));
    if (fresh === socket) return void fresh.addEventListener("close", () => reject(new Error(LOST)));
    socket = fresh;
    fresh.addEventListener("message", receive);
    fresh.addEventListener("close", () => {
      reject(new Error(LOST));
      for (const one of waiting.values()) one.reject(new Error(LOST));
      waiting.clear();
      onLost(LOST);
    });
  });

  return async ({ kind, ...rest }: Question, signal) => {
    const line = await connected();
    if (signal?.aborted) throw aborted();
    count += 1;
    const id = count;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (!waiting.delete(id)) return;
        if (line.readyState === WebSocket.OPEN) line.send(JSON.stringify({ id: count += 1, question: "cancel" }));
        reject(aborted());
      });
      line.send(JSON.stringify({ ...rest, id, question: kind }));
    });
  };
}

function aborted(): Error {
  return new DOMException("A newer question took the place of this one.", "AbortError");
}
