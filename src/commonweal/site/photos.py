"""Where photos are kept: a folder of this machine, or a bucket that speaks S3."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from commonweal.site import env


def endpoint(raw: str) -> str:
    """Read the address of a server."""
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write an address such as https://s3.example.org")
    return raw.rstrip("/")


def storage(home: Path) -> dict[str, Any]:
    """Give the storage of photos as the environment decides."""
    bucket = env.read(
        "S3_BUCKET",
        str.strip,
        default="",
        says="The bucket for photos on a server that speaks S3. Without it they lie in HOME/media.",
    )
    if not bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": home / "media"},
        }
    if find_spec("botocore") is None:
        raise env.BadEnvironment(
            "COMMONWEAL_S3_BUCKET needs the extra s3: pip install 'commonweal[s3]'."
        )
    return {
        "BACKEND": "commonweal.content.adapters.s3.S3Storage",
        "OPTIONS": {
            "bucket": bucket,
            "endpoint": env.read(
                "S3_ENDPOINT",
                endpoint,
                default="",
                says="Address of the S3 server, such as https://s3.example.org; without it AWS.",
            ),
            "region": env.read(
                "S3_REGION", str.strip, default="us-east-1", says="Region of the bucket."
            ),
            "key": env.read("S3_KEY", str.strip, says="Access key of the bucket; with a bucket."),
            "secret": env.read("S3_SECRET", str.strip, says="Secret of that key; with a bucket."),
            "path_style": env.read(
                "S3_PATH_STYLE",
                env.boolean,
                default=False,
                says="Whether the bucket stands in the path (server/bucket), not in the host name.",
            ),
        },
    }
