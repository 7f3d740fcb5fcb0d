/** Moving about in a plot: a drag on its ground moves the view, the wheel with Ctrl (or a pinch on a pad) zooms. */

import type { Point, View } from "./clip.ts";
import type { Plot } from "./plot.ts";

export interface PanningOptions {
  /** The view that the hand asks for. */
  onView(view: View): void;
  /** The gesture is over. */
  onEnd(): void;
  /** A press without a drag. */
  onPress(at: Point): void;
  /** The pointer is here, or gone. */
  onHover(at: Point | undefined): void;
}

const STILL = 4; // pixels: less is a press
const PAUSE = 350; // ms without a turn of the wheel: that gesture is over

/** Lets people move about in a plot; handles take a press before it. A finger scrolls the page, as everywhere. */
export function panning(plot: Plot, options: PanningOptions): void {
  const { svg } = plot;
  let drag: { id: number; x: number; y: number; view: View; moved: boolean } | undefined;
  let timer = 0;
  const inside = (event: MouseEvent): Point | undefined => {
    const [x, y] = plot.locate(event);
    const { view } = plot.scales;
    return x >= view.x[0] && x <= view.x[1] && y >= view.y[0] && y <= view.y[1] ? [x, y] : undefined;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.defaultPrevented || drag || !inside(event)) return;
    drag = { id: event.pointerId, x: event.clientX, y: event.clientY, view: plot.scales.view, moved: false };
    if (event.pointerType === "touch") return;
    event.preventDefault(); // no selection of text
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drag) return options.onHover(inside(event));
    if (drag.id !== event.pointerId || event.pointerType === "touch") return;
    const [across, down] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(across, down) < STILL) return;
    if (!drag.moved) document.documentElement.classList.add("hinges-dragging");
    drag.moved = true;
    const { box } = plot.scales;
    const [x, y] = [drag.view.x, drag.view.y];
    const [dx, dy] = [(-across / box.width) * (x[1] - x[0]), (down / box.height) * (y[1] - y[0])];
    options.onView({ x: [x[0] + dx, x[1] + dx], y: [y[0] + dy, y[1] + dy] });
  });
  const end = (event: PointerEvent): void => {
    if (drag?.id !== event.pointerId) return;
    const { moved } = drag;
    drag = undefined;
    document.documentElement.classList.remove("hinges-dragging");
    if (moved) return options.onEnd();
    const at = event.type === "pointerup" ? inside(event) : undefined;
    if (at) options.onPress(at);
  };
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
  svg.addEventListener("pointerleave", () => options.onHover(undefined));
  svg.addEventListener("wheel", (event) => {
    const at = inside(event);
    if (!at || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const times = Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 150);
    const around = ([low, high]: readonly [number, number], place: number): [number, number] => [place - times * (place - low), place + times * (high - place)];
    const { view } = plot.scales;
    options.onView({ x: around(view.x, at[0]), y: around(view.y, at[1]) });
    window.clearTimeout(timer);
    timer = window.setTimeout(options.onEnd, PAUSE);
  }, { passive: false });
}
