"""Try the place where photos are kept, as one more photo would."""

from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from commonweal.content.adapters import s3
from commonweal.content.types import StorageProblem


def try_storage() -> StorageProblem | None:
    """Write something small, read it back and delete it; say what stands in the way."""
    name, data = f"trial/{uuid4().hex}", b"a trial"
    try:
        default_storage.save(name, ContentFile(data))
        with default_storage.open(name) as file:
            is_same = file.read() == data
        default_storage.delete(name)
    except s3.Away as away:
        return away.problem
    except OSError:
        return StorageProblem.ODD
    return None if is_same else StorageProblem.ODD
