/** The card with every setting of a run; what can change on the way takes effect at once, the rest starts afresh. */

import { ACTIVATIONS, type Activation, type Optimizer, type Settings } from "../../engine/index.ts";
import { button, card, editableNumber, h, segmented, select, slider, status, toggle, toolbar } from "../../kit/index.ts";
import { COMMIT, type Host } from "../station.ts";
import { ACTIVATION_NAME } from "./lanes.ts";
import { type Action, MOST_STEPS, MOST_UNITS, type SettingKey, type State } from "./state.ts";

export interface SettingsCard {
  readonly el: HTMLElement;
  /** Shows the settings that hold at the step shown. */
  set(state: State, now: Settings): void;
}

/** Gives the card; `at` tells the step that is shown. */
export function settingsCard(host: Host<Action>, at: () => number): SettingsCard {
  const set = <K extends SettingKey>(key: K, value: Settings[K]): void => host.act({ kind: "set", key, value, at: at() }, COMMIT);
  const number = (key: "learningRate" | "l1" | "l2" | "steps" | "batch" | "seed", label: string, min: number, max: number, step: number) => {
    const field = editableNumber({ label, value: min, min, max, step, onChange: (value) => set(key, step === 1 ? Math.round(value) : value) });
    return { el: h("div", { class: "k-choice" }, h("span", { class: "k-label", attributes: { "aria-hidden": "true" } }, label), field.el), field };
  };
  const activation = select<Activation>({
    label: "Activation", value: "relu", choices: ACTIVATIONS.map((value) => ({ value, label: ACTIVATION_NAME[value] })), onChange: (value) => set("activation", value),
  });
  const units = slider({
    label: "N", name: "hidden units", min: 1, max: MOST_UNITS, step: 1, value: 10, colour: "fit",
    onInput: (value) => host.act({ kind: "set", key: "units", value, at: at() }), onCommit: () => host.act(COMMIT),
  });
  const init = segmented<Settings["init"]>({ label: "Start as", value: "keras", choices: [{ value: "keras", label: "Keras" }, { value: "torch", label: "torch" }], onChange: (value) => set("init", value) });
  const kinks = segmented<Settings["kinks"]>({
    label: "Kinks", value: "init", choices: [{ value: "init", label: "where it puts them" }, { value: "stratified", label: "spread over the data" }], onChange: (value) => set("kinks", value),
  });
  const scale = toggle({ label: "normalise x and y", value: false, onChange: (on) => set("standardize", on) });
  const optimizer = segmented<Optimizer>({
    label: "Optimiser", value: "adam", choices: [{ value: "adam", label: "Adam" }, { value: "sgd", label: "SGD" }, { value: "rmsprop", label: "RMSprop" }], onChange: (value) => set("optimizer", value),
  });
  const rate = number("learningRate", "learning rate", 1e-9, 1e9, 0.001);
  let rateNow = 1e-3;
  const times = (factor: number): void => set("learningRate", Math.min(1e9, Math.max(1e-9, Number((rateNow * factor).toPrecision(6)))));
  const schedule = segmented<Settings["schedule"]>({
    label: "Rate over the steps", value: "constant", choices: [{ value: "constant", label: "constant" }, { value: "cosine", label: "cosine to 0" }], onChange: (value) => set("schedule", value),
  });
  const steps = number("steps", "steps", 1, MOST_STEPS, 1);
  const batch = number("batch", "batch (0: all rows)", 0, 1000, 1);
  const l1 = number("l1", "L1 penalty", 0, 1000, 0.001);
  const l2 = number("l2", "L2 penalty", 0, 1000, 0.001);
  const held = select<string>({
    label: "Held out", value: "0.1", choices: ["0", "0.1", "0.2", "0.3", "0.5"].map(share), onChange: (value) => set("validation", Number(value)),
  });
  const noise = select<string>({
    label: "Noise added to y", value: "0", choices: ["0", "0.1", "0.2", "0.5", "1"].map(share), onChange: (value) => host.act({ kind: "noise", noise: Number(value) }, COMMIT),
  });
  const seed = number("seed", "seed", 0, 999_999, 1);
  const another = button({ label: "Another seed", onPress: () => set("seed", (seedNow + 1) % 1_000_000) });
  let seedNow = 0;
  const said = status();
  const el = card({ title: "Settings", note: "rate, optimiser, batch and penalties also on the way" },
    units.el,
    h("div", { class: "s-fields" }, activation.el, init.el, kinks.el, optimizer.el, schedule.el,
      h("div", { class: "s-field" }, rate.el, toolbar(button({ label: "÷ 3", name: "learning rate ÷ 3", onPress: () => times(1 / 3) }).el, button({ label: "× 3", name: "learning rate × 3", onPress: () => times(3) }).el)),
      h("div", { class: "s-field" }, seed.el, another.el), scale.el),
    h("div", { class: "s-fields" }, steps.el, batch.el, l1.el, l2.el, held.el, noise.el),
    said.el);
  return {
    el,
    set(state, now) {
      activation.set(now.activation);
      units.set({ value: now.units });
      init.set(now.init);
      kinks.set(now.kinks);
      scale.set(now.standardize);
      optimizer.set(now.optimizer);
      rateNow = now.learningRate;
      rate.field.set({ value: now.learningRate });
      schedule.set(now.schedule);
      steps.field.set({ value: now.steps });
      batch.field.set({ value: now.batch });
      l1.field.set({ value: now.l1 });
      l2.field.set({ value: now.l2 });
      held.set(String(now.validation));
      noise.set(String(state.noise));
      seedNow = now.seed;
      seed.field.set({ value: now.seed });
      said.set(state.changes.length === 0 ? "" : `Changed on the way: ${state.changes.slice(-3).map((each) => `at ${each.at.toLocaleString("en")} ${wordsOf(each.to)}`).join("; ")}.`);
    },
  };
}

function wordsOf(to: Partial<Settings>): string {
  return Object.entries(to).map(([key, value]) => `${key === "learningRate" ? "rate" : key} ${String(value)}`).join(", ");
}

function share(value: string): { value: string; label: string } {
  return { value, label: value === "0" ? "none" : `${Math.round(100 * Number(value))} %` };
}
