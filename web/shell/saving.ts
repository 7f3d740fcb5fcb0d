/** What leaves the lab: links, files, pictures, ONNX, one HTML file, and Python source. */

import { EngineError, toOnnx } from "../engine/index.ts";
import { button, codeBlock, dialog, download, fileButton, h, pngOf, prose, svgOf, textField, toolbar, type Notes } from "../kit/index.ts";
import { fileOf } from "./link.ts";
import type { Session } from "./session.ts";

/** What the host can do with states. */
export interface Outside {
  /** Gives the address that opens this state, "" where it is too long for one; absent where there are no links. */
  link?(): string;
  /** Opens a file of a state; absent where the host shows one station only. */
  open?(content: string): void;
  /** Gives the state as one HTML file that works from disk. */
  html?(): Promise<string>;
}

interface Opener {
  readonly el: HTMLElement;
  open(): void;
}

/** Gives the dialog with the Python source of what the page shows. */
export function pythonDialog(session: Session): Opener {
  const code = codeBlock("Python source");
  const box = dialog("As Python", prose("This runs by itself and computes what the page shows."), code.el);
  return {
    el: box.el,
    open() {
      code.set(session.station.python(session.state));
      box.open();
    },
  };
}

/** Gives the dialog that shares a state as a link or a file, and opens files. */
export function sharing(session: Session, notes: Notes, outside: Outside): Opener {
  const { station } = session;
  const field = textField({ label: "Link to this state", value: "", onChange: () => undefined });
  const input = field.el.querySelector("input");
  if (input) input.readOnly = true;
  const told = h("p", { class: "k-prose" });
  const copy = button({
    label: "Copy the link", look: "primary",
    onPress: () => {
      navigator.clipboard.writeText(input?.value ?? "").then(
        () => { box.close(); notes.say("The link is copied."); },
        () => { input?.focus(); input?.select(); told.textContent = "Selected: copy it with Ctrl+C."; });
    },
  });
  const save = button({ label: "Save as a file", onPress: () => download(`${station.name}.hinges.json`, fileOf(station, session.state), "application/json") });
  const open = outside.open && fileButton({
    label: "Open a file", accept: ".json", onText: (content) => { box.close(); outside.open?.(content); },
    onProblem: (sentence) => notes.say(sentence, { tone: "error" }),
  });
  const box = dialog("Share", told, field.el, toolbar(copy.el, save.el, open));
  return {
    el: box.el,
    open() {
      const link = outside.link?.() ?? "";
      field.el.hidden = copy.el.hidden = link === "";
      field.set(link);
      told.textContent = link
        ? "Whoever opens the link finds this very state. Everything is in the link; nothing is stored anywhere else."
        : outside.link ? "This state is too long for a link. Save it as a file: “Open a file” brings it back." : "Save this state as a file: the lab opens it again.";
      box.open();
    },
  };
}

/** Gives the dialog with the files that can be saved. */
export function exporting(session: Session, notes: Notes, outside: Outside, picture: () => SVGSVGElement | HTMLCanvasElement | null): Opener {
  const { station } = session;
  const trying = (label: string, what: string, run: () => Promise<void> | void): HTMLElement =>
    h("div", { class: "s-export" }, button({
      label, onPress: () => {
        Promise.resolve().then(run).then(() => box.close(), (error: unknown) => {
          box.close();
          notes.say(sentence(error), { tone: "error" });
        });
      },
    }).el, h("span", {}, what));
  const svg = (): SVGSVGElement => {
    const found = picture();
    if (found instanceof SVGSVGElement) return found;
    throw new EngineError("This picture is drawn in pixels: save it as PNG.");
  };
  const png = async (): Promise<void> => {
    const found = picture();
    if (!found) throw new EngineError("There is no picture here yet.");
    download(`${station.name}.png`, await pngOf(found));
  };
  const onnx = (): void => {
    const network = station.network?.(session.state);
    if (!network) throw new EngineError("There is no network in this state to export.");
    download(`${station.name}.onnx`, new Blob([toOnnx(network)], { type: "application/octet-stream" }));
  };
  const html = async (): Promise<void> => download(`${station.name}.html`, (await outside.html?.()) ?? "", "text/html");
  const box = dialog("Export",
    trying("PNG", "the picture, at twice its size on the screen", png),
    trying("SVG", "the picture as lines, for papers and slides", () => download(`${station.name}.svg`, svgOf(svg()), "image/svg+xml")),
    station.network ? trying("ONNX", "the network, float64, for other programs", onnx) : null,
    outside.html ? trying("HTML", "this station in one file that works from disk, without Python", html) : null);
  return box;
}

function sentence(error: unknown): string {
  return error instanceof Error && error.message ? error.message : "That file could not be made.";
}
