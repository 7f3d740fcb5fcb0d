/** Tents in the page: four chapters, one at a time. */

import { arrange, h, segmented, stack, style } from "../../kit/index.ts";
import { COMMIT, type Host, type View } from "../station.ts";
import { foldChapter } from "./fold.ts";
import { neuronChapter } from "./neuron.ts";
import { sineChapter } from "./sine.ts";
import type { Action, Chapter, State } from "./state.ts";
import { tentsChapter } from "./pull.ts";

export type Act = Host<Action>["act"];

/** A chapter of the page. */
export interface Part {
  readonly el: HTMLElement;
  readonly svg: SVGSVGElement;
  draw(state: State): void;
  destroy?(): void;
}

const MAKERS: Readonly<Record<Chapter, (act: Act) => Part>> = {
  neuron: neuronChapter, tents: tentsChapter, sine: sineChapter, fold: foldChapter,
};

export function render({ el, act }: Host<Action>): View<State> {
  const parts = new Map<Chapter, Part>();
  let open: Part | undefined;
  const chapters = segmented<Chapter>({
    label: "Chapter", bare: true, value: "tents",
    choices: [
      { value: "neuron", label: "1 · One neuron" }, { value: "tents", label: "2 · Tents" },
      { value: "sine", label: "3 · A sine by hand" }, { value: "fold", label: "4 · Folding" },
    ],
    onChange: (chapter) => act({ kind: "chapter", chapter }, COMMIT),
  });
  const place = h("div");
  const page = stack(chapters.el, place);
  style(page, "gap", "var(--gap)");
  el.append(page);
  return {
    draw(state) {
      const part = parts.get(state.chapter) ?? MAKERS[state.chapter](act);
      parts.set(state.chapter, part);
      chapters.set(state.chapter);
      open = part;
      arrange(place, [part.el]);
      part.draw(state);
    },
    picture: () => open?.svg,
    destroy: () => parts.forEach((each) => each.destroy?.()),
  };
}
