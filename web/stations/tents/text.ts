/** The words of Tents. */

import type { Passage } from "../station.ts";

export const title = "Tents";
export const lead = "Pull a tent by its apex and see its units light up in both layers; then build a sine, and fold a line.";

export const text: readonly Passage[] = [
  {
    title: "A neuron is a straight brick",
    paragraphs: [
      "R($w$ x + $b$) is a gate: closed while $w$ x + $b$ is below 0, then it lets the number through. The *weight* is the slope, and its sign says to which side the ray goes; the *bias* shifts the place where the gate opens, to −$b$ / $w$; a negative *output* weight turns the ray upside down.",
      "No straight brick is curved. But a wall of many short ones looks as round as you like, and that is how a ReLU network draws a sine.",
    ],
  },
  {
    title: "Why a tent takes three bends",
    paragraphs: [
      "A tent goes level, up, down, level: three changes of slope. With one hidden layer that is three units, $u$ R(x − l) − ($u$ + $d$) R(x − m) + $d$ R(x − r). With two it is a unit on top of two: R(h − $d$ R(x − m) − $u$ R(m − x)). The first layer measures the distance to the apex, the second subtracts it from the height and cuts.",
      "A well-known page on these bricks adds R(x − 0.2) and R(−x + 0.8) and calls the sum a tent. Look at it in the first chapter: its second neuron is on *below* 0.8, so the sum is a trough, and what the words describe is a ramp with a plateau of 0.6. A small slip, and the idea survives it: the smaller of the two neurons *is* the tent.",
    ],
  },
  {
    title: "A sine of eight pairs",
    paragraphs: [
      "One neuron that feeds one neuron, R($w_2$ R($w_1$ x + $b_1$) + $b_2$), is a ramp with two bends: the first unit makes one, the second the other. A first long ramp spans the period; each further pair lies inside the one before and bends the curve at two mirror places. Eight pairs bend it fourteen times inside the period: fifteen segments, where eight units of one layer would draw eight.",
      "The same by hand is a lesson, not a method: training moves all these numbers at once. More units give finer bricks, and the error falls with the square of their number.",
    ],
  },
  {
    title: "Folding",
    paragraphs: [
      "Layers do more than add bricks. g(y) = 2 R(y) − 4 R(y − ½) takes the stretch from 0 to 1 up to 1 and back to 0: it folds it in the middle. What a layer draws on the folded line, it draws on both halves at once, so every further layer doubles the teeth: 2, 4, 8, … from two more units each.",
      "One hidden layer has one bend a unit, so it needs 2ᵈ units for what d folds make. That is what depth is good at: patterns that repeat.",
    ],
  },
];

export const hints: readonly string[] = [
  "Pull one apex far up and look at the diagram: which numbers change, and which stay?",
  "How many times does the slope of a tent change from one foot to the other? Each change needs a unit that begins there.",
  "For a sine of two tents, both must be 1 high, one of them upside down, and each as wide as half the period.",
];
