/** What Match tells and asks. */

import type { Passage } from "../station.ts";

export const title = "Match";
export const lead =
  "Three ReLU units, added up. Unit 0 draws the first segment; set units 1 and 2 so that the sum runs along the grey line.";

export const text: readonly Passage[] = [
  {
    title: "The off switch",
    paragraphs: [
      "A unit computes *z* = *w*x + *b*, a straight line, and passes on *a* = max(0, *z*): the line where it is positive, nothing where it is not. It switches at its *hinge*, x = −*b*/*w*, the dot on the curve.",
      "Before its hinge a unit that faces right adds nothing. That is why a later segment can be mended without touching an earlier one.",
    ],
  },
  {
    title: "Slopes add up",
    paragraphs: [
      "To the right of the first corner unit 0 is off. There the curve is as steep as the units that are on, taken together: past a hinge of weight *w* the slope has changed by *w* (or by −*w*, where the output subtracts).",
      "So a unit keeps contributing after the next one has joined in. The third segment is not the work of unit 2 alone.",
    ],
  },
  {
    title: "Why not linear units?",
    paragraphs: [
      "Switch the units to *linear*: nothing is ever off, three lines add up to one line, and no setting bends it. However many linear layers are stacked, they remain one line.",
      "*Sigmoid* units do bend, but everywhere at once: a sum of them has no straight piece and no corner.",
    ],
  },
];

export const hints: readonly string[] = [
  "Work from left to right, and on one segment at a time. Leave unit 2 at zero until segment 2 fits.",
  "Where does segment 2 begin? That is where the hinge of unit 1 belongs: drag its dot there. Then turn $w_1$ until the slopes agree; the dot will wander off, so drag it back.",
  "On segment 3 two units are on. The slope still missing there is the weight of unit 2, and its hinge belongs where segment 3 begins.",
];
