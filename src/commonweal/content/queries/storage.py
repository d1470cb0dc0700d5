"""Where photos are kept, and whether that place can be used."""

from commonweal.content.adapters import s3
from commonweal.content.types import StorageProblem


def photos_place() -> str:
    """Name the bucket in which photos are kept; empty where it is the folder of this machine."""
    bucket = s3.in_use()
    return bucket.place if bucket else ""


def photos_problem() -> StorageProblem | None:
    """Look whether the bucket is there and lets us in; a folder has none."""
    bucket = s3.in_use()
    if bucket is None:
        return None
    try:
        bucket.look()
    except s3.Away as away:
        return away.problem
    return None
