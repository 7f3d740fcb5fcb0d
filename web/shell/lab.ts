/** The lab as a page: the rail of stations, the address, the theme, and the station in hand. */

import { h, notes, segmented, setTheme, type Theme } from "../kit/index.ts";
import type { Entry } from "../stations/entries.ts";
import type { Services, Station } from "../stations/station.ts";
import { hashOf, placeOf, readFile, readHash, type Place } from "./link.ts";
import { presenting } from "./presenting.ts";
import { Session, same } from "./session.ts";
import { stage, undoKeys, type Stage } from "./stage.ts";

export interface LabOptions {
  root: HTMLElement;
  stations: readonly [Entry, ...Entry[]];
  ask?: Services["ask"];
  upload?: Services["upload"];
  /** Gives a station and its state as one HTML file. */
  html?(station: Station, state: object): Promise<string>;
}

const THEME = "hinges-theme";
const LATER = 1500; // ms after the page is there until the stations that nobody opened are loaded
const PAUSE = 250; // ms after the last commit until the address follows; browsers limit how often it may change

/** Shows the lab; gives the notes, so that a host can say what happens to it. */
export function lab({ root, stations, ask, upload, html }: LabOptions): Pick<Services, "announce"> {
  const note = notes();
  const main = h("main", { class: "s-main", attributes: { id: "main", tabindex: -1 } });
  const sessions = new Map<string, Session>();
  const services: Services = { ask, upload, announce: note.say, open: (name, state) => arrive(placeOf(name, state, stations), true, true) };
  let present: { session: Session; stage: Stage } | undefined;
  let waiting = 0;
  let way = 0; // the newest that was asked for wins, however long its station takes to load

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
  const arrive = (place: Promise<Place>, push: boolean, fresh = false): void => {
    way += 1;
    const mine = way;
    const found = place.then(async (each) => ({ ...each, station: each.station ?? present?.session.station ?? await stations[0].load() }));
    found.then((each) => {
      if (mine !== way) return;
      enter(each, push);
      if (!fresh) return;
      main.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }, () => note.say("This station could not be loaded: what serves this page does not answer.", { tone: "error" }));
  };
  const enter = ({ station, state, problem }: Place & { station: Station }, push: boolean): void => {
    if (problem) note.say(problem, { tone: "error" });
    const session = sessionOf(station, state);
    if (push) settle();
    show(session);
    if (state && !same(state, session.state)) session.replace(state);
    if (push && location.hash !== address()) history.pushState(null, "", address());
    else settle();
  };

  for (const entry of stations) {
    const link = links.get(entry.name)!;
    link.addEventListener("click", (event) => {
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      arrive(entry.load().then((station) => ({ station })), true, true);
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
  // The others come when there is time, so that they are there also when the server no longer is.
  window.addEventListener("load", () => window.setTimeout(() => stations.forEach((each) => void each.load().catch(() => undefined)), LATER));
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
