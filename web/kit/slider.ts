/** A slider with a track of its own look over a native range input, and its number, which can be typed. */

import { css, type Colour } from "./colour.ts";
import { attend, attributes, h, isKnown, style } from "./dom.ts";
import { editableNumber } from "./number-field.ts";
import { decimalsOf, formatNumber, snap } from "./numbers.ts";
import { symbol } from "./words.ts";

export interface SliderOptions {
  /** What stands before it: "w_1" is set as a symbol, anything else as a word. */
  label: string;
  /** Its accessible name where the label is short: "weight of unit 1". */
  name?: string;
  min: number;
  max: number;
  step?: number;
  value: number;
  colour?: Colour;
  disabled?: boolean;
  /** Called while it moves, and once for a typed number. */
  onInput(value: number): void;
  /** The gesture is over: one step of undo ends here. */
  onCommit?(value: number): void;
  onHover?(active: boolean): void;
}

export interface Slider {
  readonly el: HTMLElement;
  set(changes: Partial<Pick<SliderOptions, "value" | "min" | "max" | "colour" | "disabled">>): void;
}

/** Gives a slider. */
export function slider(options: SliderOptions): Slider {
  const state = { ...options };
  const step = options.step ?? 0.1;
  const name = options.name ?? options.label.replace("_", "");
  const range = h("input", { class: "k-range", attributes: { type: "range", step: "any", "aria-label": name } });
  const field = editableNumber({
    label: name, value: state.value, min: state.min, max: state.max, step, colour: state.colour,
    onChange: (value) => {
      options.onInput(value);
      options.onCommit?.(value);
    },
  });
  const label = h("span", { class: "k-slider-label", attributes: { "aria-hidden": "true" } }, symbol(options.label));
  const el = h("div", { class: "k-slider" }, label, h("span", { class: "k-range-box" }, range), field.el);

  range.addEventListener("input", () => {
    const value = snap(Number(range.value), step, state.min, state.max);
    if (value !== state.value) options.onInput(value);
    show(); // a station may have refused the value
  });
  range.addEventListener("change", () => options.onCommit?.(state.value));
  range.addEventListener("keydown", (event) => {
    const to = keyTarget(event, state.value, step, state.min, state.max);
    if (to === undefined) return;
    event.preventDefault();
    if (to !== state.value) options.onInput(to);
  });
  range.addEventListener("keyup", (event) => {
    if (isMove(event.key)) options.onCommit?.(state.value);
  });
  if (options.onHover) attend(el, options.onHover);

  const show = (): void => {
    const share = (value: number): number =>
      (100 * (Math.min(state.max, Math.max(state.min, value)) - state.min)) / (state.max - state.min || 1);
    const origin = share(0);
    attributes(range, {
      min: state.min, max: state.max, disabled: state.disabled ?? false,
      "aria-valuetext": formatNumber(state.value, decimalsOf(step)),
    });
    range.value = String(state.value);
    style(el, "--c", state.colour ? css(state.colour) : "");
    style(range, "--from", String(Math.min(origin, share(state.value)))); // on the element that uses it: all below are styled anew
    style(range, "--to", String(Math.max(origin, share(state.value))));
    style(el, "--zero", String(origin));
    el.classList.toggle("k-signed", state.min < 0 && state.max > 0);
    el.classList.toggle("k-disabled", state.disabled ?? false);
    attributes(field.input, { disabled: state.disabled ?? false });
  };
  const set: Slider["set"] = (changes) => {
    if (!isKnown(state, changes)) update(changes);
  };
  const update: Slider["set"] = (changes) => {
    Object.assign(state, changes);
    field.set({ value: state.value, min: state.min, max: state.max, colour: state.colour });
    show();
  };
  update({});
  return { el, set };
}

function isMove(key: string): boolean {
  return key.startsWith("Arrow") || key.startsWith("Page") || key === "Home" || key === "End";
}

function keyTarget(event: KeyboardEvent, value: number, step: number, min: number, max: number): number | undefined {
  if (event.key === "Home") return min;
  if (event.key === "End") return max;
  const up = ["ArrowUp", "ArrowRight", "PageUp"].includes(event.key);
  if (!up && !["ArrowDown", "ArrowLeft", "PageDown"].includes(event.key)) return undefined;
  const times = event.shiftKey || event.key.startsWith("Page") ? 10 : 1;
  return snap(value + (up ? 1 : -1) * times * step, step, min, max);
}
