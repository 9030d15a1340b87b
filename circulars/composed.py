"""Papers whose text the portal composes: what a draft of them consists of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from circulars.documents import Words


class Passage(NamedTuple):
    """A paragraph of a paper, with a table where it has one."""

    kind: str
    label: str
    text: Words
    table: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What a composed paper says, and to whom; its code begins with `stem`."""

    stem: str
    subject: Words
    passages: Sequence[Passage]
    to: Sequence[Words]
    salutation: Words = Words("")
