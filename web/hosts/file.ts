/** One HTML file: a station and its state are inside, and it works from disk. */

import { notes, type Theme, segmented, setTheme, h } from "../kit/index.ts";
import { readFile } from "../shell/link.ts";
import { Session } from "../shell/session.ts";
import { found } from "../shell/single.ts";
import { stage, undoKeys } from "../shell/stage.ts";
import { entryOf } from "../stations/entries.ts";
import { stations } from "../stations/index.ts";

function content(): unknown {
  try {
    return JSON.parse(document.querySelector("#hinges-station")?.textContent ?? "");
  } catch {
    return undefined;
  }
}

function start(root: HTMLElement): void {
  const note = notes();
  const { station, state, problem } = found(content(), stations);
  if (!station) return;
  const session = new Session(station, state ?? station.initial());
  const open = async (text: string): Promise<void> => {
    const place = await readFile(text, [entryOf(station)]);
    if (place.problem) note.say(place.problem, { tone: "error" });
    if (place.state) session.replace(place.state);
  };
  const theme = segmented<Theme>({
    label: "Theme", bare: true, value: "auto", onChange: (value) => setTheme(document.body, value),
    choices: [{ value: "auto", label: "System" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }],
  });
  document.body.classList.add("hinges");
  root.classList.add("s-lab");
  const shown = stage({ session, services: { ask: undefined, announce: note.say }, notes: note, outside: { open: (text) => void open(text) } });
  root.append(h("header", { class: "s-bar s-file" }, h("span", { class: "s-brand" }, "hinges", h("span", {}, " lab")), theme.el),
    h("main", { class: "s-main" }, shown.el), note.el);
  undoKeys(document, () => session);
  if (problem) note.say(problem, { tone: "error" });
}

const root = document.querySelector<HTMLElement>("#hinges-lab");
if (root) start(root);
