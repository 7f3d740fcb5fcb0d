/** Polygons as a bitmap: filled one by one over several frames; meanwhile, and while one pans, the older bitmap is moved. */

import { h } from "./dom.ts";
import type { Painter, Placing, Tiles } from "./tiling.ts";

const SLICE = 40; // ms of filling in one frame
const REST = 120; // ms after the last move until the bitmap is filled anew

type Edge = readonly [number, number, number] | undefined;

/** Gives the painter. */
export function bitmapPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext("2d");
  let tiles: Tiles | undefined;
  let shades: Uint8Array = new Uint8Array();
  let colours: string[] = [];
  let known: { bitmap: HTMLCanvasElement; at: Placing } | undefined;
  let stale = true;
  let underWay: Placing | undefined; // where what is being filled will lie
  let partial = false; // a filling was stopped half-way
  let [frame, timer] = [0, 0];

  const stop = (): void => {
    cancelAnimationFrame(frame);
    window.clearTimeout(timer);
    [frame, timer] = [0, 0];
    if (underWay) partial = true;
    underWay = undefined;
  };
  /** Shows the bitmap where its polygons lie now. */
  const show = (at: Placing): void => {
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!known) return;
    const [a, b] = [at.scale[0] / known.at.scale[0], at.scale[1] / known.at.scale[1]];
    context.setTransform(a, 0, 0, b, at.shift[0] - a * known.at.shift[0], at.shift[1] - b * known.at.shift[1]);
    context.drawImage(known.bitmap, 0, 0);
    context.setTransform(1, 0, 0, 1, 0, 0);
  };
  const fill = (at: Placing, edge: Edge): void => {
    if (!tiles) return;
    const bitmap = h("canvas");
    [bitmap.width, bitmap.height] = [canvas.width, canvas.height];
    const target = bitmap.getContext("2d");
    if (!target) return;
    const polygons = tiles.starts.length - 1;
    const filling = filled(target, tiles, shades, colours, at, edge);
    const fresh = { bitmap, at };
    [stale, partial] = [false, false];
    underWay = at;
    if (!known) known = fresh; // the first time one watches it come
    const step = (): void => {
      const until = performance.now() + SLICE;
      let done: boolean | undefined = false;
      while (!done && performance.now() < until) done = filling.next().done;
      if (done) known = fresh;
      show(at);
      if (done) underWay = undefined;
      if (done) canvas.dataset.drawn = String(polygons);
      if (!done) frame = requestAnimationFrame(step);
    };
    step();
  };
  const fits = (): boolean => known?.bitmap.width === canvas.width && known.bitmap.height === canvas.height;
  return {
    name: "canvas",
    tiles(next, values) {
      [tiles, shades, known, stale] = [next, values, undefined, true];
      delete canvas.dataset.drawn;
    },
    shades(values) {
      [shades, stale] = [values, true];
    },
    palette(palette) {
      colours = Array.from({ length: palette.length / 3 }, (_, k) => `rgb(${palette.subarray(3 * k, 3 * k + 3).join(" ")})`);
      stale = true;
    },
    paint(at, edge) {
      if (!stale && underWay && isSame(underWay, at) && fits()) return; // it comes
      stop();
      if (!tiles || tiles.starts.length < 2) return void context?.clearRect(0, 0, canvas.width, canvas.height);
      if (stale || !known) return fill(at, edge);
      show(at);
      if (partial || !isSame(known.at, at) || !fits()) timer = window.setTimeout(() => fill(at, edge), REST);
    },
    destroy: stop,
  };
}

function isSame(one: Placing, other: Placing): boolean {
  return one.scale.every((each, k) => each === other.scale[k]) && one.shift.every((each, k) => each === other.shift[k]);
}

/** Fills polygon after polygon that is in view, a hundred between two yields. One path of them all would take ten times as long. */
function* filled(target: CanvasRenderingContext2D, tiles: Tiles, shades: Uint8Array, colours: readonly string[], at: Placing, edge: Edge): Generator<void, void> {
  const { vertices, corners, starts } = tiles;
  const { scale: [sx, sy], shift: [dx, dy] } = at;
  const { width, height } = target.canvas;
  target.lineWidth = at.ratio;
  target.lineJoin = "round";
  if (edge) target.strokeStyle = `rgb(${edge.join(" ")} / 50%)`;
  for (let i = 0; i + 1 < starts.length; i += 1) {
    if (i % 100 === 99) yield;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    target.beginPath();
    for (let k = starts[i]!; k < starts[i + 1]!; k += 1) {
      const [x, y] = [vertices[2 * corners[k]!]! * sx + dx, vertices[2 * corners[k]! + 1]! * sy + dy];
      target.lineTo(x, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    if (right < 0 || left > width || bottom < 0 || top > height) continue;
    target.closePath();
    target.fillStyle = colours[shades[i]!] ?? "transparent";
    target.fill();
    if (edge) target.stroke();
  }
}
