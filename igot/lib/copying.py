"""Rows written in bulk: by COPY where the database has it, else by INSERT."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from typing import Any, Final

from django.db import connection, models

from igot.lib.crypto import EncryptedTextField

Writer = Callable[[Any], str]

ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
to_json: Final = json.JSONEncoder(ensure_ascii=False).encode
has_escapes: Final = re.compile(r"[\\\t\n\r]").search


def copy_in(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to the table of `model`: `names` are its fields, each row their values in order.

    Runs in the caller's transaction. Constraints hold as ever, and no `save` is called. Every field
    is named that the table does not fill in itself.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    if connection.vendor != "postgresql":
        keys = [field.attname for field in fields]
        made = (model(**dict(zip(keys, row, strict=True))) for row in rows)
        model._base_manager.bulk_create(made, batch_size=500)
        return
    columns, writers = [field.column for field in fields], [_writer(field) for field in fields]
    _copy(model._meta.db_table, columns, writers, rows)


def copy_into(
    table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]
) -> None:
    """Add rows to a table that no model stands for; `columns` are its names and kinds, in order.

    Runs in the caller's transaction. A value of the kind jsonb is given as what JSON can write.
    """
    names = [name for name, _kind in columns]
    if connection.vendor == "postgresql":
        _copy(table, names, [_writer_of(kind) for _name, kind in columns], rows)
        return
    quote, marks = connection.ops.quote_name, ", ".join(["%s"] * len(columns))
    kept = [to_json if kind == "jsonb" else _as_it_is for _name, kind in columns]
    values = [[keep(cell) for keep, cell in zip(kept, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(table)} ({', '.join(map(quote, names))}) VALUES ({marks})",  # noqa: S608 – names of ours
            values,
        )


def _copy(
    table: str, columns: Sequence[str], writers: Sequence[Writer], rows: Iterable[Sequence[Any]]
) -> None:
    quote, lines = connection.ops.quote_name, StringIO()
    for row in rows:
        cells = [
            r"\N" if cell is None else write(cell) for write, cell in zip(writers, row, strict=True)
        ]
        lines.write("\t".join(cells) + "\n")
    lines.seek(0)
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", lines)


def _writer(field: Any) -> Writer:
    """Return what writes a value of `field`, not None, as COPY reads it."""
    if isinstance(field, EncryptedTextField):
        return lambda value: _escaped(str(field.get_prep_value(value)))
    if isinstance(field, models.JSONField):
        dump = partial(json.dumps, ensure_ascii=False, cls=field.encoder)
        return lambda value: _escaped(dump(value))
    return _text


def _writer_of(kind: str) -> Writer:
    if kind == "jsonb":
        return lambda value: _escaped(to_json(value))
    return _text if kind == "text" else str


def _text(value: Any) -> str:
    return _escaped(str(value))


def _escaped(text: str) -> str:
    return text.translate(ESCAPES) if has_escapes(text) else text


def _as_it_is(value: Any) -> Any:
    return value
