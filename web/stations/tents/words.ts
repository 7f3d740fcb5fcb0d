/** What Tents says about its networks. */

import type { Tent } from "../../engine/index.ts";
import { formatNumber } from "../../kit/numbers.ts";
import type { Neuron, Pair } from "./state.ts";

/** Writes a number in a sentence: at most four digits. */
export function said(value: number): string {
  return formatNumber(Number(value.toPrecision(4)) + 0);
}

/** "4 R(x − 0.25)" with its sign in front: "+ 4 R(x − 0.25)". */
function term(factor: number, ray: string, first: boolean): string {
  const sign = first ? (factor < 0 ? "−" : "") : factor < 0 ? "− " : "+ ";
  const size = Math.abs(factor);
  return `${sign}${said(size) === "1" ? "" : `${said(size)} `}${ray}`;
}

function right(kink: number): string {
  return kink === 0 ? "R(x)" : `R(x − ${said(kink)})`;
}

function left(kink: number): string {
  return kink === 0 ? "R(−x)" : `R(${said(kink)} − x)`;
}

export function slopesOf(tent: Tent): { rise: number; fall: number } {
  return { rise: tent.height / (tent.apex - tent.left), fall: tent.height / (tent.right - tent.apex) };
}

/** The tent in one hidden layer. */
export function hinges(tent: Tent, first = true): string {
  const { rise, fall } = slopesOf(tent);
  return [term(rise, right(tent.left), first), term(-(rise + fall), right(tent.apex), false), term(fall, right(tent.right), false)].join(" ");
}

/** The tent in two. */
export function nested(tent: Tent, first = true): string {
  const { rise, fall } = slopesOf(tent);
  const inside = [said(Math.abs(tent.height)), term(-Math.abs(fall), right(tent.apex), false), term(-Math.abs(rise), left(tent.apex), false)].join(" ");
  return term(tent.height < 0 ? -1 : 1, `R(${inside})`, first);
}

export function neuronFormula({ w, b, c }: Neuron): string {
  const shift = b === 0 ? "" : ` ${b < 0 ? "−" : "+"} ${said(Math.abs(b))}`;
  const z = w === 0 ? said(b) : `${w === 1 ? "" : w === -1 ? "−" : `${said(w)} `}x${shift}`;
  return `y = ${c === 1 ? "" : c === -1 ? "−" : `${said(c)} `}R(${z})`;
}

export function neuronSentence({ w, b, c }: Neuron): string {
  if (w === 0) return `With w = 0 the neuron does not see x: it is the constant ${said(c * Math.max(0, b))}. Move w to either side.`;
  const kink = said(-b / w);
  const side = w > 0 ? `right of x = ${kink}` : `left of x = ${kink}`;
  if (c === 0) return `The gate opens ${side}, but the output weight is 0: nothing comes through.`;
  const slope = c * w;
  const way = c < 0 ? "The negative output weight turns the ray upside down" : w < 0 ? "The negative weight makes the ray face left" : "The ray goes up to the right";
  return `The gate opens ${side}, at −b / w; there the slope is ${said(slope)}, elsewhere the neuron gives 0. ${way}.`;
}

export const PAIR_LABELS: Readonly<Record<Pair, string>> = {
  printed: "as printed", described: "as described", hinges: "three hinges", layers: "two layers", minimum: "the smaller one",
};

export const PAIR_FORMULAS: Readonly<Record<Pair, string>> = {
  printed: "y = R(x − 0.2) + R(0.8 − x)",
  described: "y = R(x − 0.2) − R(x − 0.8)",
  hinges: "y = R(x − 0.2) − 2 R(x − 0.5) + R(x − 0.8)",
  layers: "y = R(0.3 − R(x − 0.5) − R(0.5 − x))",
  minimum: "y = R(x − 0.2) − R(R(x − 0.2) − R(0.8 − x))",
};

export const PAIR_SENTENCES: Readonly<Record<Pair, string>> = {
  printed: "The page adds two neurons and calls the sum a tent. But R(0.8 − x) is on below 0.8, not above: the sum falls to 0.6, is level from 0.2 to 0.8, and climbs again.",
  described: "What its words describe is a minus: up from 0.2 on, and from 0.8 on level at 0.6. That is a ramp. Two bends are enough for a ramp; a tent has three.",
  hinges: "A third hinge at 0.5 turns the climb into a fall, and the one at 0.8 ends it: 1 − 2 + 1 = 0, so the tent stays at 0 for good.",
  layers: "Two neurons measure how far x is from 0.5, whichever side it is on; one of the second layer takes that from 0.3 and cuts off what is below 0.",
  minimum: "The page's own two neurons do make its tent, if the second layer takes the smaller of them: y₁ − R(y₁ − y₂).",
};
