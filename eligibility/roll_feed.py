"""The lines of a roll on their way to a csv reader, to be read again where a record fails."""

from collections import deque
from collections.abc import Iterator


class Feed:
    """Lines of a file for a csv reader, which can take back those of a record that failed."""

    def __init__(self, lines: list[str], further: Iterator[str]) -> None:
        self.held: list[str] = []  # the lines of the record being read
        self._again = deque(lines)
        self._further = further

    @property
    def is_open(self) -> bool:
        """Whether some of the lines that were to be read are not."""
        return bool(self._again)

    def __iter__(self) -> Iterator[str]:
        hold = self.held.append
        while self._again:
            line = self._again.popleft()
            hold(line)
            yield line
        for line in self._further:
            hold(line)
            yield line

    def drop_first(self) -> str:
        """Give up the first line of the failed record, and have the others read again."""
        first, *others = self.held
        self.held.clear()
        self._again.extendleft(reversed(others))
        return first
