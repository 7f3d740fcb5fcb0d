/** What Train says about a run, in words. */

import { ALWAYS_ON, BENDS, type Change, DEAD, isPiecewiseLinear, type Measures, type Moment, type Run, short as plain } from "../../engine/index.ts";
import type { Shown } from "./scene.ts";

export function short(x: number, digits = 3): string {
  return plain(x, digits).replaceAll("-", "\u2212");
}

const grouped = new Intl.NumberFormat("en"); // made once: toLocaleString takes thirty times as long

export function count(number: number): string {
  return grouped.format(number);
}

/** Gives what a unit does, in two words. */
export function stateOf(shown: Shown, unit: number): string {
  const { activation } = shown.lane.settings;
  if (!isPiecewiseLinear(activation)) return "smooth";
  if (activation === "linear") return "straight";
  const now = shown.measures.units[unit];
  if (now === BENDS) return "bends here";
  const since = sinceWhen(shown.run.record, shown.step, unit, now!);
  const word = now === ALWAYS_ON ? "always on" : activation === "relu" ? "dead" : "always below";
  return since === 0 ? `${word}, from the start` : `${word}, since ${count(since)}`;
}

function sinceWhen(record: readonly Moment[], step: number, unit: number, state: number): number {
  let since = step;
  for (let k = record.length - 1; k >= 0; k -= 1) {
    if (record[k]!.step > step) continue;
    if (record[k]!.units[unit] !== state) break;
    since = record[k]!.step;
  }
  return since;
}

export function countUnits({ units }: Measures): { bends: number; dead: number; on: number } {
  const of = (state: number): number => units.reduce((sum, each) => sum + Number(each === state), 0);
  return { bends: of(BENDS), dead: of(DEAD), on: of(ALWAYS_ON) };
}

/** One sentence about the units: what they do, and which died last. */
export function unitsSentence(shown: Shown): string {
  const { activation, units } = shown.lane.settings;
  if (activation === "linear") return "Linear units bend nothing: the network is a straight line.";
  if (!isPiecewiseLinear(activation)) return `${plural(units, "unit")} that bend smoothly; none can die, and each has its middle where its kink would be.`;
  const { bends, dead, on } = countUnits(shown.measures);
  const off = activation === "relu" ? `${dead} dead (off on every row)` : `${dead} below zero on every row`;
  const death = lastDeath(shown);
  return `${bends === 0 ? "No unit bends" : `${plural(bends, "unit")} ${bends === 1 ? "bends" : "bend"}`} among the data; ${off}, ${on} always on.${death}`;
}

function lastDeath({ run, step, lane }: Shown): string {
  if (lane.settings.activation !== "relu") return "";
  for (let k = run.record.length - 1; k > 0; k -= 1) {
    const now = run.record[k]!;
    if (now.step > step) continue;
    const before = run.record[k - 1]!;
    const unit = now.units.findIndex((each, j) => each === DEAD && before.units[j] !== DEAD);
    if (unit >= 0) return ` The last to die was unit ${unit + 1}, by step ${count(now.step)}.`;
  }
  return "";
}

export function changeWords(change: Change): string {
  const names: Record<string, string> = { learningRate: "rate", l1: "L1", l2: "L2" };
  return Object.entries(change.to).map(([key, value]) => `${names[key] ?? key} ${typeof value === "number" ? short(value, 6) : value}`).join(", ");
}

/** Says why a run went no further. */
export function frozenSentence(run: Run, step: number): string {
  const rate = short(run.changes.reduce((now, change) => (change.at <= step ? (change.to.learningRate ?? now) : now), run.settings.learningRate), 6);
  return `Diverged: after step ${count(step)} the loss left everything behind (a million times the spread of the data, or no number at all). `
    + `With the rate ${rate} each step overshoots what it aims at. The last good network is shown.`;
}

/** Wilson's interval of a share, 95 %. */
export function wilson(hits: number, of: number): [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const whole = 1 + (z * z) / of;
  return [Math.max(0, (middle - reach) / whole), Math.min(1, (middle + reach) / whole)];
}

export function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
