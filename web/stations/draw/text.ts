/** What Draw says. */

import type { Passage } from "../station.ts";

export const title = "Draw";
export const lead = "Draw a curve, then slide the number of units along the error: how good can N hinges be, and how near does gradient descent come?";

export const text: readonly Passage[] = [
  {
    title: "How many units does this curve need?",
    paragraphs: [
      "A network of one hidden layer with N ReLU units is a line with at most N bends. So there is a best such line for your points, and an error that no network of N units can go below, however it is trained. The plot of the error shows both: the line is what was found, and the shade ends at the bound.",
      "Where the two meet, the question is closed: that *is* the best. Where they lie apart, the truth is somewhere in the gap. The scale is logarithmic, as each tenfold smaller error is a step of equal worth: a smooth curve falls steeply and evenly, noise makes the error stop falling as soon as the units have nothing left but chance to learn.",
    ],
  },
  {
    title: "Why gradient descent stays behind",
    paragraphs: [
      "Started as most people start it, with zero biases on inputs that are all positive, every kink lies at x = 0, outside of the data. The network is then a straight line, and at the best straight line the gradient is exactly zero: more steps do not help. Some runs pull one, two or three kinks into the data and rest there.",
      "The recipe changes only the start: points shifted and scaled to mean 0 and spread 1, one kink in each equal share of the data with a random direction, and a rate that falls from 0.01 to 0. The steps are as many. It comes much nearer to the best, but seldom quite: the best network is found by a search over the places of the bends, not by a descent.",
    ],
  },
  {
    title: "A network with two outputs draws",
    paragraphs: [
      "A curve in the plane is two functions of one number t, how far the pen has come: x(t) and y(t). One hidden layer serves both, so they share their kinks, and each hinge turns the way of the pen at one moment. N hinges draw N straight strokes without lifting the pen.",
    ],
  },
  {
    title: "What the numbers promise",
    paragraphs: [
      "Everything here is computed in this page in floating-point numbers, also the bound. Where the page is served by the installed library, the button “Certify” asks Python for the bound in exact rational arithmetic: then it is a proof.",
      "With the squared error, one far point pulls with the square of its distance; with the largest error, only the worst point counts, and the best line touches its limit above and below in turn.",
    ],
  },
];

export const hints: readonly string[] = [
  "Slide N until the error stops falling steeply: how many straight pieces can you see in the target with your own eye?",
  "Start gradient descent as usual, look where its kinks are, then use another seed. Which part of the curve do they never reach?",
];
