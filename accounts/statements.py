"""An audit entry and its notice as parts of a greater statement, for what happens in thousands.

`audit.record` and `notify` say what they are; here the same rows are written by PostgreSQL in the
statement that makes the change, which saves two journeys to the server.
"""

from collections.abc import Mapping
from datetime import datetime
from json import dumps
from typing import Any, Final

from django.db import models

from accounts import audit
from accounts.models import User

# `{source}` is the part of the statement that has made the subject, a row for each.
ENTRY: Final = """
  INSERT INTO accounts_auditentry (event, subject_type, subject_id, subject_name, acting_user_id,
    acting_roles, address, at, details)
  SELECT %(event)s, %(subject_type)s, {subject_id}, left({subject_name}, 250), %(acting_user)s,
    %(acting_roles)s, %(address)s, %(at)s, '{{}}' FROM {source}
  RETURNING id"""
NOTICE: Final = """
  INSERT INTO accounts_notice (user_id, entry_id, template, params, link, attachment, in_digest,
    created_at, attempts)
  SELECT {user}, entry.id, %(event)s, {params}, {link}, '', false, %(at)s, 0
  FROM {source} WHERE {user} IS NOT NULL
  RETURNING id"""
TYPES: Final = {
    "event": "text",
    "subject_type": "text",
    "acting_user": "bigint",
    "acting_roles": "text",
    "address": "text",
    "at": "timestamptz",
}


def values_of(
    subject: models.Model,
    event: str,
    *,
    acting_user: User | None,
    at: datetime,
) -> dict[str, Any]:
    """Return what stands in TYPES for the entry of `event`, and the name of its subject.

    The key of `subject` is the statement's to know.
    """
    values = audit.fields_of(subject, event, acting_user, at, {})
    return values | {"acting_user": acting_user.pk if acting_user else None}


def params_of(params: Mapping[str, object]) -> str:
    """Return the particulars of a notice as its row keeps them."""
    return dumps({name: str(value) for name, value in params.items()})
