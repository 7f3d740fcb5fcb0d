/** Colours by role: the theme decides what they look like, light or dark. */

export type Role =
  | "text" | "muted" | "axis" | "grid" | "target" | "data" | "fit" | "ghost"
  | "positive" | "negative" | "zero" | "error" | "good" | "warning" | "accent" | "glow" | "card";
export type Colour = Role | `unit-${number}`;

const UNITS = 10;

/** Gives the colour of a unit; after ten units the colours come again. */
export function unitColour(index: number): Colour {
  return `unit-${((index % UNITS) + UNITS) % UNITS}`;
}

/** Gives the colour of a weight's sign. */
export function signColour(value: number): Colour {
  return value > 0 ? "positive" : value < 0 ? "negative" : "zero";
}

/** Gives the CSS value of a colour. */
export function css(colour: Colour): string {
  return `var(--${colour})`;
}

/** Gives the colour as the browser computes it now inside an element (for canvases, which know no custom properties). */
export function computed(element: HTMLElement, colours: readonly Colour[]): Map<Colour, string> {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const found = new Map<Colour, string>();
  for (const colour of colours) {
    probe.style.setProperty("color", css(colour));
    found.set(colour, getComputedStyle(probe).color);
  }
  probe.remove();
  return found;
}
