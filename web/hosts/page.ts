/** The lab as a page: from `hinges lab`, which answers questions, or from any file server, where nothing is asked. */

import { lab } from "../shell/lab.ts";
import { filled } from "../shell/single.ts";
import { entries } from "../stations/entries.ts";
import type { Services, Station } from "../stations/station.ts";
import { asking } from "./socket.ts";
import { bringing } from "./upload.ts";

const root = document.querySelector<HTMLElement>("#hinges-lab");
const meta = (name: string): string | undefined => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
const place = meta("hinges-ask");
const uploads = meta("hinges-upload");

function askOf(path: string): Services["ask"] {
  const address = new URL(path, document.baseURI);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return asking(address, (sentence) => said?.announce(sentence, { tone: "error" }));
}

async function html(station: Station, state: object): Promise<string> {
  const answer = await fetch(new URL("file.html", document.baseURI));
  if (!answer.ok) throw new Error("The template of the single file is not beside this page.");
  return filled(await answer.text(), station, state);
}

const said = root ? lab({
  root, html, stations: entries,
  ask: place ? askOf(place) : undefined,
  upload: uploads ? bringing(new URL(uploads, document.baseURI)) : undefined,
}) : undefined;
