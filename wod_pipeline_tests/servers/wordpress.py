"""A WordPress-like server on 127.0.0.1, for tests, benchmarks and trying things out.

    with FakeWordPress(posts) as wp:
        WordPressSource(wp.url)
        wp.site.edit(4711, content="<p>…</p>")
        wp.faults.fail_next(Fault.MAINTENANCE)
        wp.down(); wp.up()
        wp.log[-1].query

Or by hand, serving a folder of post JSON files, which may be edited while it runs::

    python -m wod_pipeline_tests.servers.wordpress --port 8080 --posts DIR --faults 0.05 --seed 1
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wod_pipeline_tests.servers.faults import Fault, Faults
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress_site import Post, Reply, Request, Site

Intercept = Callable[[Request], Reply | None]


@dataclass(frozen=True)
class Logged:
    """A request that came in, and what was done about it."""

    request: Request
    status: int
    fault: Fault | None

    @property
    def query(self) -> dict[str, str]:
        """The request's parameters."""
        return dict(self.request.query)


class FakeWordPress:
    """A `Site` behind a socket, with faults and a log. Use as a context manager."""

    def __init__(
        self, posts: Iterable[Post] = (), *, port: int = 0, faults: Faults | None = None, **site: Any
    ) -> None:
        self.site = Site(posts, **site)
        self.faults = faults or Faults()
        self.intercept: Intercept = lambda request: None
        self.log: list[Logged] = []
        self.connections = 0
        self.port = port
        self.stopping = threading.Event()
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Base address of the site."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Start to listen, on the same port as before."""
        self.stopping.clear()
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.wordpress = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Stop to listen and drop every open connection."""
        if self._server:
            self.stopping.set()
            self._server.shutdown()
            self._server.server_close()
            self._server.drop_connections()
            self._server = None

    def __enter__(self) -> FakeWordPress:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64
    wordpress: FakeWordPress

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.wordpress.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """End what clients keep alive."""
        for connection in list(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        wordpress = self.server.wordpress
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers)
        reply = wordpress.intercept(request) or wordpress.site.answer(request)
        fault = wordpress.faults.draw()
        reply = wordpress.faults.spoil(fault, reply)
        wordpress.log.append(Logged(request, reply.status, fault))
        if fault is Fault.DELAY:
            wordpress.stopping.wait(wordpress.faults.delay_s)
        if fault is Fault.RESET:
            self._reset()
        else:
            self._send(reply, fault)

    do_HEAD = do_GET  # noqa: N815

    def _send(self, reply: Reply, fault: Fault | None) -> None:
        body = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if fault is Fault.CUT_SILENTLY:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in {Fault.CUT_BODY, Fault.CUT_SILENTLY}:
            body = body[: len(body) // 2]
            self.close_connection = True
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay quiet: `FakeWordPress.log` has it."""


def read_folder(folder: Path) -> list[Post]:
    """The posts in a folder's ``*.json`` files, each one post or a list of them."""
    values = [json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))]
    return [post for value in values for post in (value if isinstance(value, list) else [value])]


class _FolderWatch:
    """Loads a folder of posts into a site, and again whenever a file in it has changed."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site, self._folder = site, folder
        self._seen: dict[Path, int] = {}

    def look(self) -> None:
        stamps = {file: file.stat().st_mtime_ns for file in self._folder.glob("*.json")}
        if stamps != self._seen:
            self._site.load(read_folder(self._folder))
            self._seen = stamps


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free one (it is printed)")
    parser.add_argument("--posts", type=Path, help="folder of post JSON files; else posts are generated")
    parser.add_argument("--weeks", type=int, default=520, help="weeks of posts to generate, ending this week")
    parser.add_argument("--timezone", default="America/Los_Angeles")
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that go wrong")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wordpress = FakeWordPress(
        port=asked.port, faults=Faults(rate=asked.faults, seed=asked.seed), timezone=asked.timezone
    )
    look = _FolderWatch(wordpress.site, asked.posts).look if asked.posts else lambda: None
    look()
    if not asked.posts:
        today = dt.datetime.now(wordpress.site.zone).date()
        first = today - dt.timedelta(days=today.weekday(), weeks=asked.weeks - 1)
        wordpress.site.load(generate_posts(asked.weeks, first, asked.seed))
    with wordpress, contextlib.suppress(KeyboardInterrupt):
        print(wordpress.url, flush=True)  # noqa: T201 a script reads it
        while True:
            time.sleep(0.5)
            look()


if __name__ == "__main__":
    main()
