/** Slices on the page: what is sliced, all curves under one crosshair, the map, one feature, the line, and why. */

import { frames, type Frames, layout, rounds, upon } from "../../kit/index.ts";
import type { Host, View } from "../station.ts";
import { askedSource } from "./asked.ts";
import { baseCard } from "./base-card.ts";
import { type Digits, fetchDigits, fetchMany } from "./examples.ts";
import { gridCard } from "./grid-card.ts";
import { lineCard } from "./line-card.ts";
import { localSource } from "./local.ts";
import { mapCard } from "./map-card.ts";
import { type Many, manyCard } from "./many-card.ts";
import { oneCard } from "./one-card.ts";
import { type Shown, shownOf } from "./shown.ts";
import type { Source } from "./source.ts";
import { type Action, initial, type Name, nameOf, type State } from "./state.ts";
import { whyCard } from "./why-card.ts";

class SlicesView implements View<State> {
  private state = initial();
  private digits: Digits | undefined;
  private many: Many | undefined;
  private problem = "";
  private drawn = false;
  private gone = false;
  private readonly sources = new Map<string, Source>();
  private readonly again = frames<void>(() => this.show());
  private readonly parts: Frames<Shown>;
  private readonly page: HTMLElement;
  private readonly base: ReturnType<typeof baseCard>;
  private readonly grid: ReturnType<typeof gridCard>;
  private readonly map: ReturnType<typeof mapCard>;
  private readonly one: ReturnType<typeof oneCard>;
  private readonly line: ReturnType<typeof lineCard>;
  private readonly why: ReturnType<typeof whyCard>;
  private readonly curves: ReturnType<typeof manyCard>;

  constructor(private readonly host: Host<Action>) {
    this.base = baseCard(host);
    this.grid = gridCard(host, (t) => this.one.cross(t));
    this.map = mapCard(host);
    this.one = oneCard((t) => this.grid.cross(t));
    this.line = lineCard(host);
    this.why = whyCard(host, (name) => this.builtIn(name));
    this.curves = manyCard(host);
    this.parts = rounds<Shown>([
      upon(({ state, source, about }) => [state.line, state.at, state.show, source, source.answers, about], (shown) => this.line.set(shown)),
      upon((shown) => [...looked(shown), shown.state.sort, shown.page, shown.state.drawn], (shown) => this.grid.set(shown)),
      upon((shown) => looked(shown), (shown) => this.base.set(shown)),
      upon((shown) => [...looked(shown), shown.feature, shown.state.map], (shown) => this.map.set(shown)),
      upon((shown) => [...looked(shown), shown.feature, shown.state.drawn], (shown) => this.one.set(shown)),
      upon(({ state, source, sweep }) => [state.base, source, source.answers, sweep?.base], (shown) => this.why.set(shown)),
    ], host.el);
    this.page = layout({
      wide: { areas: ["base base", "grid map", "grid one", "line line", "why many"], columns: [1.45, 1] },
      medium: { areas: ["base base", "grid grid", "map one", "line line", "why why", "many many"] },
    }, { base: this.base.el, grid: this.grid.el, map: this.map.el, one: this.one.el, line: this.line.el, why: this.why.el, many: this.curves.el });
    host.el.append(this.page);
    fetchDigits().then((found) => this.arrived(() => (this.digits = found)), (error: unknown) => this.arrived(() => (this.problem = sentence(error))));
    fetchMany().then((found) => this.arrived(() => (this.many = found)), () => undefined); // the digits have said why
  }

  draw(state: State): void {
    this.state = state;
    this.base.mark(state.base);
    this.show();
    if (!this.drawn) this.parts.flush();
    this.drawn = true;
  }

  picture(): HTMLCanvasElement {
    return this.grid.canvas;
  }

  destroy(): void {
    this.gone = true;
    this.again.cancel();
    this.parts.cancel();
    for (const source of this.sources.values()) source.destroy();
  }

  private arrived(keep: () => void): void {
    if (this.gone) return;
    keep();
    this.again.request();
  }

  private show(): void {
    const source = this.source();
    const shown = source && shownOf(this.state, source);
    this.curves.set(this.state, this.many);
    this.page.classList.toggle("s-waiting", !shown);
    this.page.classList.toggle("s-missing", !shown && this.problem !== "");
    if (shown) this.parts.request(shown);
    else {
      const problem = this.problemNow(source);
      this.base.wait(problem || (nameOf(this.state) ? "The digits and their networks are being fetched …" : "Python is reading the network and its data …"), this.state, problem !== "");
    }
  }

  private problemNow(source: Source | undefined): string {
    if (nameOf(this.state)) return this.problem;
    return source ? source.problem : "This network was brought to an installed lab: only there, where Python is, can it be sliced.";
  }

  private source(): Source | undefined {
    const { model, data } = this.state;
    const name = nameOf(this.state);
    if (name) return this.builtIn(name);
    const { ask } = this.host.services;
    if (!ask) return undefined;
    const key = JSON.stringify([model, data]);
    const known = this.sources.get(key) ?? askedSource(ask, model, data, () => this.again.request());
    this.sources.set(key, known);
    return known;
  }

  private builtIn(name: Name): Source | undefined {
    if (!this.digits) return undefined;
    const known = this.sources.get(name) ?? localSource(this.digits.networks[name], this.digits.images);
    this.sources.set(name, known);
    return known;
  }
}

/** What changes when another network, base or curve is looked at. */
function looked({ state, source, sweep }: Shown): unknown[] {
  return [state.base, state.show, source, source.answers, sweep?.base];
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : "The examples could not be read.";
}

/** Gives the view. */
export function render(host: Host<Action>): View<State> {
  return new SlicesView(host);
}
