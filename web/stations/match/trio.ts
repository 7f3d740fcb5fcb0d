/** Three activations side by side: each by itself, and what the same network becomes with it. */

import { multiples, type Multiples, type Panel } from "../../kit/index.ts";
import { activate, evaluate } from "../../engine/index.ts";
import { seriesOf } from "./chart.ts";
import { curveOf } from "./report.ts";
import { KINDS, targetOf, type Kind, type State } from "./state.ts";
import { DOMAIN, targetFunction } from "./target.ts";

const Z = [-4, 4] as const;
const SAMPLES = 80;
export const NAMES: Record<Kind, string> = { linear: "linear", relu: "ReLU", sigmoid: "sigmoid" };
const SUMS: Record<Kind, string> = { linear: "one line", relu: "segments", sigmoid: "no segments" };

/** Gives the two rows of panels; a click on one chooses its activation. */
export function trio(onSelect: (kind: Kind) => void): { el: readonly Multiples[]; draw(state: State): void } {
  const kindOf = (id: string): Kind => id as Kind;
  const alone = multiples({ label: "Three activations a(z)", x: Z, y: [-2, 4], least: 90, height: 92, onSelect: (id) => onSelect(kindOf(id)) });
  const sums = multiples({ label: "The same three units with each activation", x: DOMAIN, y: [-2, 5], least: 90, height: 92, onSelect: (id) => onSelect(kindOf(id)) });
  const x = Array.from({ length: SAMPLES + 1 }, (_, i) => Z[0] + ((Z[1] - Z[0]) * i) / SAMPLES);
  return {
    el: [alone, sums],
    draw(state) {
      alone.set(KINDS.map((kind): Panel => ({
        id: kind, title: kind === state.activation ? `${NAMES[kind]} ✓` : NAMES[kind], description: "a as a function of z",
        curves: [{ x, y: x.map((z) => activate(kind, z)), colour: kind === state.activation ? "fit" : "muted" }],
      })));
      const { y } = targetOf(state);
      const rangeOf = (kind: Kind): readonly [number, number] => {
        const line = kind === "linear" ? DOMAIN.map((each) => evaluate(curveOf(state, kind), each)) : [];
        return [Math.min(-1, ...y, ...line) - 0.5, Math.max(2, ...y, ...line) + 0.5];
      };
      const target = seriesOf(targetFunction(targetOf(state)));
      sums.set(KINDS.map((kind): Panel => ({
        id: kind, title: SUMS[kind], description: `the sum of the three units with ${NAMES[kind]}`,
        curves: [{ ...target, look: "target" }, { ...seriesOf(curveOf(state, kind)), colour: kind === state.activation ? "fit" : "muted" }],
        y: rangeOf(kind),
      })));
    },
  };
}
