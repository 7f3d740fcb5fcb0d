/** New points on a curve: a ghost under the pointer and a click, or Insert and + on the handle beside. */

import { clip, vertices, type Point } from "./clip.ts";
import { attributes, s } from "./dom.ts";
import type { Handles, Surface } from "./handles.ts";
import type { CurveLayer, HandleLayer, Layer } from "./layers.ts";

const NEAR = { mouse: 14, pen: 16, touch: 24 } as const;
const STILL = 5;

export class Adding {
  readonly #plot: Surface;
  readonly #handles: Handles;
  readonly #onAdd: (x: number, y: number) => void;
  readonly #ghost = s("circle", { class: "k-adding", attributes: { r: 6, "aria-hidden": "true" } });
  #curves: readonly CurveLayer[] = [];
  #points: readonly HandleLayer[] = [];
  #pressed: Point | undefined;

  constructor(plot: Surface, handles: Handles, onAdd: (x: number, y: number) => void) {
    this.#plot = plot;
    this.#handles = handles;
    this.#onAdd = onAdd;
    handles.onInsert = (id) => this.#insert(id);
    handles.element.before(this.#ghost);
    plot.svg.addEventListener("pointermove", (event) => this.#hint(event));
    plot.svg.addEventListener("pointerleave", () => this.#hide());
    plot.svg.addEventListener("pointerdown", (event) => {
      this.#pressed = event.button === 0 && !handles.takes(event) ? [event.clientX, event.clientY] : undefined;
    });
    plot.svg.addEventListener("pointerup", (event) => this.#click(event));
    this.#hide();
  }

  update(layers: readonly Layer[]): void {
    this.#curves = layers.filter((layer): layer is CurveLayer => layer.kind === "curve" && layer.addable === true);
    this.#points = layers.filter((layer): layer is HandleLayer => layer.kind === "handle");
  }

  #hint(event: PointerEvent): void {
    const busy = this.#handles.dragging || event.pointerType === "touch" || this.#handles.takes(event);
    const place = busy ? undefined : this.#closest(event);
    if (!place) return this.#hide();
    const { box, pixel } = this.#plot.scales;
    const [px, py] = pixel(...place);
    attributes(this.#ghost, { cx: px + box.left, cy: py + box.top, visibility: "visible" });
    this.#plot.svg.classList.add("k-can-add");
  }

  #hide(): void {
    attributes(this.#ghost, { visibility: "hidden" });
    this.#plot.svg.classList.remove("k-can-add");
  }

  #click(event: PointerEvent): void {
    const pressed = this.#pressed;
    this.#pressed = undefined;
    if (!pressed || Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > STILL) return;
    const place = this.#closest(event);
    if (!place) return;
    this.#hide();
    this.#onAdd(...place);
  }

  /** The place on an addable curve nearest to the pointer, in pixels, if it is near at all. */
  #closest(event: PointerEvent): Point | undefined {
    const { svg, scales } = this.#plot;
    const corner = svg.getBoundingClientRect();
    const at: Point = [event.clientX - corner.left - scales.box.left, event.clientY - corner.top - scales.box.top];
    let least: number = NEAR[event.pointerType as keyof typeof NEAR] ?? NEAR.mouse;
    let best: Point | undefined;
    for (const curve of this.#curves) {
      for (const part of clip(vertices(curve, scales.view.x), scales.view)) {
        const pixels = part.map(([x, y]) => scales.pixel(x, y));
        for (let i = 1; i < pixels.length; i += 1) {
          const foot = footOf(at, pixels[i - 1] as Point, pixels[i] as Point);
          const away = Math.hypot(foot[0] - at[0], foot[1] - at[1]);
          if (away < least) [best, least] = [scales.data(...foot), away];
        }
      }
    }
    return best;
  }

  /** The keyboard's way: halfway to the next handle on the right, from the last one halfway to the one before. */
  #insert(id: string): void {
    const ordered = [...this.#points].sort((a, b) => a.x - b.x);
    const index = ordered.findIndex((each) => each.id === id);
    const here = ordered[index];
    const other = ordered[index + 1] ?? ordered[index - 1];
    if (here && other) this.#onAdd((here.x + other.x) / 2, (here.y + other.y) / 2);
  }
}

function footOf(at: Point, from: Point, to: Point): Point {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = dx * dx + dy * dy;
  const share = length > 0 ? Math.min(1, Math.max(0, ((at[0] - from[0]) * dx + (at[1] - from[1]) * dy) / length)) : 0;
  return [from[0] + share * dx, from[1] + share * dy];
}
