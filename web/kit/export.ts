/** Pictures as files: SVG with its looks written into it, and PNG at twice the size, under a strict content policy. */

import { paintSvg } from "./paint.ts";

const LOOKS = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "opacity", "paint-order", "font-family", "font-size", "font-weight", "font-style", "text-anchor",
];

/** Gives the source of a picture: no handles' targets, no hidden parts, all looks as attributes, on the card's ground. */
export function svgOf(svg: SVGSVGElement): string {
  const copy = dressed(svg) as SVGSVGElement | undefined;
  if (!copy) return "";
  const [width, height] = [svg.getAttribute("width") ?? "0", svg.getAttribute("height") ?? "0"];
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width, height, fill: groundOf(svg) })) ground.setAttribute(name, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** Gives a PNG of a picture or a canvas, at `scale` times its size on the screen. */
export function pngOf(picture: SVGSVGElement | HTMLCanvasElement, scale = 2): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const screen = globalThis.devicePixelRatio || 1;
  const flat = picture instanceof HTMLCanvasElement;
  const width = flat ? picture.width / screen : Number(picture.getAttribute("width"));
  const height = flat ? picture.height / screen : Number(picture.getAttribute("height"));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) return Promise.reject(new Error("This browser gives no canvas to draw a PNG on."));
  context.fillStyle = groundOf(picture);
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  if (flat) context.drawImage(picture, 0, 0, width, height);
  else paintSvg(context, picture);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for a PNG."))), "image/png");
  });
}

/** Offers a file to the reader's browser. */
export function download(name: string, content: Blob | string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function dressed(element: Element): Element | undefined {
  const looks = getComputedStyle(element);
  const only = element.getAttribute("data-export") === "only";
  if (!only && (looks.display === "none" || looks.visibility === "hidden" || looks.opacity === "0")) return undefined;
  const copy = element.cloneNode(false) as Element;
  for (const name of ["class", "style", "tabindex", "role"]) copy.removeAttribute(name);
  for (const attribute of [...copy.attributes]) if (/^(aria|data)-/.test(attribute.name)) copy.removeAttribute(attribute.name);
  if (!["g", "svg"].includes(element.localName)) {
    for (const look of LOOKS) {
      const value = looks.getPropertyValue(look);
      if (value) copy.setAttribute(look, look.startsWith("font-family") ? value.replaceAll('"', "'") : value);
    }
  } else if (looks.opacity !== "1") {
    copy.setAttribute("opacity", looks.opacity);
  }
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.cloneNode());
    else if (child instanceof Element) {
      const inner = dressed(child);
      if (inner) copy.append(inner);
    }
  }
  return copy;
}

function groundOf(element: Element): string {
  for (let each: Element | null = element; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if (colour && colour !== "transparent" && !/,\s*0\)$/.test(colour)) return colour;
  }
  return "#ffffff";
}
