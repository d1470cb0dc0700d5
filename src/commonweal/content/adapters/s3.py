"""Finished pictures in a bucket of a server that speaks S3, behind Django's small storage."""

from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from commonweal.content.types import StorageProblem

CONNECT_S, READ_S, TRIES = 3, 15, 2


class Away(OSError):
    """The bucket cannot be used now; nothing is known to have changed there."""

    def __init__(self, problem: StorageProblem) -> None:
        super().__init__(f"the storage of photos cannot be used: {problem}")
        self.problem = problem


class S3Storage(Storage):
    """Keeps each picture as one object: there whole, or not at all."""

    def __init__(
        self, *, bucket: str, endpoint: str, region: str, key: str, secret: str, path_style: bool
    ) -> None:
        self.bucket, self.endpoint = bucket, endpoint
        self._asked = {"region_name": region, "aws_access_key_id": key}
        self._secret, self._style = secret, "path" if path_style else "auto"

    @property
    def place(self) -> str:
        """Name where the pictures lie, for operators."""
        return f"bucket {self.bucket} at {self.endpoint or 'AWS'}"

    @cached_property
    def _client(self) -> Any:
        """Make the client when it is first needed: web and worker begin by forking."""
        from botocore.config import Config  # noqa: PLC0415  (an extra)
        from botocore.session import Session  # noqa: PLC0415

        return Session().create_client(
            "s3",
            endpoint_url=self.endpoint or None,
            aws_secret_access_key=self._secret,
            config=Config(
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                s3={"addressing_style": self._style},
                # What is written is read back and compared (`files.keep`), and servers of others
                # do not know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            **self._asked,
        )

    def _do(self, act: str, **about: Any) -> Any:
        """Ask the server.

        Raises
        ------
        FileNotFoundError
            When there is no such object.
        Away
            When the server does not answer, or does not let us.

        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  (an extra)

        try:
            answer = getattr(self._client, act)(Bucket=self.bucket, **about)
            if "Body" in answer:
                answer["Body"] = answer["Body"].read()
        except ClientError as said:
            problem = problem_of(
                said.response.get("Error", {}).get("Code", ""),
                said.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0),
                is_of_object="Key" in about,
            )
            if problem is None:
                raise FileNotFoundError(about["Key"]) from None
            raise Away(problem) from None
        except (BotoCoreError, OSError, ValueError):
            raise Away(StorageProblem.NO_ANSWER) from None
        return answer

    def look(self) -> None:
        """Ask whether the bucket is there and lets us in."""
        self._do("head_bucket")

    def exists(self, name: str) -> bool:
        try:
            self._do("head_object", Key=name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Delete an object; nothing there is fine."""
        self._do("delete_object", Key=name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        self._do("put_object", Key=name, Body=content.read())
        return name

    def _open(self, name: str, _mode: str = "rb") -> "ContentFile[bytes]":
        return ContentFile(self._do("get_object", Key=name)["Body"], name=name)


def problem_of(code: str, status: int, *, is_of_object: bool) -> StorageProblem | None:
    """Say what an answer means for us; nothing when only the object is not there."""
    if code == "NoSuchBucket" or (status == HTTPStatus.NOT_FOUND and not is_of_object):
        return StorageProblem.NO_BUCKET
    if status == HTTPStatus.NOT_FOUND:
        return None
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return StorageProblem.REFUSED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return StorageProblem.NO_ANSWER
    return StorageProblem.ODD


def in_use() -> S3Storage | None:
    """Give the bucket, where the city keeps its photos in one."""
    held = storages["default"]
    return held if isinstance(held, S3Storage) else None
