/** What Segments says about its network: terms, the influence of a number, the steps of the build-up. */

import { influence, type Influence, type Interval, kinkOf, type Network, parameterValue } from "../../engine/index.ts";
import { formatNumber, subscripted } from "../../kit/numbers.ts";
import { INTERVAL, type Name, parameterOf, type Unit } from "./state.ts";

export const NUDGE = 0.1;

/** Writes a number in a sentence: at most four digits. */
export function said(value: number): string {
  return formatNumber(Number(value.toPrecision(4)) + 0);
}

/** R(x + 0.5), R(-2 x + 1), R(0.3). */
export function ray({ v, b }: Unit): string {
  const slope = v === 0 ? "" : v === 1 ? "x" : v === -1 ? "−x" : `${said(v)}x`;
  const shift = b === 0 && slope ? "" : slope ? ` ${b < 0 ? "−" : "+"} ${said(Math.abs(b))}` : said(b);
  return `R(${slope}${shift})`;
}

export function scaled(unit: Unit): string {
  return `${said(unit.w)} ${ray(unit)}`;
}

/** f(x) = 4 R(x + 1) - 8 R(x + 0.5) + 5 R(x) - 1, number by number as it is. */
export function formula(units: readonly Unit[], b0: number): string {
  const parts = units.map((unit, i) => `${sign(unit.w, i === 0)}${said(Math.abs(unit.w))} ${ray(unit)}`);
  return `f(x) = ${parts.join(" ")} ${sign(b0, false)}${said(Math.abs(b0))}`;
}

function sign(value: number, first: boolean): string {
  if (first) return value < 0 ? "−" : "";
  return value < 0 ? "− " : "+ ";
}

/** What adding a tenth to a number moves; where a turning curve stands still at one place only, its stretch goes on. */
export function nudge(network: Network, name: Name): Influence {
  const moved = influence(network, parameterOf(name), NUDGE, INTERVAL);
  const stretches: Interval[] = [];
  for (const [from, to] of moved.stretches) {
    const last = stretches[stretches.length - 1];
    if (last && last[1] === from) stretches[stretches.length - 1] = [last[0], to];
    else stretches.push([from, to]);
  }
  return { ...moved, stretches };
}

/** Says which stretch a number moves and by how much. */
export function influenceSentence(network: Network, name: Name, moved: Influence): string {
  const start = `${subscripted(name)} + ${said(NUDGE)}, from ${said(parameterValue(network, parameterOf(name)))}`;
  if (moved.stretches.length === 0) return `${start}, moves nothing between −1 and 1: ${reason(network, name)}.`;
  const where = moved.stretches.map(([from, to]) => `[${said(from)}, ${said(to)}]`).join(" and ");
  const length = moved.stretches.reduce((total, [from, to]) => total + to - from, 0);
  const share = (100 * length) / (INTERVAL[1] - INTERVAL[0]);
  const part = share > 99.999 ? "everywhere" : `on ${where}, ${said(Math.max(0.1, Number(share.toFixed(1))))} % of the curve`;
  return `${start}, moves the curve ${part}, most by ${moved.largest > 0 ? "+" : ""}${said(moved.largest)} at x = ${said(moved.at)}.`;
}

function reason(network: Network, name: Name): string {
  const unit = Number(name.slice(1)) - 1;
  const w = network.weights[1]![unit]?.[0];
  if (!name.startsWith("w") && w === 0) return `the output weight of unit ${unit + 1} is 0`;
  return `unit ${unit + 1} is off there`;
}

/** Gives a title and a sentence for a stage of the build-up. */
export function stageWords(units: readonly Unit[], b0: number, stage: number): { title: string; sentence: string } {
  if (stage === 0) {
    return {
      title: "The rays",
      sentence: `What comes out of each ReLU alone: ${listed(units.map(ray))}. A ray starts at −b / v and goes up, never down; elsewhere it is 0.`,
    };
  }
  if (stage === 1) {
    return {
      title: "The rays, scaled",
      sentence: `The output weights stretch the rays, and a negative one turns its ray over: ${listed(units.map(scaled))}.`,
    };
  }
  if (stage === units.length + 2) {
    const way = b0 === 0 ? "is 0: nothing moves" : `moves everything ${b0 < 0 ? "down" : "up"} by ${said(Math.abs(b0))}`;
    return { title: "The output bias", sentence: `Last, the output bias ${said(b0)} ${way}. This is the whole network.` };
  }
  const index = stage - 2;
  return { title: `Unit ${index + 1} joins`, sentence: joining(units, index) };
}

function joining(units: readonly Unit[], index: number): string {
  const unit = units[index]!;
  const kink = kinkOf({ weight: unit.v, bias: unit.b, coefficient: unit.w });
  if (!Number.isFinite(kink)) return `Adding ${scaled(unit)} adds the constant ${said(unit.w * Math.max(0, unit.b))}: with v = 0 there is no ray, and nothing bends.`;
  const slope = (right: boolean, until: number): number => units.slice(0, until).reduce((total, each) => {
    const z = each.v * kink + each.b;
    const here = Math.abs(z) <= 1e-12 * (Math.abs(each.v * kink) + Math.abs(each.b)) ? (right ? each.v > 0 : each.v < 0) : z > 0;
    return total + (here ? each.w * each.v : 0);
  }, 0);
  const right = unit.v > 0;
  const side = right ? "right" : "left";
  if (index === 0) return `Adding ${scaled(unit)}: to the ${side} of ${said(kink)} the curve gets the slope ${said(slope(right, 1))}.`;
  return `Adding ${scaled(unit)} bends the ray so far: to the ${side} of ${said(kink)} its slope ${said(slope(right, index))} becomes ${said(slope(right, index + 1))}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}
