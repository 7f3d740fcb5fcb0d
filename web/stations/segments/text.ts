/** The words of Segments. */

import type { Passage } from "../station.ts";

export const title = "Segments";
export const lead = "Build a polyline by hand, one ReLU a segment. Then touch any number: the stretch that it moves glows.";

export const text: readonly Passage[] = [
  {
    title: "One ReLU is a ray",
    paragraphs: [
      "A unit gives R($v$ x + $b$), where R(z) = max(0, z): zero on one side of the place −$b$ / $v$, a straight ray on the other. With $v$ above 0 the ray goes to the right, below 0 to the left, and by itself it always points up.",
      "The output multiplies every ray by its own weight $w$, which stretches it or turns it over, adds them all, and adds one bias of its own: f(x) = $b_0$ + $w_1$ R($v_1$ x + $b_1$) + $w_2$ R($v_2$ x + $b_2$) + … The output is *not* a ReLU: it could never go below 0.",
    ],
  },
  {
    title: "The trick: leave every v at 1",
    paragraphs: [
      "Then unit i is a ray that starts at −$b_i$. Put one start at the left end of each segment: with −1, −0.5 and 0 the biases are 1, 0.5 and 0. From left to right each unit bends what is there into the next segment, so its output weight is the *change* of slope.",
      "The slopes of the example are 4, −4 and 1, so the output weights are 4, then −4 − 4 = −8, then 1 − (−4) = 5. The output bias is the height at the left end, −1. N segments of an interval take N ReLUs, always.",
    ],
  },
  {
    title: "Which number moves what",
    paragraphs: [
      "Units on the left carry everything to the right of them: $b_0$, $v_1$, $b_1$ and $w_1$ move the whole curve, $v_2$ and $w_2$ three quarters of it, $v_3$ and $w_3$ only the last half. A learning rule that shakes all numbers alike shakes the left units hardest.",
      "A bias moves the hinge itself, so it reaches a little further back than the segment of its unit: $b_3$ + 0.1 begins at −0.1, and $b_2$ + 0.1 at −0.6.",
    ],
  },
  {
    title: "Two slips in the article that this follows",
    paragraphs: [
      "It prints $v_1$ = $v_2$ = $v_3$ = 0 where it means **1**, as it says itself a sentence before. With 0 no unit sees x, and the network is the constant −1: choose “as printed” and look.",
      "It says that the numbers of ReLU 3 move only its own segment. That holds for $v_3$ and $w_3$; $b_3$ also reaches back, as far as its hinge moves.",
    ],
  },
];

export const hints: readonly string[] = [
  "Do not set all the numbers at once. Go from left to right: what does the curve look like where only unit 1 is on?",
  "Read the two slopes that meet at a point. Which one number of which unit has to make up the difference?",
  "The output weight of a unit is the slope of its segment minus the slope of the segment before; the output bias is the height of the first point.",
];
