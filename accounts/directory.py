"""Finding a service by whatever it is called, and reading a group, as people write them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Generic, Protocol, TypeVar

# Written by some for both the Foreign and the Forest Service, so it stands for neither.
AMBIGUOUS: Final = {"IFS(F)": ("IFS", "IFOS")}


GROUPS: Final = {"a": "A", "b": "B", "c": "C", "क": "A", "ख": "B", "ग": "C"}
GROUP_WORDS: Final = ("group", "gr", "समूह")


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

    def _add(self, name: str, code: str) -> None:
        if (key := key_of(name)) and code in self.services:
            self._by_name[key].add(code)


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
    for part in re.split(r",(?![^(]*\))", text):
        name = re.sub(r"^\s*(?:formerly|also written)\s+", "", part).strip()
        found.extend(re.findall(r"\((?:also written|formerly)\s+([^)]+)\)", name))
        name = re.sub(r"\s*\((?:also written|formerly|same service)[^)]*\)", "", name).strip()
        if name:
            found += [name, re.sub(r"\s*\([^)]*\)$", "", name)]
    return list(dict.fromkeys(found))


def read_group(text: str) -> str | None:
    """Read "A", "a", "Group A", "Gr. 'A'" or "समूह क"; "" for a blank, None for anything else."""
    plain = text.strip().casefold()
    if not plain:
        return ""
    for word in GROUP_WORDS:
        plain = plain.removeprefix(word)
    return GROUPS.get(plain.strip(" .-:'\"‘’“”()"))
