/** A small image of numbers: ink on the card, in the theme's colours. */

import { computed, h, onThemeChange } from "../../kit/index.ts";

export interface Image {
  readonly el: HTMLCanvasElement;
  /** Values from low (nothing) to high (full ink); without a shape they stand in one row. */
  set(values: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>, shape: readonly [number, number] | undefined): void;
}

/** Gives an image; `family` paints all of its own again when the theme changes. */
export function imageMaker(family: HTMLElement): () => Image {
  const all = new Set<() => void>();
  let ink: readonly number[] | undefined;
  const colour = (): readonly number[] => (ink ??= (computed(family, ["text"]).get("text")?.match(/[\d.]+/g) ?? []).map(Number));
  onThemeChange(family, () => {
    ink = undefined;
    for (const paint of all) paint();
  });
  return () => {
    const el = h("canvas", { class: "s-image", attributes: { "aria-hidden": "true" } });
    let paint = (): void => undefined;
    all.add(() => paint());
    return {
      el,
      set(values, low, high, shape) {
        const [rows, columns] = shape ?? [1, values.length];
        paint = () => {
          const context = el.getContext("2d");
          if (!context) return;
          [el.width, el.height] = [columns, rows];
          const picture = context.createImageData(columns, rows);
          const [red = 0, green = 0, blue = 0] = colour();
          for (let j = 0; j < rows * columns; j += 1) {
            const share = (values[j]! - low[j]!) / (high[j]! - low[j]!);
            picture.data.set([red, green, blue, Math.round(235 * Math.min(1, Math.max(0, share)))], 4 * j);
          }
          context.putImageData(picture, 0, 0);
        };
        if (el.isConnected) paint();
        else requestAnimationFrame(() => paint()); // before that, no colour is known
      },
    };
  };
}
