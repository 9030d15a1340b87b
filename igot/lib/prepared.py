"""A queryset that is composed and compiled once, and run many times with other values.

Composing a queryset of several joins costs more than running it. Its shape is made once with
values that stand for what differs; each run puts the real ones into the parameters.
"""

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from threading import Lock
from typing import Any, Final, NamedTuple

from django.db import connection

from igot.lib.planned import Planned, Slot

KEY: Final = 7_046_029_254_386_353  # stands for a number: no row has it, and no rule names it
TEXT: Final = "\N{SYMBOL FOR SUBSTITUTE}"  # stands for a text
MOST: Final = 200


def prepared(
    name: Hashable,
    build: Callable[[], Any],
    values: Mapping[Any, Any],
    *,
    is_planned: bool = False,
    after: Planned | None = None,
) -> Any:
    """Return the queryset that `build` composes of KEY and TEXT, with `values` in their place.

    PostgreSQL plans it once for a connection where `is_planned` says so; then a statement may go
    before it, with the same values, which the queryset sees done (a lock).

    `name` says all else that the queryset depends on, such as the day. Both stand for values that
    are only compared: nothing may be derived from one while the queryset is composed.

    :raises ValueError: one of `values` stands nowhere in the compiled query
    """
    key = (connection.vendor, name)
    found = _compiled.get(key)
    if found is None:
        found = _compile(build(), values, is_planned=is_planned, after=after)
        if missing := set(values) - {one for one in found.params if isinstance(one, int | str)}:
            raise ValueError(f"{name}: {missing} is no parameter of the query")
        with _lock:
            if len(_compiled) >= MOST:
                _compiled.clear()
            _compiled[key] = found
    return _run(found, values)


class _Compiled(NamedTuple):
    """A queryset with the compiler that has been set up for it, and what that wrote."""

    rows: Any
    compiler: Any
    converters: dict[int, Any]  # what turns a column into a value
    sql: str
    params: tuple[Any, ...]
    keys: tuple[Any, ...]  # what stands for a value, in the order of the slots
    plans: tuple[Planned, ...]


def _compile(
    rows: Any, keys: Mapping[Any, Any], *, is_planned: bool, after: Planned | None
) -> _Compiled:
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([one[0] for one in compiler.select])
    plans: tuple[Planned, ...] = ()
    if is_planned and connection.vendor == "postgresql":
        slots = {key: Slot(number) for number, key in enumerate(keys, 1)}
        own = Planned(sql, [slots.get(p, p) if isinstance(p, int | str) else p for p in params])
        plans = (after, own) if after else (own,)
    return _Compiled(rows, compiler, converters, sql, tuple(params), tuple(keys), plans)


def _run(compiled: _Compiled, values: Mapping[Any, Any]) -> Any:
    """Return a copy of the queryset whose compiler has its words ready."""
    plans = compiled.plans
    if plans:
        params = tuple(values[key] for key in compiled.keys) * len(plans)
    else:
        params = tuple(
            values.get(one, one) if isinstance(one, int | str) else one for one in compiled.params
        )
    compiler = copy(compiled.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda *args, **kwargs: (
        "; ".join(plan.ready() for plan in plans) or compiled.sql,
        params,
    )
    compiler.get_converters = lambda *args: compiled.converters
    found = compiled.rows._chain()
    found.query.get_compiler = lambda *args, **kwargs: compiler
    return found


_compiled: dict[Hashable, _Compiled] = {}
_lock = Lock()
