"""Columns that are encrypted at rest (AES-256-GCM) and a keyed digest by which they are found."""

import base64
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

FORM = "e1"  # the form of the stored text: e1:<key id>:<base64 of nonce and ciphertext>


def encrypt(plain: str, *, bound_to: str) -> str:
    """Return `plain` sealed with the newest key; it opens only for the same `bound_to`."""
    key_id, key = list(settings.FIELD_KEYS.items())[-1]
    nonce = os.urandom(12)
    sealed = _cipher(key).encrypt(nonce, plain.encode(), bound_to.encode())
    return f"{FORM}:{key_id}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, bound_to: str) -> str:
    """Return the text behind `stored`.

    :raises cryptography.exceptions.InvalidTag: a wrong key, or a value moved from another column
    :raises KeyError: the key that sealed it is no longer configured
    """
    _form, key_id, body = stored.split(":", 2)
    raw = base64.urlsafe_b64decode(body)
    cipher = _cipher(settings.FIELD_KEYS[key_id])
    return cipher.decrypt(raw[:12], raw[12:], bound_to.encode()).decode()


def blind_index(plain: str) -> str:
    """Return the keyed digest (64 hexadecimal digits) under which an encrypted value is found."""
    return hmac.digest(_key(settings.BLIND_INDEX_KEY), plain.encode(), "sha256").hex()


@lru_cache(maxsize=16)
def _key(written: str) -> bytes:
    return base64.b64decode(written)


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESGCM:
    """Keep the cipher of a key: setting it up costs more than sealing a code with it."""
    return AESGCM(_key(key))


class EncryptedTextField(models.TextField):
    """A text column that is sealed in the database and open in Python; never filter on it."""

    @property
    def _bound_to(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value in (None, "") else encrypt(value, bound_to=self._bound_to)

    def from_db_value(
        self, value: str | None, expression: object, connection: BaseDatabaseWrapper
    ) -> str | None:
        return value if value in (None, "") else decrypt(value, bound_to=self._bound_to)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError("an encrypted column is found by its blind index")
        return super().get_lookup(lookup_name)
