/** Files that lie beside the lab's page: examples too large to be part of its script. */

/** Gives the bytes of one, or fails with a sentence: a single file and a notebook have nothing beside them. */
export async function besideThePage(name: string): Promise<ArrayBuffer> {
  if (!document.querySelector('script[src$="lab.js"]')) {
    throw new Error("The examples of this station lie beside the lab's page. Open it with `hinges lab`, or on a site made by `hinges lab --export`.");
  }
  const answer = await fetch(new URL(name, document.baseURI)).catch(() => undefined);
  if (!answer?.ok) throw new Error("The examples of this station could not be fetched. Open the page again to try once more.");
  return answer.arrayBuffer();
}
