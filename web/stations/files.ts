/** Files that lie beside the lab's page: examples too large to be part of its script. */

import { readReply } from "../hosts/frame.ts";
import type { Arrays } from "./station.ts";

/** Gives one that was written as an answer with arrays, or fails with a sentence: a file and a notebook have none beside them. */
export async function arraysBesideThePage(name: string): Promise<Arrays> {
  if (!document.querySelector('script[src$="lab.js"]')) {
    throw new Error("The examples of this station lie beside the lab's page. Type “hinges lab” and open it there, or export the whole lab as a site.");
  }
  const answer = await fetch(new URL(name, document.baseURI)).catch(() => undefined);
  if (!answer?.ok) throw new Error("The examples of this station could not be fetched. Open the page again to try once more.");
  const found = readReply(await answer.arrayBuffer())?.answer as Arrays | undefined;
  if (!found?.arrays) throw new Error("The examples of this station are damaged. Build or fetch the page again.");
  return found;
}
