"""Reports of diagnoses, findings and repairs: a paragraph for everyone, then the findings; for experts all numbers."""

import html
import json
import math
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from hinges import _arrays
from hinges.diagnosis import Diagnosis, Finding, Remedy, Repair
from hinges.diagnosis._case import Case
from hinges.draw._diagnosis_words import SEVERITIES, headline, name
from hinges.draw._glossary import MEANINGS, anchor, explained, words_in
from hinges.draw._layers import layer_counts
from hinges.draw._numbers import short
from hinges.draw._tables import Table

MOST_WORDS = 4  # that are explained under a report
MOST_LISTED = 12  # entries of a list of evidence
MOST_LAYERS = 40
_COMMON = frozenset({"bias", "loss", "step", "unit", "weight"})
_LOSSES = {"mse": "mean squared error", "cross-entropy": "cross-entropy"}
_COLUMNS = (("target", "bend"), ("always on", "always on"), ("dead", "dead"), ("residual", "saturated"))
_BORDER = {"cause": "#d0342c", "contributing": "#b07a00", "note": "#7a8a99"}  # seen on white and on black
_BLOCK = "border-left:4px solid {};margin:8px 0;padding:1px 0 1px 12px"


def diagnosis_report(value: Diagnosis, *, verbose: bool = False, width: int = 88) -> str:
    """Give a diagnosis as text: how good the network is, a paragraph, the findings, and what the words mean.

    Arguments:
        value: the diagnosis.
        verbose: whether to add every number: evidence, losses, gradient, units of each layer, kinks.
        width: of the lines, in characters.
    """
    _arrays.instance(value, Diagnosis, "value")
    width = _arrays.count(width, "width", minimum=30, maximum=1000)
    parts = [_filled(standing(value), width), _filled(value.summary, width)]
    findings = [_finding_lines(f, value.summary, width, i, verbose=verbose) for i, f in enumerate(value.findings)]
    parts += ["\n\n".join(findings)] if verbose else ["\n".join(findings)]
    if verbose:
        parts.append(_numbers(value, width))
    parts.append(_words(value.summary, width, verbose=verbose))
    return "\n\n".join(part for part in parts if part)


def standing(value: Diagnosis) -> str:
    """Give the size of a network, its loss, and the losses to compare that with."""
    units = sum(node.units for node in value.network.hidden_nodes)
    size = f"{units:,} hidden unit{'s' * (units != 1)} on {len(value.data):,} row{'s' * (len(value.data) != 1)}"
    parts = [f"{size}: {_LOSSES.get(value.loss_name, value.loss_name)} {value.loss:.4g}"]
    guess = "always saying the mean" if value.loss_name == "mse" else "guessing"
    parts.append(f"{guess} has {value.constant_loss:.4g}")
    if value.floor is not None and value.floor.lower > 0:
        parts.append(f"no network of this size can do better than {value.floor.lower:.4g}")
    return "; ".join(parts) + "."


def finding_report(value: Finding, *, width: int = 88) -> str:
    """Give a finding as text: its message, its remedy and its evidence."""
    return _finding_lines(_arrays.instance(value, Finding, "value"), "", width, None, verbose=True)


def repair_report(value: Repair, *, width: int = 88) -> str:
    """Give a repair as text: the loss before and after, and what it addressed."""
    _arrays.instance(value, Repair, "value")
    parts = [_filled(value.status, width), _words(value.status, width, verbose=False)]
    return "\n\n".join(part for part in parts if part)


# --- lines of text ----------------------------------------------------------------------------------------


