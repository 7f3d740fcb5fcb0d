/** Bringing a file to Python: posted as it is, with its name beside it; the answer says what it holds. */

import type { Services, Uploaded } from "../stations/station.ts";

const LARGEST = 64_000_000; // bytes; Python has the last word, of tables it takes less

/** Gives the function that brings files to this address. */
export function bringing(address: URL): NonNullable<Services["upload"]> {
  return async (file) => {
    if (file.size > LARGEST) throw new Error(`The file is too long: at most ${LARGEST / 1e6} MB are taken.`);
    let reply: { answer?: Uploaded; error?: string };
    try {
      const response = await fetch(address, {
        method: "POST", body: file, headers: { "X-File-Name": encodeURIComponent(file.name.slice(-200)) },
      });
      reply = await response.json();
    } catch {
      throw new Error("The file could not be brought to Python: is the lab still running, and the file still there?");
    }
    if (!reply.answer) throw new Error(reply.error ?? "The file could not be read.");
    return reply.answer;
  };
}
