/** Files that lie beside the lab's page: examples too large to be part of its script. */

import { readReply } from "../hosts/frame.ts";
import type { Arrays } from "./station.ts";

const DAMAGED = "The examples of this station are damaged. Build or fetch the page again.";

/** Fetches one, or fails with a sentence: a single file and a notebook have none beside them. */
async function besideThePage(name: string): Promise<Response> {
  if (!document.querySelector('script[src$="lab.js"]')) {
    throw new Error("The examples of this station lie beside the lab's page. Type “hinges lab” and open it there, or export the whole lab as a site.");
  }
  const answer = await fetch(new URL(name, document.baseURI)).catch(() => undefined);
  if (!answer?.ok) throw new Error("The examples of this station could not be fetched. Open the page again to try once more.");
  return answer;
}

/** Gives one that was written as an answer with arrays. */
export async function arraysBesideThePage(name: string): Promise<Arrays> {
  const found = readReply(await (await besideThePage(name)).arrayBuffer())?.answer as Arrays | undefined;
  if (!found?.arrays) throw new Error(DAMAGED);
  return found;
}

/** Gives one that was written as JSON. */
export async function jsonBesideThePage(name: string): Promise<unknown> {
  const answer = await besideThePage(name);
  return answer.json().catch(() => {
    throw new Error(DAMAGED);
  });
}
