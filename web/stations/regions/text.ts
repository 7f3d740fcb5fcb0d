/** What Regions says. */

import type { Passage } from "../station.ts";

export const title = "Regions";
export const lead = "Walk over a plane of a network's inputs: in every region the network is one plain formula, and you can read it.";

export const text: readonly Passage[] = [
  {
    title: "A network is a patchwork of straight pieces",
    paragraphs: [
      "Each ReLU unit is on on one side of an edge and off on the other. While no unit switches, every layer only multiplies and adds, so all of them together are one *affine* formula, $c + a·s + b·t$ for each output. The list of who is on is the *pattern* of the region.",
      "Move the crosshair: within a region the formula stays the same to the last digit, and at an edge exactly those numbers change that hear the unit which switches there. Finding the region of a place takes one forward pass, and no search.",
    ],
  },
  {
    title: "Depth folds the edges",
    paragraphs: [
      "The first layer cuts with straight lines right across the plane. The second layer reads what the first one has bent: its edges are straight within a region, and bend wherever they cross an edge of the layer before. Move the depth to see the layers come one by one.",
      "*Activation regions* differ in their pattern. *Linear regions* differ in their formula: where a unit switches that no output hears, two activation regions are one linear region. Both are counted, and the counts are *certified* when every decision was outside its rounding error or was made in whole numbers.",
    ],
  },
  {
    title: "Where the network decides",
    paragraphs: [
      "The dark line is where two outputs tie for the largest: on its two sides the network says different classes. It is made of straight stretches, and every corner of it lies on an edge of a region.",
      "Images have many inputs, and a plane shows two directions at a time: two pixels, with the others held still, or the plane through three images. A pixel's whole range often crosses hardly any edge, while the way from one image to another crosses many: compare the two, and then the network whose inputs were standardised.",
    ],
  },
];

export const hints: readonly string[] = [
  "Colour by a unit's z: its edge is where the colour fades to nothing. In the second layer the edge is bent: count where.",
  "Zoom in on a corner where many edges meet: are there really more regions, or only more of the picture?",
];
