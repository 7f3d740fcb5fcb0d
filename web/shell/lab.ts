/** The lab as a page: the rail of stations, the address, the theme, and the station in hand. */

import { h, notes, segmented, setTheme, type Theme } from "../kit/index.ts";
import type { Services, Station } from "../stations/station.ts";
import { hashOf, placeOf, readFile, readHash, type Place } from "./link.ts";
import { presenting } from "./presenting.ts";
import { Session, same } from "./session.ts";
import { stage, undoKeys, type Stage } from "./stage.ts";

export interface LabOptions {
  root: HTMLElement;
  stations: readonly Station[];
  ask?: Services["ask"];
  upload?: Services["upload"];
  /** Gives a station and its state as one HTML file. */
  html?(station: Station, state: object): Promise<string>;
}

const THEME = "hinges-theme";
const PAUSE = 250; // ms after the last commit until the address follows; browsers limit how often it may change

/** Shows the lab; gives the notes, so that a host can say what happens to it. */
export function lab({ root, stations, ask, upload, html }: LabOptions): Pick<Services, "announce"> {
  const note = notes();
  const main = h("main", { class: "s-main", attributes: { id: "main", tabindex: -1 } });
  const sessions = new Map<string, Session>();
  const services: Services = { ask, upload, announce: note.say, open: (name, state) => go(placeOf(name, state, stations)) };
  let present: { session: Session; stage: Stage } | undefined;
  let waiting = 0;

  const links = new Map(stations.map((each) => [each.name, h("a", { attributes: { href: `#v1/${each.name}` } }, each.title)]));
  const sessionOf = (station: Station, start = station.initial()): Session => {
    const known = sessions.get(station.name);
    if (known) return known;
    const session = new Session(station, start);
    session.onChange((committed) => committed && follow());
    sessions.set(station.name, session);
    return session;
  };
  const address = (): string => {
    if (!present) return "";
    const { station, state } = present.session;
    return hashOf(station, state) || `#v1/${station.name}`;
  };
  const settle = (): void => {
    window.clearTimeout(waiting);
    waiting = 0;
    if (present && location.hash !== address()) history.replaceState(null, "", address());
  };
  const follow = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(settle, PAUSE);
  };
  const show = (session: Session): void => {
    if (present?.session === session) return;
    present?.stage.destroy();
    const { station } = session;
    const outside = {
      link: () => (hashOf(station, session.state) ? new URL(hashOf(station, session.state), location.href).href : ""),
      open: (content: string) => arrive(readFile(content, stations), true),
      html: html && (() => html(station, session.state)),
    };
    const next = stage({ session, services, notes: note, outside });
    present = { session, stage: next };
    main.append(next.el);
    document.title = `${station.title} · hinges lab`;
    for (const [name, link] of links) {
      if (name === station.name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  };
  /** Goes where a link or file leads; what is wrong with it is said, and a station is shown all the same. */
  const arrive = ({ station, state, problem }: Place, push: boolean): void => {
    const target = station ?? present?.session.station ?? stations[0];
    if (problem) note.say(problem, { tone: "error" });
    if (!target) return;
    const session = sessionOf(target, state);
    if (push) settle();
    show(session);
    if (state && !same(state, session.state)) session.replace(state);
    if (push && location.hash !== address()) history.pushState(null, "", address());
    else settle();
  };

  const go = (place: Place): void => {
    arrive(place, true);
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };

  for (const [name, link] of links) {
    link.addEventListener("click", (event) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go({ station: stations.find((each) => each.name === name) });
    });
  }
  const heading = h("header", { class: "s-bar" },
    h("a", { class: "s-skip", attributes: { href: "#main" }, on: { click: (event) => { event.preventDefault(); main.focus(); } } }, "Skip to the station"),
    h("span", { class: "s-brand" }, "hinges", h("span", {}, " lab")),
    h("nav", { class: "s-rail", attributes: { "aria-label": "Stations" } }, ...links.values()),
    presenting(root), themes());
  document.body.classList.add("hinges");
  root.classList.add("s-lab");
  root.append(heading, main, note.el);
  undoKeys(document, () => present?.session);
  window.addEventListener("popstate", () => arrive(readHash(location.hash, stations), false));
  window.addEventListener("hashchange", () => location.hash !== address() && arrive(readHash(location.hash, stations), false));
  window.addEventListener("pagehide", settle);
  arrive(readHash(location.hash, stations), false);
  return { announce: note.say };
}

/** The choice of light and dark, kept for the next visit where the browser keeps anything. */
function themes(): HTMLElement {
  let kept: Theme = "auto";
  try {
    const stored = localStorage.getItem(THEME);
    if (stored === "light" || stored === "dark") kept = stored;
  } catch {
    // a browser that keeps nothing: the system's choice holds
  }
  const choose = (value: Theme): void => {
    setTheme(document.body, value);
    try {
      localStorage.setItem(THEME, value);
    } catch {
      // the choice holds for this visit
    }
  };
  setTheme(document.body, kept);
  return segmented<Theme>({
    label: "Theme", bare: true, value: kept, onChange: choose,
    choices: [{ value: "auto", label: "System" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }],
  }).el;
}
