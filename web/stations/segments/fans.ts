/** Segments' fans: random changes of one number, and of its like in another unit. */

import { toFunction } from "../../engine/index.ts";
import {
  button, card, plot, select, slider, stack, status, style, subscripted, tiles, toolbar, upon, type DrawnPart,
} from "../../kit/index.ts";
import { once } from "../once.ts";
import { COMMIT } from "../station.ts";
import { colourOf, fan, type Fan, fanLayers, roomFor, viewOf, WIDE } from "./scenes.ts";
import { fanOf, type Name, namesOf, networkOf, SPREAD, type State, unitsOf } from "./state.ts";
import type { Act, Shown } from "./view.ts";
import { said } from "./words.ts";

/** Two fans, drawn in two rounds: each has as many curves as all the other plots together. */
export function fanCard(act: Act): { el: HTMLElement; parts: DrawnPart<Shown>[] } {
  const which = select<string>({ label: "The number", value: "w1", choices: [], onChange: (of) => act({ kind: "fan", of }, COMMIT) });
  const spread = slider({
    label: "spread", name: "spread of the changes", min: SPREAD[0], max: SPREAD[1], step: 0.05, value: 0.5,
    onInput: (value) => act({ kind: "fan", spread: value }), onCommit: () => act(COMMIT),
  });
  style(spread.el, "flex", "1 1 220px");
  const shake = button({ label: "Shake again", onPress: () => act({ kind: "shake" }, COMMIT) });
  const one = fanPlot();
  const other = fanPlot();
  const needs = ({ state }: Shown): readonly unknown[] => [state.shape, state.fan];
  return {
    el: card({ title: "Random changes", note: "of one number, and of its like in another unit" },
      toolbar(which.el, spread.el, shake.el), tiles(220, one.el, other.el)),
    parts: [
      upon(needs, (shown) => {
        const { state } = shown;
        which.offer(namesOf(unitsOf(state).units.length).map((value) => ({ value, label: subscripted(value) })));
        which.set(fanOf(state));
        spread.set({ value: state.fan.spread });
        one.draw(shown, pairOf(state)[0]);
      }),
      upon(needs, (shown) => other.draw(shown, pairOf(shown.state)[1])),
    ],
  };
}

interface FanMade extends Fan {
  of: Name;
  room: number;
}

/** The fan of the number chosen and that of its like, both in one view. */
const pairOf = once((state: State): readonly [FanMade, FanMade] => {
  const network = networkOf(state);
  const of = fanOf(state);
  const beside = partnerOf(of, unitsOf(state).units.length);
  const { spread, seed } = state.fan;
  const [one, other] = [fan(network, of, spread, seed), fan(network, beside, spread, seed)];
  const room = roomFor([toFunction(network), ...one.functions, ...other.functions]);
  return [{ ...one, of, room }, { ...other, of: beside, room }];
});

/** The same letter of the last unit, or of the first where the last is chosen. */
function partnerOf(name: Name, units: number): Name {
  if (name === "b0") return `b${units}`;
  return units === 1 ? "b0" : `${name[0]}${Number(name.slice(1)) === units ? 1 : units}`;
}

function fanPlot(): { el: HTMLElement; draw(shown: Shown, made: FanMade): void } {
  const chart = plot({ label: "Fan", x: WIDE, y: viewOf(2), height: 210 });
  const words = status();
  return {
    el: stack(chart.el, words.el),
    draw({ state: { fan: { spread, seed } }, f }, made) {
      const { of, room, functions, stretch } = made;
      const where = stretch
        ? stretch[0] <= -1 && stretch[1] >= 1 ? "all of the curve moves" : `the curve moves on [${said(stretch[0])}, ${said(stretch[1])}] only`
        : "nothing moves";
      const sentence = `${subscripted(of)} changed ${functions.length} times at random (spread ${said(spread)}, seed ${seed}): ${where}.`;
      chart.rename(`Random changes of ${of}`);
      chart.view({ y: viewOf(room) });
      chart.draw(fanLayers(f, made, colourOf(of)));
      chart.describe(sentence);
      words.set(sentence);
    },
  };
}
