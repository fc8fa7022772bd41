"""A normal visitor beside hostile ones: their answer times alone, beside 200 slow clients, and beside 500 fast ones.

`wod serve` runs as a process of its own over ten years of sessions, the hostile clients in another. The slow ones
are a quarter each: silent, sending a head byte by byte, sending a form byte by byte, and not reading their
answer. The fast ones ask for the dearest addresses, each again as soon as it is answered. Whoever is dropped comes
again. All come from one address of this machine; the visitor from another, and once from the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import bench_web

SLOW, FAST = 200, 500
VISITOR, HOSTILE = "127.0.0.1", "127.0.0.2"
PAGES = ("/", "/week", "/lifts", "/load", "/static/app.css")
DEAR = (
    "/calendar.ics?from=2025-12-01&to=2026-11-30",
    "/calendar.ics?from=2025-{month:02}-{day:02}&to=2026-{month:02}-01",
    "/api/v1/sessions?from=2025-12-01&to=2026-11-30&limit=100",
    "/search?q={letter}",
    "/lifts/back_squat",
    "/week",
)
PATIENCE_S = 30.0
"""After this long without an answer the visitor gives up."""

Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Times(NamedTuple):
    """Median and 99th percentile of the visitor's answers in milliseconds, their number, and how many failed."""

    p50_ms: float
    p99_ms: float
    answers: int
    failed: int


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port of `wod serve` over the sessions in the folder."""
    command = [
        sys.executable,
        "-c",
        "from wod_pipeline.cli import main; main(['serve', '--host', '0.0.0.0', '--port', '0'])",
    ]
    environ = {**os.environ, "WOD_DATA_DIR": str(folder)}
    log = folder / "serve.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=environ)
    try:
        while not (address := re.search(r"http://0.0.0.0:(\d+)", log.read_text())):
            time.sleep(0.1)
        yield int(address[1])
    finally:
        server.kill()
        server.wait()


# ------------------------------------------------------------------------------------------------- hostile clients
def head_of(path: str, method: str = "GET", *headers: str) -> bytes:
    """A request without its body."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")).encode()


async def stay_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def drip(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.5)


async def drip_head(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await drip(writer, head_of("/", "GET", f"X-Long: {'x' * 10_000}"))


async def drip_form(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(head_of("/maxes", "POST", "Content-Length: 10000"))
    await drip(writer, b"snatch=" + b"1" * 9_993)


async def read_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _n in range(20):
        writer.write(head_of("/api/v1/sessions?from=2025-12-01&to=2026-11-30&limit=100"))
        await writer.drain()
    await asyncio.sleep(3600)


async def ask_again_and_again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        path = random.choice(DEAR).format(
            month=random.randint(2, 11), day=random.randint(1, 28), letter=random.choice("abcdefgh")
        )
        writer.write(head_of(path))
        await read_answer(reader)


async def read_answer(reader: asyncio.StreamReader) -> int:
    """The status of an answer, which is read completely."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(b" ", 2)[1])


async def stay(port: int, address: str, exchange: Exchange) -> None:
    """A hostile client, which comes again when it is dropped."""
    while True:
        writer = None
        try:
            # a small window, as of a client that means to read slowly
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address, 0), limit=2**22
            )
            if exchange is read_nothing:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
            await exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await asyncio.sleep(0.2)
        finally:
            if writer is not None:
                writer.transport.abort()


async def attack(port: int, slow: int, fast: int, address: str) -> None:
    """So many hostile clients, until the process is ended."""
    kinds = (stay_silent, drip_head, drip_form, read_nothing)
    exchanges = [kinds[n % 4] for n in range(slow)] + [ask_again_and_again] * fast
    await asyncio.gather(*(stay(port, address, exchange) for exchange in exchanges))


@contextlib.contextmanager
def attacking(port: int, slow: int, fast: int, address: str) -> Iterator[None]:
    """Hostile clients in a process of their own."""
    code = f"import asyncio, bench_hostile; asyncio.run(bench_hostile.attack({port}, {slow}, {fast}, {address!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent)
    try:
        time.sleep(3)
        yield
    finally:
        process.kill()
        process.wait()


# ------------------------------------------------------------------------------------------------- the visitor
async def visit(port: int, seconds: float) -> Times:
    """A visitor who opens one page after another, each by a connection of its own."""
    times, failed, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for path in PAGES:
            start = time.perf_counter()
            try:
                ok = await asyncio.wait_for(open_page(port, path), PATIENCE_S) == 200
            except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                ok = False
            failed += not ok
            times.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(0.05)
    return Times(statistics.median(times), statistics.quantiles(times, n=100)[-1], len(times), failed)


async def open_page(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(VISITOR, 0))
    try:
        writer.write(head_of(path, "GET", "Accept-Encoding: gzip"))
        return await read_answer(reader)
    finally:
        writer.close()


def scenarios(weeks: int = 520, seconds: float = 15.0) -> Iterator[tuple[str, Times]]:
    """The visitor's times in each situation; the slow clients have stayed for longer than a server is patient."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_web.fill_table(folder / "sessions.sqlite", weeks)
        with serving(folder) as port:
            asyncio.run(visit(port, 3))
            yield "alone", asyncio.run(visit(port, seconds))
            for label, slow, fast, address in (
                (f"beside {SLOW} slow clients", SLOW, 0, HOSTILE),
                (f"beside {FAST} fast clients", 0, FAST, HOSTILE),
                (f"beside {SLOW} slow and {FAST} fast clients", SLOW, FAST, HOSTILE),
                ("the same from the visitor's own address", SLOW, FAST, VISITOR),
            ):
                with attacking(port, slow, fast, address):
                    yield label, asyncio.run(visit(port, seconds))


def main(seconds: float = 15.0) -> None:
    """Print the visitor's times in each situation."""
    for label, times in scenarios(seconds=seconds):
        print(
            f"{label:<45} median {times.p50_ms:8.1f} ms   p99 {times.p99_ms:8.1f} ms"
            f"   {times.answers} answers, {times.failed} failed",
            flush=True,
        )


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
