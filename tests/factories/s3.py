"""A server that speaks S3, in a process of its own; its objects end with it."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.session import Session

BUCKET, REGION = "photos", "eu-central-1"
RIGHTS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """The server; `strict` makes it ask for the right key and secret."""

    strict: bool = False
    port: int = field(default_factory=_free_port)
    key: str = "made-up"
    secret: str = "made-up"
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """Give the environment of a city that keeps its photos here."""
        return {
            "COMMONWEAL_S3_BUCKET": BUCKET,
            "COMMONWEAL_S3_ENDPOINT": self.endpoint,
            "COMMONWEAL_S3_REGION": REGION,
            "COMMONWEAL_S3_KEY": self.key,
            "COMMONWEAL_S3_SECRET": self.secret,
            "COMMONWEAL_S3_PATH_STYLE": "yes",
        }

    def options(self, **instead: Any) -> dict[str, Any]:
        """Give the same as options of the storage."""
        return {
            "bucket": BUCKET,
            "endpoint": self.endpoint,
            "region": REGION,
            "key": self.key,
            "secret": self.secret,
            "path_style": True,
            **instead,
        }

    def start(self) -> None:
        """Begin with an empty bucket and, if strict, one key that may use it."""
        self._process = subprocess.Popen(  # a program of the tests
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env=os.environ | ({"INITIAL_NO_AUTH_ACTION_COUNT": "3"} if self.strict else {}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()
        if self.strict:
            people = self.client("iam")
            people.create_user(UserName="city")
            made = people.create_access_key(UserName="city")["AccessKey"]
            people.put_user_policy(UserName="city", PolicyName="photos", PolicyDocument=RIGHTS)
            self.key, self.secret = made["AccessKeyId"], made["SecretAccessKey"]
        where = {"LocationConstraint": REGION}
        self.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the S3 server of the tests does not start")

    def stop(self) -> None:
        """End at once, as if the power went."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self, service: str = "s3") -> Any:
        return Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(s3={"addressing_style": "path"}),
        )

    def objects(self) -> dict[str, bytes]:
        """Give everything that lies in the bucket."""
        client = self.client()
        names = [one["Key"] for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        return {n: client.get_object(Bucket=BUCKET, Key=n)["Body"].read() for n in names}
