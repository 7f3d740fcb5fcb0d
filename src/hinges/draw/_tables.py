"""Tables: titles, columns of cells and remarks, as lines of text or as HTML."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from hinges.draw._numbers import aligned

_CELL = "text-align:right;padding:2px 10px;white-space:nowrap"


@dataclass(frozen=True)
class Table:
    """A table: a title, named columns of texts, one a row, and lines below it."""

    title: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    below: tuple[str, ...] = ()

    def text(self) -> str:
        """Give it as lines of text with columns that line up."""
        lines = [self.title] if self.title else []
        if self.columns:
            widths = [max([len(name), *map(len, cells)]) for name, cells in self.columns]
            lines.append("  ".join(name.rjust(w) for (name, _), w in zip(self.columns, widths, strict=True)))
            for row in zip(*(cells for _, cells in self.columns), strict=True):
                lines.append("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)))
        return "\n".join([*lines, *self.below])

    def html(self) -> str:
        """Give it as HTML, every text escaped."""
        head = "".join(f'<th style="{_CELL}">{html.escape(name)}</th>' for name, _ in self.columns)
        body = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{html.escape(cell.strip())}</td>' for cell in row) + "</tr>"
            for row in zip(*(cells for _, cells in self.columns), strict=True)
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if self.columns else ""
        title = f"<p><b>{html.escape(self.title)}</b></p>" if self.title else ""
        return title + table + "".join(f"<p>{html.escape(line)}</p>" for line in self.below)


def column(values: Sequence[float]) -> tuple[str, ...]:
    """Give numbers with one number of decimals, as few as show six digits of the largest."""
    texts = aligned([float(value) for value in values])
    if any("e" in text for text in texts):
        return tuple(texts)
    while any("." in text for text in texts) and all(text[-1] in "0.-" for text in texts):
        texts = [text if text.strip() == "-" else text[:-1] for text in texts]
    width = max(map(len, texts), default=0)
    return tuple(text.rjust(width) for text in texts)


def number(value: float) -> str:
    """Give one number with six digits and no zeros at its end."""
    return f"{value + 0.0:.6g}" if math.isfinite(value) else "-"
