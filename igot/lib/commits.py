"""What is done after the commit, and never undoes it."""

from collections.abc import Callable

from django.db import transaction


def after_commit(act: Callable[..., object], *args: object, **kwargs: object) -> None:
    """Call `act` once the transaction is committed; if it fails that is logged, and no more.

    Django logs such a failure by the name of the function, which a `partial` does not have: the
    request itself then failed where only the broker was gone.
    """

    def later() -> None:
        act(*args, **kwargs)

    later.__qualname__ = getattr(act, "__qualname__", repr(act))
    transaction.on_commit(later, robust=True)
