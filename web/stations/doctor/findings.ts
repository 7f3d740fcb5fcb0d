/** The findings as a list: what, why, the evidence in numbers, and what the remedy did when it was tried. */

import { arrange, attend, attributes, button, disclosure, h } from "../../kit/index.ts";
import type { Finding } from "./answers.ts";

const SEVERITIES: Readonly<Record<Finding["severity"], string>> = { cause: "cause", contributing: "contributes", note: "note" };

export interface FindingsOptions {
  /** A finding is pressed: it is held, or let go. */
  onHold(index: number): void;
  /** The pointer or the focus is on a finding, or on none. */
  onHover(index: number | undefined): void;
}

export interface FindingsList {
  readonly el: HTMLElement;
  set(findings: readonly Finding[], held: number | null, active: ReadonlySet<number>): void;
}

/** Gives the list. */
export function findingsList(options: FindingsOptions): FindingsList {
  const el = h("ol", { class: "s-findings", attributes: { "aria-label": "Findings" } });
  let shown: readonly Finding[] = [];
  let items: { el: HTMLElement; head: ReturnType<typeof button> }[] = [];
  return {
    el,
    set(findings, held, active) {
      if (findings !== shown) {
        shown = findings;
        items = findings.map((finding, index) => item(finding, index, options));
        arrange(el, items.map((each) => each.el));
      }
      items.forEach((each, index) => {
        attributes(each.el, { "data-active": active.has(index) || held === index });
        each.head.set({ pressed: held === index });
      });
    },
  };
}

function item(finding: Finding, index: number, { onHold, onHover }: FindingsOptions): { el: HTMLElement; head: ReturnType<typeof button> } {
  const head = button({ label: `${index + 1}. ${capital(finding.name)}`, look: "quiet", onPress: () => onHold(index) });
  const { remedy } = finding;
  const el = h("li", { class: "s-finding", attributes: { "data-severity": finding.severity } },
    h("div", { class: "s-finding-head" }, head.el, h("span", { class: "s-severity" }, SEVERITIES[finding.severity])),
    h("p", {}, finding.message),
    remedy && h("p", { class: "s-remedy" }, h("strong", {}, "To do: "), remedy.advice, remedy.effect ? ` ${capital(remedy.effect)}.` : null),
    evidence(finding));
  attend(el, (on) => onHover(on ? index : undefined));
  return { el, head };
}

function evidence(finding: Finding): HTMLElement {
  const rows = [...finding.evidence, ...(finding.share === null ? [] : [["share of what could be gained", `${Math.round(100 * finding.share)} %`] as const])];
  const { remedy } = finding;
  return disclosure("Evidence",
    h("dl", { class: "s-evidence" }, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    remedy?.python ? h("p", {}, h("code", {}, remedy.python)) : null);
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
