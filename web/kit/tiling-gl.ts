/** Polygons by WebGL2: the vertices stay on the graphics side, a view is two numbers an axis, a palette one small texture. */

import type { Painter, Palette, Placing, Tiles } from "./tiling.ts";

const VERTEX = `#version 300 es
uniform vec2 scale, shift;
in vec2 place;
in float shade;
flat out float which;
void main() { gl_Position = vec4(place * scale + shift, 0.0, 1.0); which = shade; }`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D palette;
uniform vec4 line;
flat in float which;
out vec4 colour;
void main() { colour = line.a > 0.0 ? line : texture(palette, vec2((which + 0.5) / 256.0, 0.5)); }`;

const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;
let card: boolean | undefined;

/**
 * Whether there is a graphics card. Where a browser would compute WebGL itself, it reads every picture back and says so
 * on the console; a bitmap that is moved costs less there.
 */
function hasCard(): boolean {
  if (card !== undefined) return card;
  const gl = document.createElement("canvas").getContext("webgl2");
  const named = gl?.getExtension("WEBGL_debug_renderer_info");
  card = gl !== null && !SOFTWARE.test(String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return card;
}

/** Gives the painter, or undefined where the browser has no WebGL2 of its own. */
export function glPainter(canvas: HTMLCanvasElement, onLost: () => void): Painter | undefined {
  if (!hasCard()) return undefined;
  const gl = canvas.getContext("webgl2", { antialias: true, powerPreference: "low-power" });
  const program = gl && programOf(gl);
  if (!gl || !program) return undefined;
  canvas.addEventListener("webglcontextlost", onLost);
  const [places, shadesHeld, triangles, edges, texture] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer(), gl.createBuffer(), gl.createTexture()];
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const [scale, shift, line] = [uniform("scale"), uniform("shift"), uniform("line")];
  let known: Tiles | undefined;
  let count = 0;
  gl.useProgram(program);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  attribute(gl, program, "place", places, 2, gl.FLOAT);
  attribute(gl, program, "shade", shadesHeld, 1, gl.UNSIGNED_BYTE);

  const shades = (values: Uint8Array): void => {
    if (!known) return;
    const each = new Uint8Array(known.corners.length);
    for (let i = 0; i + 1 < known.starts.length; i += 1) each.fill(values[i] ?? 0, known.starts[i], known.starts[i + 1]);
    gl.bindBuffer(gl.ARRAY_BUFFER, shadesHeld);
    gl.bufferData(gl.ARRAY_BUFFER, each, gl.STATIC_DRAW);
  };
  return {
    name: "webgl2",
    tiles(tiles, values) {
      known = tiles;
      const corners = new Float32Array(2 * tiles.corners.length);
      tiles.corners.forEach((vertex, k) => {
        corners[2 * k] = tiles.vertices[2 * vertex]!;
        corners[2 * k + 1] = tiles.vertices[2 * vertex + 1]!;
      });
      gl.bindBuffer(gl.ARRAY_BUFFER, places);
      gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
      const [fans, sides] = indices(tiles.starts);
      count = fans.length;
      for (const [buffer, values] of [[triangles, fans], [edges, sides]] as const) {
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffer);
        gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, values, gl.STATIC_DRAW);
      }
      shades(values);
    },
    shades,
    palette(palette: Palette) {
      const pixels = new Uint8Array(4 * 256).fill(255);
      for (let k = 0; 3 * k < palette.length; k += 1) pixels.set(palette.subarray(3 * k, 3 * k + 3), 4 * k);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    },
    paint(at: Placing, edge) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (!known || count === 0) return;
      gl.uniform2f(scale, (2 * at.scale[0]) / canvas.width, (-2 * at.scale[1]) / canvas.height);
      gl.uniform2f(shift, (2 * at.shift[0]) / canvas.width - 1, 1 - (2 * at.shift[1]) / canvas.height);
      gl.uniform4f(line, 0, 0, 0, 0);
      gl.disable(gl.BLEND);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, triangles);
      gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
      canvas.dataset.drawn = String(known.starts.length - 1);
      if (!edge) return;
      const [red, green, blue] = edge.map((each) => (each / 255) * 0.5) as [number, number, number]; // premultiplied
      gl.uniform4f(line, red, green, blue, 0.5);
      gl.enable(gl.BLEND);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, edges);
      gl.drawElements(gl.LINES, 2 * known.corners.length, gl.UNSIGNED_INT, 0);
    },
    destroy() {
      canvas.removeEventListener("webglcontextlost", onLost);
      gl.getExtension("WEBGL_lose_context")?.loseContext(); // a page may hold few contexts at once
    },
  };
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : undefined;
}

function attribute(gl: WebGL2RenderingContext, program: WebGLProgram, name: string, buffer: WebGLBuffer | null, size: number, type: number): void {
  const at = gl.getAttribLocation(program, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, size, type, false, 0, 0);
}

/** Gives the triangles of convex polygons as fans, and their sides as pairs. */
function indices(starts: Int32Array): [Uint32Array, Uint32Array] {
  const [polygons, corners] = [starts.length - 1, starts[starts.length - 1] ?? 0];
  const fans = new Uint32Array(Math.max(0, 3 * (corners - 2 * polygons)));
  const sides = new Uint32Array(2 * corners);
  let [f, e] = [0, 0];
  for (let i = 0; i < polygons; i += 1) {
    const [first, end] = [starts[i]!, starts[i + 1]!];
    for (let k = first; k < end; k += 1) {
      sides[e++] = k;
      sides[e++] = k + 1 < end ? k + 1 : first;
      if (k < first + 2) continue;
      fans[f++] = first;
      fans[f++] = k - 1;
      fans[f++] = k;
    }
  }
  return [fans, sides];
}
