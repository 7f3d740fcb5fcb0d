/** What Trace says. */

import type { Passage } from "../station.ts";

export const title = "Trace";
export const lead = "Take one point of the plane and follow it through a network: every product, every sum, and the place where it comes out in the hidden space.";

export const text: readonly Passage[] = [
  {
    title: "From a point to its signature",
    paragraphs: [
      "A layer takes the point's two numbers, multiplies them by a table of weights $W$, adds a bias $b$ for each unit, and lets ReLU turn what is negative into 0. Three units make three numbers of two: the point (x, y) of the plane becomes a point of a space with three axes. These numbers are its *signature*.",
      "Each unit is a *feature detector*: it has criteria of its own, its two weights and its bias, and it scores how well the point meets them. On one side of a straight edge the score is 0, on the other it rises evenly. No unit makes the signature alone; it is the list of all the scores, as a chord is the sound of all its notes. Which units are on at all is the point's *pattern*.",
    ],
  },
  {
    title: "What the bias does",
    paragraphs: [
      "For the point (0.5, 1) the products of the first layer sum to −0.8, 0.6 and 0.15. With the biases 2, 3 and 0.5 all three are positive, and ReLU changes nothing: 1.2, 3.6, 0.65. Without the bias the first score would be cut to 0, and what the point had there would be lost.",
      "Without biases every edge runs through the origin, so all that a layer can tell is the *direction* of a point; a bias shifts the edge away. Switch it off while a trained network is shown, and see the hidden space collapse.",
    ],
  },
  {
    title: "Can three detectors do it?",
    paragraphs: [
      "It is a fine thought that training makes the detectors such that every class gets signatures of its own, near each other and apart from the rest. For three round clouds, three detectors are enough: choose them, and look at the corners of the space. For a spiral of three arms they are not: three straight edges cut the plane into at most seven parts, and the arms wind through all of them.",
      "Every trained network stands beside what it was *before training*, with the same point in both. Sixty-four random detectors already let a straight cut put two thirds of the spiral's points right, where the plane itself allows two fifths; training makes it four fifths. Three detectors come from 37 to 47 %. What the nearest mean gets right hardly changes: the arms come apart without becoming clumps.",
      "The trained 2-3-3 network gets hardly half of the spiral right, eight detectors some 60 %, and only two dozen come to 96 %. Nor does any one of them detect an “upward curve” or “nearness to the origin”: each is a half-plane. Such features can only arise in a layer after, as sums of many edges.",
    ],
  },
];

export const hints: readonly string[] = [
  "Drag the point across the edge of one unit's map: which number in the arithmetic is 0 on one side?",
  "Look at the spiral in 64 units before training and after it: what does the nearest mean say, and what the straight cut?",
  "Drag it along an arm of the spiral, and watch how often it passes through the other classes in the hidden space of three units.",
];
