"""What is remembered while a roll is screened; bounded, so that memory is."""

from typing import Any, Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

REMEMBERED: Final = 50_000  # answers kept of each kind; then begun anew, so that memory is bounded


class Grid(Generic[V]):
    """What is remembered under two keys; begun anew when it holds REMEMBERED values."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, V]] = {}
        self._held = 0

    def keep(self, row: str, column: str | int, value: V) -> V:
        if self._held >= REMEMBERED:
            self.rows.clear()
            self._held = 0
        self._held += 1
        self.rows.setdefault(row, {})[column] = value
        return value


def remember(memory: dict[K, V], key: K, value: V) -> V:
    """Keep `value` and return it; a memory that holds REMEMBERED values is begun anew."""
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value
    return value
