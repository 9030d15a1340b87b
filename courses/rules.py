"""What completes a programme: a tree of courses, and what of it is missing. Pure functions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

DEEPEST = 4  # levels of a tree, the root included; a deeper one nobody could read
COURSE, ALL, ANY = "course", "all", "any"


@dataclass(frozen=True, kw_only=True)
class Need:
    """A node of the tree: one course, all of its branches, or at least `least` of them."""

    kind: str
    course: int | None = None
    least: int = 0  # of the branches; only where the kind is ANY
    title: str = ""
    branches: tuple["Need", ...] = ()


def missing(tree: Need, done: Collection[int]) -> Need | None:
    """Return what is left of `tree` once the courses `done` are passed; None if nothing is.

    What is left of "any two of these", one being done, is "any one of the others".
    A node without branches asks for what nobody has yet entered: it is never complete.
    """
    if tree.kind == COURSE:
        return None if tree.course in done else tree
    left = [missing(branch, done) for branch in tree.branches]
    open_ones = tuple(need for need in left if need is not None)
    passed = len(left) - len(open_ones)
    asked = tree.least if tree.kind == ANY else len(left)
    if left and passed >= asked:
        return None
    still = asked - passed if tree.kind == ANY else 0
    return replace(tree, branches=open_ones, least=still)


def is_complete(tree: Need, done: Collection[int]) -> bool:
    """Tell whether the courses `done` complete the programme."""
    return missing(tree, done) is None


def courses_of(tree: Need) -> Iterator[int]:
    """Yield the courses that the tree names, in its order."""
    if tree.course is not None:
        yield tree.course
    for branch in tree.branches:
        yield from courses_of(branch)


def depth_of(tree: Need) -> int:
    """Return the number of levels, the root included."""
    return 1 + max((depth_of(branch) for branch in tree.branches), default=0)


def can_be_completed(tree: Need) -> bool:
    """Tell whether passing every course named would complete the tree."""
    return is_complete(tree, set(courses_of(tree)))
