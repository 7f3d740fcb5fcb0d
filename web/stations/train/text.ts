/** What Train says. */

import type { Passage } from "../station.ts";

export const title = "Train";
export const lead = "Press play and watch the kinks: a network of ReLU units learns a sine only as far as its kinks come to lie among the data.";

export const text: readonly Passage[] = [
  {
    title: "Why the forum's network draws a straight line",
    paragraphs: [
      "The data lie between 0 and 10, the biases start at zero. So every unit has its kink at x = 0, at the very edge: half of the units are off on every row, the others on on every row, and their sum is a straight line. At the best straight line the gradient is exactly zero. There is nothing left to learn from, however long one waits.",
      "In the rain of kinks each unit is a line that falls through time. Here they fall along the edge of the data, where a few creep in by a hair, and never come in among them. A cross is a dead unit, a ring one that is always on.",
    ],
  },
  {
    title: "What helps, and why",
    paragraphs: [
      "*Normalise* moves the data around the kinks. *torch's start* draws biases too, so that the kinks lie apart. The *recipe* puts one kink into each part of the data to begin with. All of them change where the kinks are; none makes the network larger. Try each on the same clock, then with many seeds: a single run can be luck.",
      "Smooth units have no edge to fall off: tanh gets there from the very start that leaves ReLU stranded, though it takes its time.",
    ],
  },
  {
    title: "How near is near?",
    paragraphs: [
      "The dashed grey curve is the best network with as many ReLU units, found by search and not by descent. Its loss is the line at the bottom of the losses. A run that rests above it has not reached the best it could; which of its kinks are misplaced can be seen where the two curves part.",
      "The rows held out are rings. Their loss is the dashed line: where it parts from the other one, the network learns the noise.",
    ],
  },
];

export const hints: readonly string[] = [
  "Play the forum's settings to the end, then look at the units: how many of them bend anything?",
  "Press *Normalise*: the same seed, the same settings, and the data moved around the kinks.",
  "Go back to an early step and change the rate there: the future after it is another one, and the change is marked.",
];
