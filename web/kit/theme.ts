/** Light and dark: the reader's own choice, or what their system asks for. */

export type Theme = "auto" | "light" | "dark";

/** Sets the theme of a root element (class "hinges"). */
export function setTheme(root: HTMLElement, theme: Theme): void {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
}

/** Calls back when colours may have changed: the system's preference, or an attribute of an element above. */
export function onThemeChange(element: HTMLElement, listener: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
  const watch = (): void => {
    const observer = new MutationObserver(listener);
    for (let each: Element | null = element; each; each = each.parentElement) {
      observer.observe(each, { attributes: true, attributeFilter: ["data-theme", "class", "data-jp-theme-light"] });
    }
  };
  if (element.isConnected) watch();
  else requestAnimationFrame(watch); // the caller puts the element into the page first
}

/** Whether the reader asks for as little motion as possible. */
export function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
