/** Where the nodes and edges of a network diagram lie. Pure geometry. */

import type { Point } from "./clip.ts";

export interface NodePlace {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Geometry {
  height: number;
  nodes: Map<string, NodePlace>;
  /** Numbers stand on the edges; otherwise they appear for the edge in hand. */
  numbers: boolean;
  /** Boxes hold curves; otherwise they are round. */
  curves: boolean;
  /** There is room for biases under the nodes. */
  biases: boolean;
}

export const CHIP = { width: 52, height: 20 } as const;

interface Shape {
  layers: readonly { nodes: readonly { id: string; small?: boolean }[] }[];
}

const PITCH = { roomy: 76, tight: 26 } as const;
const NODE = { roomy: { width: 64, height: 44 }, round: { width: 30, height: 30 }, tight: { width: 20, height: 20 } } as const;
const NARROWEST = 36; // a box with a curve

/** Gives the height a network needs: rows are roomy up to ten units a layer. */
export function heightOf(net: Shape): number {
  const most = Math.max(1, ...net.layers.map((layer) => layer.nodes.length));
  return Math.max(132, most * (most <= 10 ? PITCH.roomy : PITCH.tight) + 26);
}

/** Places the nodes of each layer in a column. */
export function place(net: Shape, width: number, height: number): Geometry {
  const most = Math.max(1, ...net.layers.map((layer) => layer.nodes.length));
  const roomy = most <= 10;
  const columns = net.layers.reduce((sum, layer) => sum + (layer.nodes.every((node) => node.small) ? 0.6 : 1), 0);
  const fitting = Math.min(NODE.roomy.width, width / (columns * 2.4));
  const curves = roomy && fitting >= NARROWEST;
  const size = curves ? NODE.roomy : roomy ? NODE.round : NODE.tight;
  const nodeWidth = curves ? fitting : size.width;
  const nodes = new Map<string, NodePlace>();
  const [first, last] = [net.layers[0], net.layers[net.layers.length - 1]];
  const left = first?.nodes.every((node) => node.small) ? 22 : nodeWidth / 2 + 8;
  const right = last?.nodes.every((node) => node.small) ? 22 : nodeWidth / 2 + 8;
  const between = net.layers.length > 1 ? (width - left - right) / (net.layers.length - 1) : 0;
  net.layers.forEach((layer, column) => {
    const pitch = Math.min(roomy ? 104 : 40, (height - 22) / Math.max(1, layer.nodes.length));
    const top = (roomy ? 12 : 20) + height / 2 - (roomy ? 10 : 8) - (pitch * (layer.nodes.length - 1)) / 2;
    layer.nodes.forEach((node, row) => {
      const small = node.small ?? false;
      nodes.set(node.id, {
        x: net.layers.length > 1 ? left + column * between : width / 2,
        y: top + row * pitch,
        width: small ? NODE.round.width : nodeWidth,
        height: small ? NODE.round.height : size.height,
      });
    });
  });
  const widest = Math.max(0, ...net.layers.slice(1).map((layer, index) =>
    Math.min(layer.nodes.length, net.layers[index]?.nodes.length ?? 0)));
  const free = between - nodeWidth;
  return { height, nodes, numbers: roomy && widest <= 1 && free >= CHIP.width + 8, curves, biases: roomy };
}

/** Gives the path of an edge: level at both ends. */
export function edgePath(from: NodePlace, to: NodePlace): string {
  const [x0, x1] = [from.x + from.width / 2, to.x - to.width / 2];
  const bend = (x1 - x0) * 0.45;
  return `M${x0} ${from.y}C${x0 + bend} ${from.y} ${x1 - bend} ${to.y} ${x1} ${to.y}`;
}

/** Gives the place of an edge's number: at the end where the edges lie apart. */
export function edgeNumber(from: NodePlace, to: NodePlace, fanOut: boolean): Point {
  const [x0, x1] = [from.x + from.width / 2, to.x - to.width / 2];
  const room = CHIP.width / 2 + 5;
  return fanOut ? [Math.max(x1 - room, (x0 + x1) / 2), to.y] : [Math.min(x0 + room, (x0 + x1) / 2), from.y];
}
