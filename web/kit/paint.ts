/** The kit's own SVG drawn on a canvas. A browser would load an SVG as an image for that, which our content policy forbids. */

type Context = CanvasRenderingContext2D;

/** Draws a picture (of paths, lines, boxes, circles, words, groups and inner views) as it looks now. */
export function paintSvg(context: Context, element: Element): void {
  const looks = getComputedStyle(element);
  const only = element.getAttribute("data-export") === "only";
  if (!only && (looks.display === "none" || looks.visibility === "hidden" || looks.opacity === "0")) return;
  context.save();
  context.globalAlpha *= only ? 1 : Number(looks.opacity);
  place(context, element);
  if (element.localName === "text") paintWords(context, element, looks);
  else if (element.localName === "svg" || element.localName === "g") for (const child of element.children) paintSvg(context, child);
  else paintShape(context, shapeOf(element), looks);
  context.restore();
}

function place(context: Context, element: Element): void {
  const moved = /translate\(\s*([-\d.e]+)[\s,]+([-\d.e]+)\s*\)/.exec(element.getAttribute("transform") ?? "");
  if (moved) context.translate(Number(moved[1]), Number(moved[2]));
  if (element.localName === "svg" && element.parentElement?.closest("svg")) {
    context.translate(number(element, "x"), number(element, "y"));
    context.beginPath();
    context.rect(0, 0, number(element, "width"), number(element, "height"));
    context.clip();
  }
}

function shapeOf(element: Element): Path2D {
  if (element.localName === "path") return new Path2D(element.getAttribute("d") ?? "");
  const shape = new Path2D();
  if (element.localName === "circle") {
    shape.arc(number(element, "cx"), number(element, "cy"), number(element, "r"), 0, 2 * Math.PI);
  } else if (element.localName === "rect") {
    const box = [number(element, "x"), number(element, "y"), number(element, "width"), number(element, "height")] as const;
    shape.roundRect(...box, Math.min(number(element, "rx"), box[2] / 2, box[3] / 2));
  }
  return shape;
}

function paintShape(context: Context, shape: Path2D, looks: CSSStyleDeclaration): void {
  const before = context.globalAlpha;
  if (looks.fill !== "none") {
    context.globalAlpha = before * Number(looks.fillOpacity);
    context.fillStyle = looks.fill;
    context.fill(shape);
  }
  const width = parseFloat(looks.strokeWidth);
  if (looks.stroke !== "none" && width > 0) {
    context.globalAlpha = before * Number(looks.strokeOpacity);
    context.strokeStyle = looks.stroke;
    context.lineWidth = width;
    context.lineCap = looks.strokeLinecap as CanvasLineCap;
    context.lineJoin = looks.strokeLinejoin as CanvasLineJoin;
    context.setLineDash(looks.strokeDasharray === "none" ? [] : looks.strokeDasharray.split(/[\s,]+/).map(parseFloat));
    context.stroke(shape);
  }
}

function paintWords(context: Context, element: Element, looks: CSSStyleDeclaration): void {
  context.font = `${looks.fontStyle} ${looks.fontWeight} ${looks.fontSize} ${looks.fontFamily}`;
  context.textAlign = looks.textAnchor === "middle" ? "center" : looks.textAnchor === "end" ? "right" : "left";
  const lines = element.children.length ? [...element.children] : [element];
  for (const line of lines) {
    const own = getComputedStyle(line);
    const [x, y] = [number(line, "x"), number(line, "y")];
    if (own.stroke !== "none" && own.paintOrder.startsWith("stroke")) {
      context.strokeStyle = own.stroke;
      context.lineWidth = parseFloat(own.strokeWidth);
      context.lineJoin = "round";
      context.strokeText(line.textContent ?? "", x, y);
    }
    context.fillStyle = own.fill;
    context.fillText(line.textContent ?? "", x, y);
  }
}

function number(element: Element, name: string): number {
  return Number(element.getAttribute(name) ?? 0);
}
