// Bundles every web/tests/**/*.test.ts and runs them with node's own test runner.
//   node web/test.mjs [PART OF A FILE NAME ...]
import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const all = (await readdir(join(web, "tests"), { recursive: true })).filter((name) => name.endsWith(".test.ts")).sort();
const entries = all.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (entries.length === 0) {
  console.error(`No test file under web/tests has ${wanted.join(" or ")} in its name.`);
  process.exit(2);
}
// All tests in one bundle, which one process runs; one folder a run, so that two runs at once do not meet.
const outdir = join(web, ".build", `tests-${process.pid}`);
try {
  await build({
    absWorkingDir: web,
    stdin: { contents: entries.map((name) => `import ${JSON.stringify(`./tests/${name}`)};`).join("\n"), resolveDir: web },
    outfile: join(outdir, "all.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: ["node20"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", join(outdir, "all.mjs")], { stdio: "inherit", cwd: web });
  process.exitCode = run.status ?? 1;
} finally {
  await rm(outdir, { recursive: true, force: true });
}
