/** A number that is text until one edits it: reads fractions, refuses with a sentence, steps by arrow keys. */

import { css, type Colour } from "./colour.ts";
import { attend, attributes, h, isKnown, style, text, uniqueId } from "./dom.ts";
import { decimalsOf, formatNumber, readNumber, snap } from "./numbers.ts";

export interface NumberOptions {
  /** Its accessible name: "weight of unit 1". */
  label: string;
  value: number;
  min?: number;
  max?: number;
  /** What an arrow key changes (shift: ten times that), and how many decimals are shown. Typed numbers are free of it. */
  step?: number;
  colour?: Colour;
  onChange(value: number): void;
  onHover?(active: boolean): void;
}

export interface NumberField {
  readonly el: HTMLElement;
  readonly input: HTMLInputElement;
  set(changes: Partial<Pick<NumberOptions, "value" | "min" | "max" | "colour" | "label">>): void;
}

/** Gives an editable number. */
export function editableNumber(options: NumberOptions): NumberField {
  const state = { ...options };
  const step = options.step ?? 0.1;
  const decimals = decimalsOf(step);
  const problem = h("span", { class: "k-problem", attributes: { role: "alert", id: uniqueId() } });
  const input = h("input", {
    class: "k-number-input",
    attributes: { type: "text", autocomplete: "off", spellcheck: "false", "aria-label": options.label },
  });
  const el = h("span", { class: "k-number" }, input, problem);
  const shown = (): string => formatNumber(state.value, decimals);

  const refuse = (sentence: string): void => {
    text(problem, sentence);
    attributes(input, { "aria-invalid": sentence ? "true" : null, "aria-describedby": sentence ? problem.id : null });
  };
  const restore = (): void => {
    refuse("");
    input.value = shown();
  };
  const change = (value: number): void => {
    refuse("");
    if (value !== state.value) options.onChange(value);
    input.value = shown();
  };
  const commit = (): boolean => {
    if (input.value === shown()) return refuse(""), true;
    const read = readNumber(input.value, { min: state.min, max: state.max, name: state.label });
    if (!read.ok) return refuse(read.sentence), false;
    change(read.value);
    return true;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      if (commit()) input.select();
    } else if (event.key === "Escape") {
      restore();
      input.select();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const by = step * (event.shiftKey ? 10 : 1) * (event.key === "ArrowUp" ? 1 : -1);
      change(snap(state.value + by, step, state.min, state.max));
    }
  };
  input.addEventListener("keydown", key);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => commit() || restore());
  if (options.onHover) attend(el, options.onHover);

  const set: NumberField["set"] = (changes) => {
    if (!isKnown(state, changes)) update(changes);
  };
  const update: NumberField["set"] = (changes) => {
    const untouched = input.value === shown() || !input.matches(":focus");
    Object.assign(state, changes);
    if (untouched && !problem.textContent) input.value = shown();
    attributes(input, { "aria-label": state.label });
    style(el, "--c", state.colour ? css(state.colour) : "");
  };
  restore();
  update({});
  return { el, input, set };
}
