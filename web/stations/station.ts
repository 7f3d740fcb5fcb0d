/**
 * What a station is. A station is data and pure functions, plus one view; undo, links, files, exports and hosts are the
 * shell's. See stations/README.md.
 */

import type { Network } from "../engine/index.ts";
import type { Tone } from "../kit/index.ts";

/** A change that is asked for: plain JSON with a kind. */
export interface Action {
  kind: string;
}

/** Ends a gesture: what happened since the last one is one step of undo. The shell handles it; no `advance` sees it. */
export interface Commit extends Action {
  kind: "commit";
}

export const COMMIT: Commit = { kind: "commit" };

/** What a view may use of the world around it. */
export interface Services {
  /**
   * Asks Python, where there is one (absent on a static site, in a single file and a notebook); fails with a sentence.
   * `onMore` hears what comes before the answer, in order; the next ones wait until it has returned (see `Ask`).
   */
  readonly ask: Ask | undefined;
  /** Brings a model or a table to Python, where there is one; fails with a sentence. */
  readonly upload?: ((file: File) => Promise<Uploaded>) | undefined;
  /** Shows a passing note. Lasting sentences belong into the station's own page. */
  announce(sentence: string, options?: { tone?: Tone; action?: { label: string; onPress(): void } }): void;
  /** Opens another station with a state of its own (checked there); absent where the host shows one station only. */
  readonly open?: (station: string, state: object) => void;
}

/** What Python can be asked: `kind` names the verb, the rest are its arguments. */
export interface Question {
  kind: string;
  /** Of the questions of one lane the newest takes the place of the one before; without a name all are in one lane. */
  lane?: string;
  [argument: string]: unknown;
}

export type Ask = (question: Question, signal?: AbortSignal, onMore?: (value: unknown) => void) => Promise<unknown>;

/** A file that Python has taken and read: questions name it as `{ upload: handle }`. */
export interface Uploaded {
  handle: string;
  name: string;
  kind: "network" | "data";
  /** Of a network: inputs, outputs, units, layers, depth, activations, notes. Of data: rows, inputs, outputs, x, y. */
  summary: Readonly<Record<string, unknown>>;
}

/** What an answer with arrays is in the page: the fields of its header, and the arrays, flat, with their shapes. */
export interface Arrays {
  arrays: readonly (Float32Array | Float64Array | Int32Array | Uint8Array)[];
  shapes: readonly (readonly number[])[];
  [field: string]: unknown;
}

/** What the shell gives a view. */
export interface Host<A extends Action> {
  /** An empty element of the page's width, inside an element of class "hinges". */
  readonly el: HTMLElement;
  readonly services: Services;
  /** Advances the state by these actions in turn: `act({ kind: "weight", ... })` while dragging, `act(COMMIT)` at the end. */
  act(...actions: readonly (A | Commit)[]): void;
}

/** A view that is in the page. */
export interface View<S> {
  /** Shows a state: called at once after `render` and then at most once an animation frame, with the newest state. */
  draw(state: S): void;
  /** Gives the picture that "export" saves. */
  picture?(): SVGSVGElement | HTMLCanvasElement | null | undefined;
  /** Stops timers, workers and listeners outside of its own elements. */
  destroy(): void;
}

/** A heading with paragraphs in the kit's `prose` notation. */
export interface Passage {
  title: string;
  paragraphs: readonly string[];
}

/** S: plain JSON, never changed in place. A: plain JSON. What is hovered or running is the view's own and no part of S. */
export interface Station<S extends object = object, A extends Action = Action> {
  /** As in links and in Python's `station(name)`: lower case. */
  readonly name: string;
  readonly title: string;
  /** One sentence under the title: what to do here. */
  readonly lead: string;
  /** A short text that teaches; the shell shows it under the view. */
  readonly text: readonly Passage[];
  /** Hints that do not give the answer away, from gentle to plain; each is opened on demand. */
  readonly hints?: readonly string[];
  initial(): S;
  /** Pure. An unknown or impossible action gives the very same object. */
  advance(state: S, action: A): S;
  /** Gives a state from outside (a link, a file, Python), completed and checked, or the sentence that says what is wrong. */
  check(raw: unknown): S | string;
  render(host: Host<A>): View<S>;
  /** Gives Python source that runs by itself and does what the page shows. */
  python(state: S): string;
  /** Gives the network to export as ONNX, null where there is none. */
  network?(state: S): Network | null;
}

/** Plays recorded actions from a state on, as the shell would. */
export function play<S extends object, A extends Action>(
  station: Pick<Station<S, A>, "advance" | "initial">,
  actions: readonly (A | Commit)[],
  start: S = station.initial(),
): S {
  return actions.reduce<S>((state, action) => (isCommit(action) ? state : station.advance(state, action)), start);
}

export function isCommit(action: Action): action is Commit {
  return action.kind === "commit";
}

/** Gives whether a value from outside is an object with fields (no array). */
export function isFields(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** Gives whether a value from outside is a finite number of at most this magnitude. */
export function isNumber(raw: unknown, most = 1e6): raw is number {
  return typeof raw === "number" && Number.isFinite(raw) && Math.abs(raw) <= most;
}
