// Builds the lab's front end: the page, the notebook widget and the single file.
//   node web/build.mjs                writes src/hinges/lab/static
//   node web/build.mjs --out DIR      writes there
//   node web/build.mjs --gallery --out DIR   builds the kit's gallery (for tests; it is not shipped)
// The same sources give the same bytes: no dates, no absolute paths, no source maps.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: { out: { type: "string" }, gallery: { type: "boolean", default: false }, quiet: { type: "boolean", default: false } },
});
const out = resolve(options.out ?? join(web, "../src/hinges/lab/static"));

const SETTINGS = {
  absWorkingDir: web, bundle: true, minify: true, write: false, target: ["es2022"], charset: "ascii", legalComments: "none", logLevel: "warning",
};

/** Bundles one entry and gives its text. */
async function bundle(entry, format = "esm") {
  const result = await build({ ...SETTINGS, entryPoints: [entry], format });
  return result.outputFiles[0].text;
}

/** Bundles the page in parts: what every station needs, and each station, which is loaded when it is opened. */
async function page() {
  const { outputFiles } = await build({
    ...SETTINGS, entryPoints: { lab: "hosts/page.ts" }, format: "esm", splitting: true, outdir: "parts", chunkNames: "part-[hash]",
  });
  return Object.fromEntries(outputFiles.map((each) => [basename(each.path), each.text]).sort());
}

/** Gives text that may stand inside a script or style element. */
function embedded(source) {
  return source.replaceAll("</script", "<\\/script").replaceAll("</style", "<\\/style").replaceAll("<!--", "<\\!--");
}

async function gallery() {
  return {
    "gallery.js": await bundle("kit/gallery.ts"),
    "lab.css": await bundle("kit/gallery.css"),
    "index.html": await readFile(join(web, "kit/gallery.html"), "utf8"),
    "icon.svg": await readFile(join(web, "hosts/icon.svg"), "utf8"),
  };
}

/** Gives what Python checks against: each station's name, title and initial state. */
async function listing() {
  const source = await bundle("stations/index.ts");
  const { stations } = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
  const listed = stations.map(({ name, title, initial }) => ({ name, title, state: initial() }));
  return `${JSON.stringify(listed, null, 1)}\n`;
}

/** Gives the examples of all stations, which lie beside the page: stations/slices/examples/digits.bin as slices-digits.bin. */
async function examples() {
  const found = {};
  for (const station of (await readdir(join(web, "stations"))).sort()) {
    const folder = join(web, "stations", station, "examples");
    for (const name of (await readdir(folder).catch(() => [])).sort()) found[`${station}-${name}`] = await readFile(join(folder, name));
  }
  return found;
}

async function lab() {
  const css = await bundle("hosts/lab.css");
  const template = await readFile(join(web, "hosts/file.html"), "utf8");
  const file = await bundle("hosts/file.ts", "iife");
  const parts = { STYLE: embedded(css), SCRIPT: embedded(file) };
  return {
    ...(await examples()),
    ...(await page()),
    "widget.js": await bundle("hosts/widget.ts"),
    "lab.css": css,
    "index.html": await readFile(join(web, "hosts/index.html"), "utf8"),
    "icon.svg": await readFile(join(web, "hosts/icon.svg"), "utf8"),
    "stations.json": await listing(),
    // One pass over the template, so that nothing inside the parts is taken for a mark.
    "file.html": template.replace(/\{\{(STYLE|SCRIPT)\}\}/g, (_, name) => parts[name]),
  };
}

const files = await (options.gallery ? gallery() : lab());
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  await writeFile(join(out, name), content);
  if (!options.quiet) {
    const packed = gzipSync(content, { level: 9 }).length;
    console.log(`${name.padEnd(12)} ${(content.length / 1000).toFixed(1).padStart(7)} kB ${(packed / 1000).toFixed(1).padStart(6)} kB gzipped`);
  }
}
