/** Elements: made in one expression, changed only where something differs, and safe under a strict content policy. */

export type Child = Node | string | null | undefined | false;

export interface Properties {
  class?: string;
  /** Attributes; true gives an empty one, false, null and undefined none. */
  attributes?: Record<string, string | number | boolean | null | undefined>;
  /** CSS properties, custom ones included, set through the object model (a policy without inline styles allows it). */
  style?: Record<string, string>;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

const SVG = "http://www.w3.org/2000/svg";

/** Gives an HTML element. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, properties);
  append(element, children);
  return element;
}

/** Gives an SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  apply(element, properties);
  append(element, children);
  return element;
}

function apply(element: HTMLElement | SVGElement, properties: Properties): void {
  if (properties.class) element.setAttribute("class", properties.class);
  if (properties.attributes) attributes(element, properties.attributes);
  for (const [name, value] of Object.entries(properties.style ?? {})) style(element, name, value);
  for (const [name, listener] of Object.entries(properties.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Sets attributes, touching the page only where one differs. */
export function attributes(
  element: Element,
  values: Record<string, string | number | boolean | null | undefined>,
): void {
  for (const name in values) {
    const value = values[name];
    if (value === null || value === undefined || value === false) {
      if (element.hasAttribute(name)) element.removeAttribute(name);
      continue;
    }
    const wanted = value === true ? "" : String(value);
    if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted);
  }
}

/** Sets one CSS property where it differs; an empty value removes it. */
export function style(element: HTMLElement | SVGElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Whether these changes would change nothing. */
export function isKnown<T extends object>(state: T, changes: Partial<T>): boolean {
  for (const key in changes) if (!Object.is(state[key], changes[key])) return false;
  return true;
}

/** Sets the text where it differs; a text that is there already is changed, not replaced. */
export function text(element: Element, value: string): void {
  const only = element.firstChild;
  if (only instanceof Text && only === element.lastChild) {
    if (only.data !== value) only.data = value;
  } else if (element.textContent !== value) element.textContent = value;
}

const prefix = `h${Math.random().toString(36).slice(2, 8)}`;
let count = 0;

/** Gives an id that no other element of the page has, also when two notebook cells load this module. */
export function uniqueId(): string {
  count += 1;
  return `${prefix}-${count}`;
}

/** Puts nodes into a parent in the given order, moving only those out of place and keeping the focus where it is. */
export function arrange(parent: Element, nodes: readonly Element[]): void {
  const root = parent.getRootNode() as Document | ShadowRoot;
  const focused = root.activeElement ?? null;
  nodes.forEach((node, index) => {
    const present = parent.children[index];
    if (present !== node) parent.insertBefore(node, present ?? null);
  });
  while (parent.children.length > nodes.length) parent.lastElementChild?.remove();
  if (focused && focused !== root.activeElement && parent.contains(focused)) {
    (focused as HTMLElement | SVGElement).focus({ preventScroll: true });
  }
}

/** Tells when the pointer or the focus comes to an element, and when both have left it. */
export function attend(element: Element, onHover: (active: boolean) => void): void {
  let inside = false;
  let focused = false;
  const update = (pointer: boolean, focus: boolean): void => {
    const before = inside || focused;
    inside = pointer;
    focused = focus;
    if ((inside || focused) !== before) onHover(inside || focused);
  };
  element.addEventListener("pointerenter", () => update(true, focused));
  element.addEventListener("pointerleave", () => update(false, focused));
  element.addEventListener("focusin", () => update(inside, true));
  element.addEventListener("focusout", () => update(inside, false));
}
