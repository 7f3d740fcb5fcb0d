/** What Slices says. */

import type { Passage } from "../station.ts";

export const title = "Slices";
export const lead = "Move one pixel of an image and watch all ten outputs: exact curves with every kink in its place. Why are they so straight, with 128 units behind them?";

export const text: readonly Passage[] = [
  {
    title: "A curve for every pixel",
    paragraphs: [
      "Hold an image still and let one pixel go from 0 to 1. Along that line a network of ReLU units is a chain of straight pieces, with a kink wherever a unit switches: at $x_k$ = x − z / w, the pixel's place less the unit's pre-activation over the pixel's weight. Nothing here is sampled; the curves are drawn from their kinks.",
      "The asker of a forum looked at 36 such curves of a network with 128 units and found them boring. They are: a pixel meets one or two kinks. They are not small, though. The outputs move by a fifth of their usual spread; they only hardly bend.",
    ],
  },
  {
    title: "Why so boring?",
    paragraphs: [
      "Not because the space has many dimensions. At a typical image most units are well away from their kinks: the other 63 pixels have pushed z far from 0, and one pixel with its small weight cannot bring it back within its range. The line between two images moves all pixels at once, and meets ten times as many kinks.",
      "Train the same network on standardised inputs, fold the scaling into its weights, and the same way from 0 to 1 meets about eighty kinks. The kinks were always there; they lay outside of the data.",
    ],
  },
  {
    title: "Is a layer a hologram?",
    paragraphs: [
      "Can the same units hold many curves? As many *outputs* of one input: yes, each output has weights of its own to the same kinks, and the hundredth curve costs the others nothing. As many input *directions*: no, each direction needs kinks of its own, and the units have to be shared out.",
      "The errors of the card “Many curves from one layer” were computed beforehand: outputs by least squares on evenly placed kinks; directions by the better of two trained starts, so they are an upper bound and no proof.",
    ],
  },
  {
    title: "The data",
    paragraphs: [
      "The 1,797 digits of 8 × 8 pixels are the test part of “Optical Recognition of Handwritten Digits” by E. Alpaydin and C. Kaynak (UCI Machine Learning Repository, CC BY 4.0), as scikit-learn brings them. For a network of one hidden layer the page computes everything itself, also without Python.",
    ],
  },
];

export const hints: readonly string[] = [
  "Take a single image as the base in place of the mean: are there more kinks, or fewer?",
  "Press “Standardise the inputs” and look at the same pixels again, then at the bend in the table.",
];
