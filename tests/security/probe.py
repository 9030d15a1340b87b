"""A request as somebody, taken back afterwards, and what it wrote while it lasted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

# What a request may always touch: the session it came with.
OWN = frozenset({"django_session", "usersessions_usersession"})
WRITES = re.compile(  # anywhere in a statement, but for the locks FOR UPDATE and FOR NO KEY UPDATE
    r'(?:\bINSERT INTO|(?<!\bFOR )(?<!\bKEY )\bUPDATE|\bDELETE FROM)\s+"?(\w+)', re.IGNORECASE
)
PLANNED = re.compile(r"\bEXECUTE (igot_\w+)")


class Said(NamedTuple):
    """What a request was answered, and the tables that it wrote to."""

    status: int
    where: str  # the address of a redirect
    wrote: frozenset[str]

    @property
    def is_log_in(self) -> bool:
        return self.status == 302 and self.where.startswith(("/accounts/login/", "/desk/login/"))

    @property
    def is_refused(self) -> bool:
        return self.is_log_in or self.where == "/desk/" or self.status in (403, 404)


def ask(client: Client, method: str, url: str, data: Any = None, **more: Any) -> Said:
    """Send a request, and leave the database as it was before."""
    cookies, client.cookies = (
        client.cookies,
        SimpleCookie(client.cookies.output(header="", sep=";")),
    )
    cache.clear()  # which counts what one address may ask
    with taken_back() as wrote:
        answer: HttpResponse = getattr(client, method)(url, data or {}, **more)
        if getattr(answer, "streaming", False):
            list(answer)
        client.cookies = cookies
        return Said(answer.status_code, answer.get("Location", ""), frozenset(wrote))


@contextmanager
def taken_back() -> Iterator[set[str]]:
    """Undo what happens inside, durable actions included, and tell the tables written to."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as django.test.TestCase has it
    with writes_of() as wrote, block:
        yield wrote
        transaction.set_rollback(True)


def as_written(sql: str) -> str:
    """Return a statement, in place of the name under which the server has planned it."""
    names = PLANNED.findall(sql)
    if not names:
        return sql
    with connection.connection.cursor() as cursor:  # past those who watch
        cursor.execute(
            "SELECT string_agg(statement, ';') FROM pg_prepared_statements WHERE name = ANY(%s)",
            [names],
        )
        return str(cursor.fetchone()[0])


@contextmanager
def writes_of() -> Iterator[set[str]]:
    """Tell the tables that are written to inside."""
    wrote: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        is_idle = context["cursor"].rowcount == 0 and not sql.lstrip().startswith("INSERT")
        if not is_idle and not sql.lstrip().startswith("SELECT"):
            wrote.update({*WRITES.findall(as_written(sql))} - OWN)
        return answer

    with connection.execute_wrapper(watch):
        yield wrote
