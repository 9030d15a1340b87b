"""Rows written in bulk: by COPY where the database has it, else by INSERT."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO
from typing import Any, Final

from django.db import connection, models

TEXTS: Final = (models.CharField, models.TextField)  # with those that seal what they keep
ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


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
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(f.column) for f in fields)
    writers = [_writer(field) for field in fields]
    lines = StringIO()
    for row in rows:
        cells = [write(cell) for write, cell in zip(writers, row, strict=True)]
        lines.write("\t".join(cells) + "\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", lines)


def _writer(field: Any) -> Callable[[Any], str]:
    """Return what writes a value of `field` as COPY reads it."""
    prepare = field.get_prep_value if isinstance(field, TEXTS) else str
    if isinstance(field, models.JSONField):
        prepare = partial(json.dumps, ensure_ascii=False, cls=field.encoder)

    def write(value: Any) -> str:
        return r"\N" if value is None else prepare(value).translate(ESCAPES)

    return write
