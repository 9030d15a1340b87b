"""The one step of a message from a visitor: it waits until its answer is noted."""

from typing import Final

ANSWER: Final = "answer"
