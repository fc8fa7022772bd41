"""The pages in a real browser: they fit, they are accessible, and a hostile post does nothing there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.web.browser import CHROMIUM, Tab
from wod_pipeline_tests.web.conftest import ZONE, be_in, live_in, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install chromium to run these"),
]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PATHS = (
    "/",
    "/day/2026-11-19",
    "/week",
    "/lifts",
    "/lifts/back_squat",
    "/load",
    "/search?q=hollow",
    "/maxes",
    "/calendar",
    "/about",
)
HOSTILE = ("/day/2026-03-02", "/week/2026-03-02", "/search?q=script", "/lifts/snatch?page=2")
SCREENS = [
    (width, height, scheme) for width, height in ((390, 844), (1280, 900)) for scheme in ("light", "dark")
]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: f"{s[0]}-{s[2]}")
def test_pages_fit_the_screen_and_say_nothing_to_the_console(
    tab: Tab, site: str, screen: tuple[int, int, str]
) -> None:
    tab.look_as(*screen)
    for path in (*PATHS, *HOSTILE):
        tab.messages.clear()
        tab.open(site + path)
        assert tab.run("document.documentElement.scrollWidth") <= screen[0], path
        assert tab.messages == [], path
        assert tab.run("[...document.images].every(image => image.complete && image.naturalWidth > 0)"), path


def test_percentages_and_weights_are_the_largest_text_of_a_page_on_a_phone(tab: Tab, site: str) -> None:
    tab.look_as(390, 844, "light")
    tab.open(site + "/")
    size = "parseFloat(getComputedStyle(document.querySelector('{}')).fontSize)"
    assert tab.run(size.format(".weight .figure")) >= 26
    assert tab.run(size.format(".load .figure")) >= 26
    assert tab.run(size.format(".scheme")) >= 17
    others = "[...document.querySelectorAll('main *:not(.figure)')]"
    assert tab.run(f"Math.max(...{others}.map(e => parseFloat(getComputedStyle(e).fontSize)))") < tab.run(
        size.format(".weight .figure")
    )


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_post_does_nothing_in_a_browser(tab: Tab, site: str, path: str) -> None:
    tab.requests.clear()
    tab.open(site + path)
    assert "owned" not in tab.run("document.title")
    assert (
        tab.run("document.scripts.length + document.querySelectorAll('iframe, [onerror], [onclick]').length")
        == 1
    ), "the one of ours"
    assert all(url.startswith((site, "data:")) for url in tab.requests)


def test_a_long_line_does_not_make_a_long_page(tab: Tab, site: str) -> None:
    tab.look_as(390, 844, "light")
    tab.open(site + "/day/2026-03-02")
    assert tab.run("document.documentElement.scrollHeight") < 6_000


def test_every_page_asks_only_its_own_server(tab: Tab, site: str) -> None:
    tab.requests.clear()
    for path in PATHS:
        tab.open(site + path)
    assert tab.requests
    assert all(url.startswith((site, "data:")) for url in tab.requests)


def test_the_keyboard_reaches_the_content_first(tab: Tab, site: str) -> None:
    tab.open(site + "/")
    tab.press("Tab")
    assert tab.run("document.activeElement.textContent") == "Skip to the content"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not here: npm install --no-save axe-core")
@pytest.mark.parametrize("screen", [SCREENS[1], SCREENS[2]], ids=lambda s: f"{s[0]}-{s[2]}")
def test_pages_have_no_accessibility_finding(tab: Tab, site: str, screen: tuple[int, int, str]) -> None:
    axe = AXE.read_text(encoding="utf-8")
    tab.look_as(*screen)
    for path in (*PATHS, HOSTILE[0], "/no/such/page"):
        tab.open(site + path)
        tab.run(axe + "; 0")
        found = tab.run(
            "axe.run().then(r => r.violations.map(v => `${v.impact} ${v.id}: ${v.nodes[0].html}`))"
        )
        assert found == [], path
        assert tab.run("axe.run().then(r => r.passes.length)") > 10


# --------------------------------------------------------------------------------------------------- today
EAST, WEST = "Pacific/Kiritimati", "Pacific/Niue"
"""25 hours apart: it is never the same day in both."""
DAY_SHOWN = "document.documentElement?.dataset.today"
DAY_HERE = "new Date().toLocaleDateString('sv')"


@pytest.fixture
def western(tab: Tab, tmp_path: Path) -> Iterator[str]:
    """A program of the west, at the real time."""
    app = create_app(SqliteSessionTable(tmp_path / "none.sqlite"), ZoneInfo(WEST))
    tab.call("Network.deleteCookies", name="tz", domain="127.0.0.1")
    with serving(app) as address:
        yield address
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    live_in(tab, ZONE.key)


def wait_until(tab: Tab, script: str) -> None:
    """Let the page reload until the script is true."""
    for _ in range(100):
        if tab.run(script):
            return
        time.sleep(0.1)
    raise AssertionError(script)


def test_a_browser_in_another_zone_is_shown_its_own_day_after_one_reload(tab: Tab, western: str) -> None:
    tab.requests.clear()
    be_in(tab, EAST)
    tab.open(western + "/")
    wait_until(tab, f"{DAY_SHOWN} === {DAY_HERE}")
    assert tab.run("document.querySelector('main').textContent.includes('time zone')") is False
    tab.open(western + "/week")
    assert tab.run(f"{DAY_SHOWN} === {DAY_HERE}")
    assert tab.requests.count(western + "/") == 2
    assert tab.requests.count(western + "/week") == 1


def test_a_browser_on_the_same_day_is_not_reloaded(tab: Tab, western: str) -> None:
    tab.requests.clear()
    be_in(tab, WEST)
    tab.open(western + "/")
    assert tab.run("document.cookie").endswith(f"tz={WEST}")
    assert tab.requests.count(western + "/") == 1
    assert tab.run("document.querySelector('[data-program-zone]').hidden"), (
        "it is the visitor's day after all"
    )


def test_a_page_left_open_shows_the_new_day_when_it_is_looked_at_again(tab: Tab, western: str) -> None:
    be_in(tab, WEST)
    tab.open(western + "/")
    be_in(tab, EAST)  # as if a day had passed
    tab.run("document.dispatchEvent(new Event('visibilitychange')); 0")
    wait_until(tab, f"{DAY_SHOWN} === {DAY_HERE}")


def test_without_scripts_the_page_names_the_zone_of_its_day(tab: Tab, western: str) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(western + "/")
    assert f"in {WEST}, the program's time zone" in tab.run("document.querySelector('.over').textContent")
