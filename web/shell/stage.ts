/** One station in its frame: title, lead, undo, sharing and exports, the view, the text that teaches, hints. */

import { button, card, disclosure, frames, h, prose, tiles, toolbar, type Notes } from "../kit/index.ts";
import type { Services, Station } from "../stations/station.ts";
import { exporting, pythonDialog, sharing, type Outside } from "./saving.ts";
import type { Session } from "./session.ts";

export interface StageOptions {
  session: Session;
  services: Services;
  notes: Notes;
  /** What the host can do with states: links, files, one HTML file. */
  outside: Outside;
}

export interface Stage {
  readonly el: HTMLElement;
  destroy(): void;
}

/** Gives a station with its frame; put `el` into the page. */
export function stage(options: StageOptions): Stage {
  const { session, services, notes } = options;
  const { station } = session;
  const place = h("div", { class: "s-view" });
  const el = h("div", { class: "s-stage" });
  const view = station.render({ el: place, services, act: (...actions) => session.act(...actions) });
  const tools = stageTools(options, () => view.picture?.() ?? null);
  const heading = h("div", { class: "s-heading" }, h("h1", {}, station.title), h("p", { class: "s-lead" }, station.lead));
  el.append(h("header", { class: "s-head" }, heading, tools.el), place, words(station), ...tools.dialogs);
  const draw = frames((state: object) => view.draw(state));
  // A key steps from what its slider shows: several within one frame must not step from the same number.
  el.addEventListener("keydown", () => draw.flush(), { capture: true });
  const stop = session.onChange(() => {
    tools.update();
    draw.request(session.state);
  });
  tools.update();
  try {
    view.draw(session.state);
  } catch (error) {
    notes.say(error instanceof Error ? error.message : "This state cannot be drawn.", { tone: "error", action: { label: "Start afresh", onPress: () => session.replace(station.initial()) } });
  }
  return {
    el,
    destroy() {
      stop();
      draw.cancel();
      view.destroy();
      el.remove();
    },
  };
}

function stageTools(options: StageOptions, picture: () => SVGSVGElement | HTMLCanvasElement | null) {
  const { session, notes, outside } = options;
  const undo = button({ label: "↶", name: "Undo (Ctrl+Z)", onPress: () => session.undo() });
  const redo = button({ label: "↷", name: "Redo (Ctrl+Shift+Z)", onPress: () => session.redo() });
  const reset = button({
    label: "Reset",
    onPress: () => {
      session.replace(session.station.initial());
      notes.say("Back at the start.", { action: { label: "Undo", onPress: () => session.undo() } });
    },
  });
  const python = pythonDialog(session);
  const share = sharing(session, notes, outside);
  const files = exporting(session, notes, outside, picture);
  const el = toolbar(
    h("div", { class: "s-group" }, undo.el, redo.el, reset.el),
    h("div", { class: "s-group" },
      button({ label: "Share", onPress: share.open }).el,
      button({ label: "Export", onPress: files.open }).el,
      button({ label: "Python", name: "Copy as Python", onPress: python.open }).el));
  return {
    el,
    dialogs: [share.el, files.el, python.el],
    update(): void {
      undo.set({ disabled: !session.canUndo });
      redo.set({ disabled: !session.canRedo });
    },
  };
}

/** The text under the view, and the hints. */
function words(station: Station): HTMLElement {
  const passages = station.text.map((passage) =>
    h("section", { class: "s-passage" }, h("h3", {}, passage.title), ...passage.paragraphs.map(prose)));
  const hints = (station.hints ?? []).map((hint, index, all) =>
    disclosure(all.length > 1 ? `Hint ${index + 1}` : "A hint", hint));
  const below = passages.length > 3; // a fourth column is full: the hints stand in a row of their own
  const inner = below ? tiles(230, ...hints) : h("div", {}, ...hints);
  const stuck = hints.length === 0 ? null
    : h("section", { class: "s-passage s-hints", attributes: { "aria-label": "Hints" } }, h("h3", {}, "Stuck?"), inner);
  const el = below
    ? card({ title: "What to see here" }, tiles(230, ...passages), stuck)
    : card({ title: "What to see here" }, tiles(230, ...passages, stuck));
  el.classList.add("s-words");
  return el;
}

/** Undo and redo by keys, inside an element; text that is being typed keeps its own. */
export function undoKeys(target: HTMLElement | Document, session: () => Session | undefined): () => void {
  const listen = (event: Event): void => {
    const key = event as KeyboardEvent;
    if (!(key.ctrlKey || key.metaKey) || key.altKey || (event.target as Element | null)?.closest?.("textarea, .k-text, dialog")) return;
    const letter = key.key.toLowerCase();
    const back = letter === "z" && !key.shiftKey;
    const forth = (letter === "z" && key.shiftKey) || letter === "y";
    if (!back && !forth) return;
    event.preventDefault();
    if (back) session()?.undo();
    else session()?.redo();
  };
  target.addEventListener("keydown", listen);
  return () => target.removeEventListener("keydown", listen);
}
