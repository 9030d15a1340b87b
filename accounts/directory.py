"""Finding a service by whatever it is called, and reading a group, as people write them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, Generic, Protocol, TypeVar

from igot.lib.spelling import is_near, nearest

# Written by some for both the Foreign and the Forest Service, so it stands for neither.
AMBIGUOUS: Final = {"IFS(F)": ("IFS", "IFOS")}


GROUPS: Final = {"a": "A", "b": "B", "c": "C", "क": "A", "ख": "B", "ग": "C"}
GROUP_WORDS: Final = ("group", "gr", "समूह")
PARTS: Final = re.compile(r",(?![^(]*\))")
REMARK: Final = re.compile(r"\s*\((?:also written|formerly|same service)[^)]*\)")
LONGEST: Final = 200  # letters of a question that are looked at
LEAST_WITHIN: Final = 7  # letters, below which a slip is looked for in whole names only


class Likeness(IntEnum):
    """How well a name fits what was asked, the best first."""

    CODE = 0
    NAME = 1  # any other, as it stands
    START = 2
    WITHIN = 3
    WORDS = 4  # each word somewhere in the name
    NEAR = 5  # but for one slip of the pen


class Named(Protocol):
    """What the directory needs of a service, be it a row or plain facts."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def name_hi(self) -> str: ...


S = TypeVar("S", bound=Named)


class ServiceNotFound(LookupError):
    """No service is called so; `candidates` are those that the name might mean, if any."""

    def __init__(self, text: str, candidates: Iterable[Named] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.candidates = sorted(candidates, key=lambda service: service.code)


class Directory(Generic[S]):
    """All services, by code and by every other name."""

    def __init__(self, services: Iterable[S], names: Iterable[tuple[str, str]] = ()) -> None:
        """Take the services and further (name, code) pairs: acronyms and aliases."""
        self.services = {service.code: service for service in services}
        self._by_code = {key_of(code): service for code, service in self.services.items()}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for service in self.services.values():
            for name in (service.name, service.name_hi):
                self._add(name, service.code)
        for text, code in names:
            for name in acronyms_in(text):
                self._add(name, code)
        for name, codes in AMBIGUOUS.items():
            for code in codes:
                self._add(name, code)

    def find(self, text: str) -> S:
        """Find the service called `text`; a code goes before any other name.

        :raises ServiceNotFound: none is called so, or several are
        """
        key = key_of(text)
        if service := self._by_code.get(key):
            return service
        codes = self._by_name.get(key, set())
        if len(codes) == 1:
            return self.services[next(iter(codes))]
        raise ServiceNotFound(text, (self.services[code] for code in codes))

    def suggest(self, text: str, limit: int = 8) -> list[S]:
        """Return the services that `text` may mean, the likeliest first; none for a blank."""
        return [service for _likeness, service in self.matches(text)[:limit]]

    def matches(self, text: str) -> list[tuple[Likeness, S]]:
        """Return each service that `text` may mean, with how well it fits, the best first.

        Slips of the pen are looked for only where nothing fits as it is written.
        """
        key = key_of(text[:LONGEST])
        if not key:
            return []
        words = [word for word in map(key_of, text[:LONGEST].split()) if word]
        found: dict[str, tuple[Likeness, int]] = {}
        for likeness in (_likeness_as_written, _likeness_with_a_slip):
            for name, code in self._names():
                if (fit := likeness(key, words, name)) is not None:
                    found[code] = min(found.get(code, (fit, len(name))), (fit, len(name)))
            if found:
                break
        if service := self._by_code.get(key):
            found[service.code] = (Likeness.CODE, 0)
        ordered = sorted(found.items(), key=lambda item: (item[1], item[0]))
        return [(fit, self.services[code]) for code, (fit, _length) in ordered]

    def nearest(self, text: str, most: int = 3) -> list[S]:
        """Return the services whose names look most like `text`, however little that is."""
        codes: dict[str, list[str]] = defaultdict(list)
        for name, code in self._names():
            codes[name].append(code)
        alike = nearest(key_of(text[:LONGEST]), codes, most * 3)
        found = dict.fromkeys(code for name in alike for code in codes[name])
        return [self.services[code] for code in list(found)[:most]]

    def _names(self) -> Iterable[tuple[str, str]]:
        """Yield every name, reduced, with the code of its service."""
        for key, service in self._by_code.items():
            yield key, service.code
        for key, codes in self._by_name.items():
            for code in codes:
                yield key, code

    def _add(self, name: str, code: str) -> None:
        if (key := key_of(name)) and code in self.services:
            self._by_name[key].add(code)


def _likeness_as_written(key: str, words: list[str], name: str) -> Likeness | None:
    if key == name:
        return Likeness.NAME
    if name.startswith(key):
        return Likeness.START
    if key in name:
        return Likeness.WITHIN
    return Likeness.WORDS if len(words) > 1 and all(word in name for word in words) else None


def _likeness_with_a_slip(key: str, _words: list[str], name: str) -> Likeness | None:
    return Likeness.NEAR if is_near(key, name, anywhere=len(key) >= LEAST_WITHIN) else None


def key_of(text: str) -> str:
    """Reduce a name to letters, marks and digits, so that "IA&AS" and "I.A.A.S." are one."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace(" & ", " and ")
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")


def acronyms_in(text: str) -> list[str]:
    """Split the column "acronym in use" into names.

    "IA&AS, IAAS (same service)" holds two; "ITS (trade)" is itself and, for those who write it
    short, "ITS"; "IRS(C&IT), formerly IRS(C&CE)" holds the present and the former one.
    """
    found: list[str] = []
    for part in PARTS.split(text):
        name = re.sub(r"^\s*(?:formerly|also written)\s+", "", part).strip()
        found.extend(re.findall(r"\((?:also written|formerly)\s+([^)]+)\)", name))
        name = _without_remark(name)
        if name:
            found += [name, re.sub(r"\s*\([^)]*\)$", "", name)]
    return list(dict.fromkeys(found))


def first_acronym(text: str) -> str:
    """Take the one in use from the column "acronym in use": IFoS from "IFoS (also written IFS)"."""
    return _without_remark(PARTS.split(text)[0])


def _without_remark(name: str) -> str:
    return REMARK.sub("", name).strip()


def read_group(text: str) -> str | None:
    """Read "A", "a", "Group A", "Gr. 'A'" or "समूह क"; "" for a blank, None for anything else."""
    plain = text.strip().casefold()
    if not plain:
        return ""
    for word in GROUP_WORDS:
        plain = plain.removeprefix(word)
    return GROUPS.get(plain.strip(" .-:'\"‘’“”()"))
