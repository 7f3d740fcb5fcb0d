/** What Doctor says. */

import type { Passage } from "../station.ts";
import type { Case } from "./state.ts";

export const title = "Doctor";
export const lead = "A network does not fit, and training on does not help. Read why, see the units that cause it, and repair them.";

export const CASE_NAMES: Readonly<Record<Case, string>> = {
  forum: "the sine of the forum, ten units", dead: "ten units, all dead", together: "twelve kinks in one place", beyond: "asked beyond its data",
  saturated: "eight saturated tanh units", noisy: "noisy measurements", spiral: "spiral of three classes",
};

export const text: readonly Passage[] = [
  {
    title: "What a unit can do",
    paragraphs: [
      "A ReLU unit bends the curve in one place, its *kink* at −b/w. Where a network has no kinks among the data, it is a straight line, however many units it has. So the first question is where the kinks are: each has a tick under the plot.",
      "A unit whose kink lies outside the data is off for every row (*dead*) or on for every row. A dead one gets no gradient: no training, however long, moves it. One that is always on is a straight line, and a network needs only one of those.",
    ],
  },
  {
    title: "How the forum's network failed",
    paragraphs: [
      "The inputs go from 0 to 10, and a usual start has all biases 0: every kink at 0, at the edge of the data. Half of the units face left and are dead from the first step. A few kinks creep inside, and the loss stands still at what so few can do.",
      "The *floor* is the smallest loss that any network of so many units can have on these rows, and it is proven. The distance from the loss to the floor is what there is to gain.",
    ],
  },
  {
    title: "What a remedy is worth",
    paragraphs: [
      "Every remedy is tried on the same rows before it is advised. What explains most is the cause; what follows from it only contributes. Repair moves idle units to where the error is, spreads the kinks and solves the output layer.",
    ],
  },
];

export const hints: readonly string[] = [
  "Rest on a finding: its units are ringed under the plot. Move over the plot instead: the findings of the unit at hand are marked.",
  "Repair, then slide back and forth: which kinks travel furthest?",
];
