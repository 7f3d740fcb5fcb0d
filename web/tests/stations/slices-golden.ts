/** For Python's tests: what the page computes of the networks that come with the lab. */

import { readFileSync, writeFileSync } from "node:fs";
import { readReply } from "../../hosts/frame.ts";
import { readDigits } from "../../stations/slices/examples.ts";
import { slices } from "../../stations/slices/index.ts";
import { localSource } from "../../stations/slices/local.ts";
import { ordered, type Panel } from "../../stations/slices/source.ts";
import { type Name, PANELS, type State } from "../../stations/slices/state.ts";
import type { Arrays } from "../../stations/station.ts";

const [, , file = "", from = "", to = ""] = process.argv;
const bytes = readFileSync(file);
const { images, networks } = readDigits(readReply(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))!.answer as Arrays);
const lists = (panel: Panel): object => ({ feature: panel.feature, t: [...panel.t as Float64Array], y: panel.y.map((y) => [...y as Float64Array]) });

writeFileSync(to, JSON.stringify((JSON.parse(readFileSync(from, "utf8")) as unknown[]).map((raw) => {
  const state = slices.check(raw) as State;
  const source = localSource(networks[(state.model as { example: Name }).example], images);
  const sweep = source.sweep(state.base, state.show, state)!;
  const { t, y, owners, silent } = source.between(state.line, state.show)!;
  const features = ordered(sweep, state.sort).slice(state.page * PANELS, (state.page + 1) * PANELS);
  return {
    source: slices.python(state), features, kinks: [...sweep.kinks as Int32Array], bend: [...sweep.bend as Float64Array], swing: [...sweep.swing as Float64Array],
    base: [...sweep.base as Float64Array], values: [...sweep.values as Float64Array], panels: source.panels(state.base, state.show, features)!.map(lists),
    line: { t: [...t as Float64Array], y: y.map((each) => [...each as Float64Array]), owners: owners.map((own) => own.map(({ index }) => index)), silent },
    why: { ...source.why(state.base)!, ways: undefined },
  };
})));
