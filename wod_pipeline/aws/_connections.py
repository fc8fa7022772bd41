"""One time limit for a whole request to AWS, from the connection to the last byte, whatever its server drips.

botocore's timeouts are for a connection and for the next bytes. A bounded client makes its connections through a
`Deadline`, and reads a body that botocore would hand on as a stream within it: all that is stored is read whole
anyway. That holds for each client of a session, those that boto3 makes to assume a role included; not for what
boto3 asks of the machine it runs on (the addresses 169.254.169.254 and .170.2), which has timeouts of a second.
"""

from __future__ import annotations

import io
import socket
import threading
from typing import Any

import boto3
import botocore.exceptions as boto
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
    AWSPreparedRequest,
    AWSResponse,
)
from botocore.httpsession import URLLib3Session
from urllib3.exceptions import HTTPError

from wod_pipeline.aws._failures import AwsDeadlineError
from wod_pipeline.deadline import Deadline

READS_PER_REQUEST = 6
"""A request may take as long as this many waits for the next bytes: 120 seconds with a timeout of 20."""


def bound_requests(session: boto3.session.Session) -> boto3.session.Session:
    """The session, whose clients from here on have a deadline for each request."""
    session.events.register("creating-client-class", _bound_class, unique_id="wod-pipeline-deadline")
    return session


def _bound_class(base_classes: list[type], **_: Any) -> None:
    base_classes.insert(0, _Bounded)


class _Bounded:
    """What a client with a deadline adds to botocore's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        endpoint, seconds = options["endpoint"], options["client_config"].read_timeout * READS_PER_REQUEST
        service = str(options["service_model"].service_id)
        endpoint.http_session = _BoundedHttp(endpoint.http_session, service, seconds)


_IN_PROGRESS = threading.local()
"""The deadline of the request that this thread sends."""


class _BoundedHttp:
    """Sends a request as botocore's session does, within a deadline, and reads the whole answer."""

    def __init__(self, http: URLLib3Session, service: str, seconds: float) -> None:
        self._http, self._service, self._seconds = http, service, seconds
        http._pool_classes_by_scheme.update(http=_Pool, https=_TlsPool)  # type: ignore[attr-defined]

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """The answer. Raises `AwsDeadlineError`, and what botocore's session raises."""
        deadline = _IN_PROGRESS.deadline = Deadline()
        with deadline.running(self._seconds):
            try:
                answer = _read_whole(self._http.send(request))
            except boto.BotoCoreError as error:
                if deadline.is_over:
                    raise self._overdue() from error
                raise
        if deadline.is_over:  # what was cut off may look whole
            raise self._overdue()
        return answer

    def close(self) -> None:
        """Close the connections that were kept open."""
        self._http.close()

    def _overdue(self) -> AwsDeadlineError:
        return AwsDeadlineError(service=self._service, seconds=self._seconds)


def _read_whole(answer: AWSResponse) -> AWSResponse:
    try:
        answer.raw = io.BytesIO(answer.content)
    except (HTTPError, OSError) as error:
        raise boto.ResponseStreamingError(error=error) from error
    return answer


class _Watched:
    """What a connection with a deadline adds to botocore's."""

    timeout: float | None
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        self.timeout = _IN_PROGRESS.deadline.at_most(self.timeout)
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        _IN_PROGRESS.deadline.watch(connected)
        return connected

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is not None:  # it was kept open after an earlier request
            _IN_PROGRESS.deadline.watch(self.sock)
        super().request(*args, **options)  # type: ignore[misc]

    def _consume_headers(self, file: io.RawIOBase) -> None:
        """Read to the end of the headers of a `100 Continue`; botocore's goes on for ever at the end of the file."""
        while (line := file.readline(65536)) != b"\r\n":
            if not line:
                raise ConnectionResetError("the connection was closed within the headers of 100 Continue")


class _Connection(_Watched, AWSHTTPConnection):  # type: ignore[misc]
    pass


class _TlsConnection(_Watched, AWSHTTPSConnection):  # type: ignore[misc]
    pass


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(AWSHTTPSConnectionPool):
    ConnectionCls = _TlsConnection
