/** A station in a notebook, through anywidget: the model's `state` and the station's follow each other. */

import { frames, h, notes, type Model } from "../kit/index.ts";
import { Session, same } from "../shell/session.ts";
import { found } from "../shell/single.ts";
import { stage, undoKeys } from "../shell/stage.ts";
import { stations } from "../stations/index.ts";

interface Values {
  station: string;
  state: object;
  [key: string]: unknown;
}

/** Shows the model's station in a cell; gives what ends it. */
function render({ model, el }: { model: Model<Values>; el: HTMLElement }): () => void {
  const note = notes();
  const { station, state, problem } = found({ station: model.get("station"), state: model.get("state") }, stations);
  if (!station) return () => undefined;
  const session = new Session(station, state ?? station.initial());
  // Keys belong to the station while it has the focus, not to the notebook.
  const box = h("div", { class: "hinges s-widget", attributes: { "data-lm-suppress-shortcuts": "true" } });
  const shown = stage({ session, services: { ask: undefined, announce: note.say }, notes: note, outside: {} });
  const send = frames((next: object) => {
    if (same(next, model.get("state"))) return;
    model.set("state", next);
    model.save_changes();
  });
  const stop = session.onChange(() => send.request(session.state));
  const receive = (): void => {
    const raw = model.get("state");
    if (same(raw, session.state)) return;
    const next = station.check(raw);
    if (typeof next === "string") note.say(next, { tone: "error" });
    else session.replace(next);
  };
  model.on("change:state", receive);
  const noKeys = undoKeys(box, () => session);
  box.append(shown.el, note.el);
  el.append(box);
  if (problem) note.say(problem, { tone: "error" });
  return () => {
    stop();
    send.cancel();
    noKeys();
    model.off("change:state", receive);
    shown.destroy();
    box.remove();
  };
}

export default { render };