def _filled(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    return textwrap.fill(
        text, width, initial_indent=indent if first is None else first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _finding_lines(finding: Finding, said: str, width: int, number: int | None, *, verbose: bool) -> str:
    """Give a finding; a message that the paragraph has said already is not repeated."""
    before = "" if number is None else f"{number + 1}. "
    title = f"{before}{SEVERITIES.get(finding.severity, finding.severity)}: {name(finding)}"
    indent = " " * 3
    lines = [_filled(title, width, indent, "")]
    if verbose or finding.message[1:] not in said:
        lines.append(_filled(finding.message, width, indent))
    remedy = finding.remedy
    if remedy is not None and (verbose or remedy.advice not in said):
        lines.append(_filled(f"To do: {remedy.advice}", width, indent))
    if remedy is not None and remedy.tried and (verbose or remedy.effect not in said):
        lines.append(_filled(_capital(remedy.effect) + ".", width, indent))
    if remedy is not None and remedy.python:
        lines.append(f"{indent}{remedy.python}")
    if verbose:
        lines += [_filled(line, width, indent + "  ", indent) for line in _evidence(finding)]
    return "\n".join(lines)


def _evidence(finding: Finding) -> list[str]:
    lines = [f"{key}: {_shown(entry)}" for key, entry in finding.evidence.items()]
    if finding.blames:
        lines.append(f"share of what could be gained: {100 * finding.share:.0f} %")
    return lines


def _shown(value: Any) -> str:
    """Give an entry of the evidence, a long list cut."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, (list, tuple, np.ndarray)):
        entries = list(value)
        shown = ", ".join(_shown(entry) for entry in entries[:MOST_LISTED])
        more = f" and {len(entries) - MOST_LISTED} more" if len(entries) > MOST_LISTED else ""
        return f"[{shown}]{more}"
    if isinstance(value, (float, np.floating)):
        return short(float(value), 6) if math.isfinite(value) else str(float(value))
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _numbers(value: Diagnosis, width: int) -> str:
    """Give losses, gradient, the units of every layer, and where the kinks are."""
    rows = [f"{key}: {text}" for key, text in _quantities(value)]
    table = _layers(value)
    texts = [_filled(row, width, "  ", "") for row in rows]
    return "\n".join(["Numbers", *texts]) + (f"\n\n{table.text()}" if table is not None else "")


def _quantities(value: Diagnosis) -> list[tuple[str, str]]:
    case = Case(value.network, value.data, value.loss_name, tries=False)
    found = [("loss", short(value.loss, 7)), ("loss of the best constant", short(value.constant_loss, 7))]
    if case.is_mse:
        found.append(("loss of the best affine map", short(case.affine_loss, 7)))
        found.append(("noise, estimated", short(case.noise, 4)))
    found.append(("gradient, each number times its own size", short(case.gradient, 4)))
    if value.floor is not None:
        sure = "certified" if value.floor.certified else "not certified"
        text = f"{short(value.floor.lower, 7)} to {short(value.floor.upper, 7)} ({sure})"
        found.append(("floor of as many units", text))
        if value.floor.lower > 0:
            found.append(("loss over floor", f"{value.loss / value.floor.lower:,.4g}"))
    if case.kinks.size:
        found.append(("kinks", _shown([float(kink) + 0.0 for kink in np.sort(case.kinks)])))
    return found


def _layers(value: Diagnosis) -> Table | None:
    states = Case(value.network, value.data, value.loss_name, tries=False).hidden
    if not states:
        return None
    shown = states[:MOST_LAYERS]
    counts = [layer_counts(state) for state in shown]
    columns = [
        ("layer", tuple(state.name for state in shown)),
        ("activation", tuple(state.kind for state in shown)),
        ("units", tuple(f"{state.units:,}" for state in shown)),
    ]
    columns += [
        (word, tuple(f"{count[role]:,}" if role in count else "-" for count in counts))
        for role, word in _COLUMNS
        if any(role in count for count in counts)
    ]
    more = (f"{len(states) - len(shown)} more layers",) if len(states) > len(shown) else ()
    return Table("Units", tuple(columns), more)


def _words(text: str, width: int, *, verbose: bool) -> str:
    """Give the meanings of the words that a text uses, and where there are more."""
    words = words_in(text)
    if not words:
        return ""
    rare = [word for word in words if word not in _COMMON]
    shown = words if verbose else (rare or words)[:MOST_WORDS]
    lines = [_filled(f"{word}: {MEANINGS[word]}", width, "  ", "") for word in shown]
    return "\n".join([*lines, _filled(f"words: see {anchor(shown[0])}", width)])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- HTML -------------------------------------------------------------------------------------------------


def diagnosis_html(value: Diagnosis) -> str:
    """Give a diagnosis as HTML, for notebooks in light and dark: each word of the glossary tells its meaning."""
    known: set[str] = set()
    parts = [f"<p>{explained(standing(value), known)}</p>", f"<p>{explained(value.summary, known)}</p>"]
    parts += [_finding_block(finding, value.summary, known) for finding in value.findings]
    table = _layers(value)
    numbers = "".join(f"<li>{html.escape(key)}: {html.escape(text)}</li>" for key, text in _quantities(value))
    inner = f"<ul>{numbers}</ul>" + ("" if table is None else table.html())
    parts.append(f"<details><summary>All numbers</summary>{inner}</details>")
    return _wrapped(f"<p><b>{html.escape(headline(value.findings[0]))}</b></p>" + "".join(parts))


def finding_html(value: Finding) -> str:
    """Give a finding as HTML."""
    return _wrapped(_finding_block(value, "", set()))


def repair_html(value: Repair) -> str:
    """Give a repair as HTML."""
    return _wrapped(f"<p>{explained(value.status)}</p>")


def _wrapped(inner: str) -> str:
    return f'<div style="max-width:52em;line-height:1.45">{inner}</div>'


def _finding_block(finding: Finding, said: str, known: set[str]) -> str:
    severity = SEVERITIES.get(finding.severity, finding.severity)
    parts = [f"<p><b>{html.escape(severity)}: {html.escape(name(finding))}</b></p>"]
    if finding.message[1:] not in said:
        parts.append(f"<p>{explained(finding.message, known)}</p>")
    if finding.remedy is not None:
        parts.append(_remedy_block(finding.remedy, said, known))
    evidence = "".join(f"<li>{html.escape(line)}</li>" for line in _evidence(finding))
    if evidence:
        parts.append(f"<details><summary>Evidence</summary><ul>{evidence}</ul></details>")
    border = _BLOCK.format(_BORDER.get(finding.severity, _BORDER["note"]))
    return f'<div style="{border}">{"".join(parts)}</div>'


def _remedy_block(remedy: Remedy, said: str, known: set[str]) -> str:
    parts: list[str] = []
    if remedy.advice not in said:
        parts.append(f"To do: {explained(remedy.advice, known)}")
    if remedy.tried and remedy.effect not in said:
        parts.append(f"{explained(_capital(remedy.effect), known)}.")
    if remedy.python:
        parts.append(f"<code>{html.escape(remedy.python)}</code>")
    return f"<p>{' '.join(parts)}</p>" if parts else ""
