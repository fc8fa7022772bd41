"""A server that never ends an answer: it sends a beginning, and then a piece again and again."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-WP-Total: 0\r\nX-WP-TotalPages: 0\r\n"
DRIPS: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "status line": (b"HTTP/1.1 200 ", b"O"),
    "header": (HEAD + b"X-Name: ", b"a"),
    "headers": (HEAD, b"X-Name: a\r\n"),
    "body": (HEAD + b"Content-Length: 100000\r\n\r\n[", b" "),
    "body without length": (HEAD + b"\r\n[]", b" "),
    "chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n", b"X-Name: a\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n", b"X-Name: a\r\n"),
}
"""What is sent at once, and what is repeated; `nothing` answers no byte at all."""
HANDSHAKE = (b"\x16\x03\x03\x40\x00", b"\x02")
"""The start of a TLS record of 16 KB."""


@contextlib.contextmanager
def dripping_server(drip: tuple[bytes, bytes], every_s: float = 0.02) -> Iterator[str]:
    """The address of a server on loopback whose every answer drips."""
    begin, piece = drip
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def answer(connection: socket.socket) -> None:
            with contextlib.suppress(OSError), connection:
                connection.recv(65536)
                connection.sendall(begin)
                while not stop.wait(every_s):
                    connection.sendall(piece)

        def serve() -> None:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()
