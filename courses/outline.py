"""The outline of a course as text: a module a line, below it "> " summary and "- " units.

Pure: text in, plain values out. The Hindi stands in a second text of the same shape.
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 150  # of a title, as the tables take it
MOST_MODULES, MOST_UNITS = 60, 60


class OutlineError(ValueError):
    """A line that cannot be read; the message is a sentence for whoever typed it."""


@dataclass
class Part:
    """A module as it was typed, in one language."""

    title: str
    line: int
    summary: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)


def parse(text: str) -> list[Part]:
    """Read an outline in one language.

    :raises OutlineError: with a sentence that names the line
    """
    parts: list[Part] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = " ".join(raw.split())
        if not line:
            continue
        mark, words = (line[0], line[1:].strip()) if line[0] in "->–•" else ("", line)
        _check_line(number, mark, words, parts)
        if not mark:
            parts.append(Part(words, number))
        elif mark == ">":
            parts[-1].summary.append(words)
        else:
            parts[-1].units.append(words)
    if len(parts) > MOST_MODULES or any(len(part.units) > MOST_UNITS for part in parts):
        raise OutlineError(
            _("An outline has at most %(modules)s modules of %(units)s units.")
            % {"modules": MOST_MODULES, "units": MOST_UNITS}
        )
    return parts


def _check_line(number: int, mark: str, words: str, parts: list[Part]) -> None:
    if not words:
        raise OutlineError(_("Line %(line)s has a mark and no words.") % {"line": number})
    if mark and not parts:
        raise OutlineError(
            _("Line %(line)s stands above the first module. Begin with the title of a module.")
            % {"line": number}
        )
    if mark != ">" and len(words) > LONGEST:
        raise OutlineError(
            _("Line %(line)s is longer than %(most)s characters. Shorten the title.")
            % {"line": number, "most": LONGEST}
        )


def modules_of(english: str, hindi: str = "") -> list[dict[str, Any]]:
    """Return the modules of both texts as plain values; Hindi may be left out altogether.

    :raises OutlineError: a line cannot be read, or the Hindi has another shape than the English
    """
    parts, others = parse(english), parse(hindi)
    if others:
        _check_shape(parts, others)
    else:
        others = [Part("", part.line, [], [""] * len(part.units)) for part in parts]
    return [
        {
            "title": part.title,
            "title_hi": other.title,
            "summary": "\n".join(part.summary),
            "summary_hi": "\n".join(other.summary),
            "units": [
                {"title": unit, "title_hi": unit_hi}
                for unit, unit_hi in zip(part.units, other.units, strict=True)
            ],
        }
        for part, other in zip(parts, others, strict=True)
    ]


def _check_shape(parts: list[Part], others: list[Part]) -> None:
    if len(parts) != len(others):
        raise OutlineError(
            _("The Hindi outline has %(hindi)s modules, the English one %(english)s.")
            % {"hindi": len(others), "english": len(parts)}
        )
    for part, other in zip(parts, others, strict=True):
        if len(part.units) != len(other.units):
            raise OutlineError(
                _("In “%(module)s” the Hindi has %(hindi)s units, the English %(english)s.")
                % {
                    "module": part.title,
                    "hindi": len(other.units),
                    "english": len(part.units),
                }
            )


def as_text(modules: list[dict[str, Any]], suffix: str = "") -> str:
    """Write modules as text again: English, or Hindi with the suffix "_hi"."""
    if suffix and not any(module[f"title{suffix}"] for module in modules):
        return ""
    blocks = []
    for module in modules:
        lines = [module[f"title{suffix}"] or module["title"]]
        lines += [f"> {line}" for line in module[f"summary{suffix}"].splitlines() if line.strip()]
        lines += [f"- {unit[f'title{suffix}'] or unit['title']}" for unit in module["units"]]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
