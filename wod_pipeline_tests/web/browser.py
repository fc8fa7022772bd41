"""A headless Chromium driven over its debugging protocol: as much as looking at our pages needs.

Every browser has a fresh profile in a folder of its own and opens no page but ours.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


class Tab:
    """One open page. `requests` are the addresses it asked for, `messages` what its console said."""

    def __init__(self, connection: ClientConnection, session: str) -> None:
        self._connection = connection
        self._session = session
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.messages: list[str] = []
        self._loaded = False
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and wait for its result."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": params, "sessionId": self._session}
        self._connection.send(json.dumps(command))
        while True:
            message = json.loads(self._connection.recv(timeout=30))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        params = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Log.entryAdded":
                self.messages.append(params["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.messages.append(params["exceptionDetails"]["text"])
            case "Page.loadEventFired":
                self._loaded = True

    def look_as(self, width: int, height: int, scheme: str) -> None:
        """Take on a screen's size and its colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        named = [{"name": name, "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media="", features=named)

    def open(self, url: str) -> None:
        """Go to a page and wait until all of it is there."""
        self._loaded = False
        self.call("Page.navigate", url=url)
        while not self._loaded:
            self._note(json.loads(self._connection.recv(timeout=30)))

    def press(self, key: str) -> None:
        """Press a key: Tab or Enter."""
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            typed = text if kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed
            )

    def follow(self) -> None:
        """Press Enter on a link or in a form, and wait until the page it leads to is drawn: that sets its focus."""
        self._loaded = False
        self.press("Enter")
        while not self._loaded:
            self._note(json.loads(self._connection.recv(timeout=30)))
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def run(self, script: str) -> Any:
        """What a script evaluates to, awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")


@contextmanager
def chromium(profile: Path) -> Iterator[Tab]:
    """A fresh browser with one tab; it ends with the block."""
    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with connect(_address(profile, process), max_size=None) as connection:
            yield Tab(connection, _attach(connection))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser listens, once it has said so in its profile."""
    told = profile / "DevToolsActivePort"
    for _ in range(300):
        if told.exists() and len(lines := told.read_text().splitlines()) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        assert process.poll() is None, "Chromium ended at once"
        time.sleep(0.1)
    raise AssertionError("Chromium does not answer")


def _attach(connection: ClientConnection) -> str:
    def ask(number: int, method: str, **params: Any) -> dict[str, Any]:
        connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(connection.recv(timeout=30))
            if message.get("id") == number:
                result: dict[str, Any] = message["result"]
                return result

    target = ask(10_001, "Target.createTarget", url="about:blank")["targetId"]
    session: str = ask(10_002, "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    return session
