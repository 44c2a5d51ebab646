"""Files in S3-compatible storage, for a site that has outgrown one disk.

A module of its own: only sites that use it load boto3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO, cast

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from colorweb.http.timeouts import release_connection

S3Error = (BotoCoreError, ClientError)
"""What a server that is unavailable, or refuses, raises."""
SPOOL = 4_000_000  # bytes of an opened file in memory; what is larger goes to disk


class S3(S3Storage):
    """Django's storage over a bucket of ours alone; nothing in it is public.

    Like the folder it stands for, it never writes over a file that is there.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            file_overwrite=False,
            max_memory_size=SPOOL,
            # Photos are small: threads for the parts of one cost more than they save.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=30,
                max_pool_connections=50,
                retries={"mode": "standard", "total_max_attempts": 3},
                # The newer checksums are not known to every server that speaks S3.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            **options,
        )

    @cached_property
    def connection(self) -> Any:
        """One for all threads: each request has a new one, and a client takes long to make."""
        made = self._create_session().resource(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            config=self.client_config,
        )
        made.meta.client.meta.events.register("before-send", _before_send)
        return made

    def open_at(self, name: str, first: int, last: int) -> BinaryIO:
        """The bytes `first` to `last` of a file, as they come from the server."""
        stored = self.bucket.Object(self._normalize_name(name))
        return cast("BinaryIO", stored.get(Range=f"bytes={first}-{last}")["Body"])

    def walk(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Name and time of each file below a folder, by a thousand a request."""
        prefix = f"{self._normalize_name(folder)}/" if folder else ""
        for stored in self.bucket.objects.filter(Prefix=prefix):
            yield stored.key, stored.last_modified

    def make_bucket(self) -> None:
        """Make the bucket unless it is there."""
        client = self.connection.meta.client
        try:
            client.head_bucket(Bucket=self.bucket_name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            where = {"CreateBucketConfiguration": {"LocationConstraint": self.region_name}}
            needs_place = self.region_name and self.region_name != "us-east-1"
            client.create_bucket(Bucket=self.bucket_name, **(where if needs_place else {}))


def _before_send(**_about: Any) -> None:
    release_connection()
