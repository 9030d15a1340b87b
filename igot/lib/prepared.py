"""A queryset that is composed and compiled once, and run many times with other values.

Composing a queryset of several joins costs more than running it. Its shape is made once with
values that stand for what differs; each run puts the real ones into the parameters.
"""

from collections.abc import Callable, Hashable, Mapping
from copy import copy
from threading import Lock
from typing import Any, Final, NamedTuple

from django.db import connection

KEY: Final = 7_046_029_254_386_353  # stands for a number: no row has it, and no rule names it
TEXT: Final = "\N{SYMBOL FOR SUBSTITUTE}"  # stands for a text
MOST: Final = 200


def prepared(name: Hashable, build: Callable[[], Any], values: Mapping[Any, Any]) -> Any:
    """Return the queryset that `build` composes of KEY and TEXT, with `values` in their place.

    `name` says all else that the queryset depends on, such as the day. Both stand for values that
    are only compared: nothing may be derived from one while the queryset is composed.

    :raises ValueError: one of `values` stands nowhere in the compiled query
    """
    key = (connection.vendor, name)
    found = _compiled.get(key)
    if found is None:
        found = _compile(build())
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


def _compile(rows: Any) -> _Compiled:
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([one[0] for one in compiler.select])
    return _Compiled(rows, compiler, converters, sql, tuple(params))


def _run(compiled: _Compiled, values: Mapping[Any, Any]) -> Any:
    """Return a copy of the queryset whose compiler has its words ready."""
    params = tuple(
        values.get(one, one) if isinstance(one, int | str) else one for one in compiled.params
    )
    compiler = copy(compiled.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda *args, **kwargs: (compiled.sql, params)
    compiler.get_converters = lambda *args: compiled.converters
    found = compiled.rows._chain()
    found.query.get_compiler = lambda *args, **kwargs: compiler
    return found


_compiled: dict[Hashable, _Compiled] = {}
_lock = Lock()
