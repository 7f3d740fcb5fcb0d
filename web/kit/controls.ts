/** Buttons and choices, each a native element with our look. */

import { attend, attributes, h, text, uniqueId, type Child } from "./dom.ts";
import { inline } from "./words.ts";

export interface ButtonOptions {
  label: string;
  /** Where the label is a sign: what it does, in words. */
  name?: string;
  look?: "plain" | "primary" | "quiet";
  disabled?: boolean;
  onPress(): void;
  onHover?(active: boolean): void;
}

export interface Button {
  readonly el: HTMLButtonElement;
  set(changes: { label?: string; disabled?: boolean; pressed?: boolean }): void;
}

/** Gives a button. */
export function button(options: ButtonOptions): Button {
  const el = h("button", {
    class: `k-button k-${options.look ?? "plain"}`,
    attributes: { type: "button", "aria-label": options.name, title: options.name },
  }, options.label);
  el.addEventListener("click", () => options.onPress());
  if (options.onHover) attend(el, options.onHover);
  const set: Button["set"] = (changes) => {
    if (changes.label !== undefined) text(el, changes.label);
    if (changes.disabled !== undefined) attributes(el, { disabled: changes.disabled });
    if (changes.pressed !== undefined) attributes(el, { "aria-pressed": String(changes.pressed) });
  };
  set({ disabled: options.disabled ?? false });
  return { el, set };
}

/** Gives a button that stays in or out. */
export function toggle(options: { label: string; value: boolean; onChange(value: boolean): void }): {
  el: HTMLButtonElement;
  set(value: boolean): void;
} {
  let now = options.value;
  const inner = button({ label: options.label, onPress: () => options.onChange(!now) });
  const set = (value: boolean): void => {
    now = value;
    inner.set({ pressed: value });
  };
  set(now);
  return { el: inner.el, set };
}

/** Gives a row of buttons that turns over where it is narrow. */
export function toolbar(...children: Child[]): HTMLElement {
  return h("div", { class: "k-toolbar" }, ...children);
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export interface ChoiceOptions<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange(value: T): void;
  /** The label is for screen readers only. */
  bare?: boolean;
}

export interface ChoiceControl<T extends string> {
  readonly el: HTMLElement;
  set(value: T): void;
}

/** Gives a few choices side by side, of which one holds: radio buttons underneath, so arrow keys move it. */
export function segmented<T extends string>(options: ChoiceOptions<T>): ChoiceControl<T> {
  const name = uniqueId();
  const inputs = options.choices.map((choice) => {
    const input = h("input", { attributes: { type: "radio", name, value: choice.value } });
    input.addEventListener("change", () => input.checked && options.onChange(choice.value));
    return input;
  });
  const items = options.choices.map((choice, index) =>
    h("label", { class: "k-segment" }, inputs[index], h("span", {}, choice.label)));
  const legend = h("span", { class: options.bare ? "k-hidden" : "k-label", attributes: { id: uniqueId() } }, options.label);
  const group = h("div", { class: "k-segments", attributes: { role: "radiogroup", "aria-labelledby": legend.id } }, ...items);
  const set = (value: T): void => {
    for (const input of inputs) input.checked = input.value === value;
  };
  set(options.value);
  return { el: h("div", { class: "k-choice" }, legend, group), set };
}

/** Gives a drop-down list for many choices. */
export function select<T extends string>(options: ChoiceOptions<T>): ChoiceControl<T> & { offer(choices: readonly Choice<T>[]): void } {
  const control = h("select", { class: "k-select" });
  control.addEventListener("change", () => options.onChange(control.value as T));
  let offered: readonly Choice<T>[] | undefined;
  const offer = (choices: readonly Choice<T>[]): void => {
    const known = offered?.length === choices.length && offered.every((each, i) => each.value === choices[i]?.value && each.label === choices[i]?.label);
    if (known) return;
    offered = choices;
    control.replaceChildren(...choices.map((choice) => h("option", { attributes: { value: choice.value } }, choice.label)));
  };
  offer(options.choices);
  control.value = options.value;
  const label = h("span", { class: options.bare ? "k-hidden" : "k-label" }, options.label);
  return { el: h("label", { class: "k-choice" }, label, control), set: (value) => void (control.value = value), offer };
}

/** Gives a line of text to type into; `check` gives a sentence for what cannot be used, "" for what can. */
export function textField(options: {
  label: string;
  value: string;
  check?(value: string): string;
  onChange(value: string): void;
  lines?: number;
}): { el: HTMLElement; set(value: string): void; refuse(sentence: string): void } {
  const problem = h("span", { class: "k-problem k-problem-below", attributes: { role: "alert", id: uniqueId() } });
  const many = (options.lines ?? 1) > 1;
  const control = many
    ? h("textarea", { class: "k-text", attributes: { rows: options.lines, spellcheck: "false" } })
    : h("input", { class: "k-text", attributes: { type: "text", spellcheck: "false", autocomplete: "off" } });
  const refuse = (sentence: string): void => {
    text(problem, sentence);
    attributes(control, { "aria-invalid": sentence ? "true" : null, "aria-describedby": sentence ? problem.id : null });
  };
  control.addEventListener("change", () => {
    const sentence = options.check?.(control.value) ?? "";
    refuse(sentence);
    if (!sentence) options.onChange(control.value);
  });
  control.value = options.value;
  const el = h("label", { class: "k-choice k-grow" }, h("span", { class: "k-label" }, options.label), control, problem);
  return { el, set: (value) => void (control.value = value), refuse };
}

/** Gives a button that asks for a file and hands over its text, or the file as it is; one over the limit is refused with a sentence. */
export function fileButton(options: {
  label: string;
  accept: string;
  largest?: number;
  onText?(text: string, name: string): void;
  onFile?(file: File): void;
  onProblem(sentence: string): void;
}): HTMLElement {
  const largest = options.largest ?? 5_000_000;
  const input = h("input", { class: "k-hidden", attributes: { type: "file", accept: options.accept, tabindex: -1, "aria-label": options.label } });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    if (file.size > largest) {
      return options.onProblem(`${file.name} has ${Math.ceil(file.size / 1e6)} MB; the most that fits is ${largest / 1e6} MB.`);
    }
    options.onFile?.(file);
    const { onText } = options;
    if (onText) file.text().then((content) => onText(content, file.name), () => options.onProblem(`${file.name} could not be read.`));
  });
  const press = button({ label: options.label, onPress: () => input.click() });
  return h("span", { class: "k-file" }, press.el, input);
}

/** Gives a text that opens on demand, such as a hint. */
export function disclosure(label: string, ...content: Child[]): HTMLDetailsElement {
  return h("details", { class: "k-details" }, h("summary", {}, label), h("div", { class: "k-details-body" },
    ...content.map((each) => (typeof each === "string" ? h("p", { class: "k-prose" }, ...inline(each)) : each))));
}
