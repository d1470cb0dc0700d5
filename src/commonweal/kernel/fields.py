"""Model fields of our own: text that is encrypted at rest, with keys kept outside the database."""

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def blind_index(value: str) -> str:
    """Give a keyed digest by which an encrypted value can be found again."""
    key = settings.FIELD_KEYS[-1].encode()
    return hmac.new(key, value.strip().lower().encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(_Text):
    """Text that only a holder of the field key can read; the newest key (the first) writes."""

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        return _box(tuple(settings.FIELD_KEYS)).encrypt(str(value).encode()).decode()

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        if not value:
            return value
        return _box(tuple(settings.FIELD_KEYS)).decrypt(value.encode()).decode()
