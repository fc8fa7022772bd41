"""Large text, targets to tap, keyboard focus, print, and where the maxes cookie goes, in a real browser."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.builders import raw_post, week_records
from wod_pipeline_tests.web.browser import CHROMIUM, Tab
from wod_pipeline_tests.web.conftest import MAXES, ZONE, serving
from wod_pipeline_tests.web.test_browser import HOSTILE, PATHS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install chromium to run these"),
]

PHONE, SMALL, DESKTOP = (390, 844), (320, 640), (1280, 900)
ALL = (*PATHS, *HOSTILE, "/no/such/page", "/day/foo")


def look(tab: Tab, size: tuple[int, int]) -> None:
    tab.look_as(*size, "light")


# ------------------------------------------------------------------------------------------------ large text
CUT = """[...document.querySelectorAll('nav.site a, .skip, h1, h2, .figure, .label, button, .plates')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible')
    .map(e => e.textContent)"""
BAR = """(() => { const bar = document.querySelector('nav.site').getBoundingClientRect();
    const links = [...document.querySelectorAll('nav.site a')].map(a => a.getBoundingClientRect());
    return {top: bar.top, bottom: bar.bottom, height: bar.height,
        inside: links.every(r => r.left >= 0 && r.right <= innerWidth),
        within: links.every(r => r.top >= bar.top && r.bottom <= bar.bottom + 1),
        apart: links.every((r, n) => links.every((s, m) => n === m || r.right <= s.left + 1 || s.right <= r.left + 1
            || r.bottom <= s.top + 1 || s.bottom <= r.top + 1))}; })()"""
LAST = "document.querySelector('footer.container').getBoundingClientRect().bottom"


@pytest.mark.parametrize("percent", [150, 200])
@pytest.mark.parametrize("size", [PHONE, SMALL], ids=str)
def test_text_of_twice_the_size_is_neither_cut_nor_covered(
    tab: Tab, site: str, size: tuple[int, int], percent: int
) -> None:
    look(tab, size)
    for path in ALL:
        tab.open(site + path)
        tab.run(f"document.documentElement.style.fontSize = '{percent * 1.0625}%'; 0")
        assert tab.run("document.documentElement.scrollWidth") <= size[0], path
        assert tab.run(CUT) == [], path
        bar = tab.run(BAR)
        assert (bar["inside"], bar["within"], bar["apart"]) == (True, True, True), path
        assert bar["height"] < size[1] / 4, path
        tab.run("scrollTo(0, document.documentElement.scrollHeight)")
        assert tab.run(LAST) <= tab.run(BAR)["top"] + 1, f"the bar covers the end of {path}"


@pytest.mark.parametrize("size", [(195, 422), (320, 256), (640, 450)], ids=str)
def test_a_zoomed_page_fits_and_its_bar_leaves_room(tab: Tab, site: str, size: tuple[int, int]) -> None:
    """Zooming by 200 % halves the screen: these are a phone, WCAG's smallest screen and a desktop at 200 %."""
    look(tab, size)
    for path in ALL:
        tab.open(site + path)
        assert tab.run("document.documentElement.scrollWidth") <= size[0], path
        tab.run("scrollTo(0, 300)")
        bar = tab.run(BAR)
        visible = max(0, min(bar["bottom"], size[1]) - max(bar["top"], 0))
        assert visible < size[1] / 4, path


# ---------------------------------------------------------------------------------------------------- focus
FOCUSED = """(() => { const e = document.activeElement, r = e.getBoundingClientRect();
    const bar = document.querySelector('nav.site').getBoundingClientRect();
    const isUnder = r.bottom > bar.top + 1 && r.top < bar.bottom - 1 && r.right > bar.left && r.left < bar.right;
    const fits = r.height <= innerHeight - bar.height;
    return {what: e.outerHTML.slice(0, 90), isBody: e === document.body, isOver: !!e.closest('nav.site, .skip'),
        isHidden: fits && (r.bottom <= 0 || r.top >= innerHeight || isUnder)}; })()"""


@pytest.mark.parametrize("size", [PHONE, SMALL, DESKTOP], ids=str)
def test_the_focus_is_never_under_the_bar(tab: Tab, site: str, size: tuple[int, int]) -> None:
    look(tab, size)
    for path in ("/", "/week", "/maxes", "/load", "/about", HOSTILE[0]):
        tab.open(site + path)
        reached = 0
        for _ in range(250):
            tab.press("Tab")
            focused = tab.run(FOCUSED)
            if focused["isBody"]:
                break
            reached += 1
            assert focused["isOver"] or not focused["isHidden"], f"{path}: {focused['what']}"
        assert reached > 8, path


def test_the_skip_link_covers_what_is_below_it_and_leads_to_the_content(tab: Tab, site: str) -> None:
    for size in (PHONE, DESKTOP):
        look(tab, size)
        tab.open(site + "/")
        tab.press("Tab")
        seen = tab.run("""(() => { const e = document.querySelector('.skip'), r = e.getBoundingClientRect();
            return {colour: getComputedStyle(e).backgroundColor, top: r.top, height: r.height,
                over: document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2) === e}; })()""")
        assert seen["colour"] == "rgb(255, 255, 255)"
        assert seen["over"]
        assert seen["top"] >= 0
        assert seen["height"] >= 44
        tab.press("Enter")
        assert tab.run("document.activeElement.id") == "main"


SMALL_TARGETS = """[...document.querySelectorAll('a, button, summary, select, '
    + 'input:not([type=hidden], [type=checkbox]), label:has([type=checkbox])')]
    .filter(e => !e.matches('.skip, .written p a') && e.getClientRects().length)
    .filter(e => !(getComputedStyle(e).display === 'inline'
        && e.parentElement.textContent.trim().length > e.textContent.trim().length + 3))
    .map(e => [e, e.getBoundingClientRect()])
    .filter(([e, r]) => r.width < 43.5 || r.height < 43.5)
    .map(([e, r]) => `${Math.round(r.width)}x${Math.round(r.height)} ${e.outerHTML.slice(0, 80)}`)"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=str)
def test_everything_to_tap_outside_of_a_sentence_is_44_pixels_or_more(
    tab: Tab, site: str, size: tuple[int, int]
) -> None:
    look(tab, size)
    for path in (*PATHS, "/no/such/page", "/lifts/back_squat?page=1", "/load?by=day"):
        tab.open(site + path)
        assert tab.run(SMALL_TARGETS) == [], path


def test_links_in_a_row_do_not_overlap(tab: Tab, site: str) -> None:
    look(tab, SMALL)
    for path in PATHS:
        tab.open(site + path)
        assert (
            tab.run("""(() => { const boxes = [...document.querySelectorAll('main a, main summary, main input')]
            .filter(e => e.getClientRects().length === 1 && !e.matches('.written p a'))
            .map(e => [e, e.getBoundingClientRect()]);
            return boxes.flatMap(([e, r], n) => boxes.slice(n + 1).filter(([f, s]) => !e.contains(f)
                && Math.min(r.right, s.right) - Math.max(r.left, s.left) > 2
                && Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top) > 8)
                .map(([f]) => e.textContent + ' / ' + f.textContent)); })()""")
            == []
        ), path


# ------------------------------------------------------------------------------------------ a day by keyboard
def tab_to(tab: Tab, text: str) -> None:
    """Press Tab until the focus is on the element with this text or field of this name."""
    for _ in range(120):
        tab.press("Tab")
        if tab.run("document.activeElement.name || document.activeElement.textContent.trim()") == text:
            return
    raise AssertionError(f"{text!r} cannot be reached")


def test_a_training_day_by_keyboard_alone(tab: Tab, site: str) -> None:
    """Enter maxes, read today, jump to a part, read the coach's words, look at the week and the next day, search."""
    look(tab, PHONE)
    tab.call("Network.clearBrowserCookies")
    try:
        tab.open(site + "/")
        assert tab.run("document.querySelectorAll('.weight').length") == 0
        tab_to(tab, "Enter my maxes")
        tab.follow()
        for field, weight in (("clean_and_jerk", "125"), ("power_clean", "105")):
            tab_to(tab, field)
            tab.call("Input.insertText", text=weight)
        tab.follow()
        assert tab.run("location.pathname") == "/"
        assert tab.run("document.querySelector('.weight').textContent") == "77.5 kg"
        tab_to(tab, "B")
        tab.press("Enter")
        assert tab.run("document.querySelector(':target .label').textContent") == "B"
        assert 0 <= tab.run("document.querySelector(':target').getBoundingClientRect().top") < 60
        tab_to(tab, "As the coach wrote it")
        tab.press("Enter")
        assert tab.run("document.querySelector(':target details').open")
        tab.open(site + "/")
        tab_to(tab, "Week")
        tab.follow()
        assert tab.run("location.hash") == "#today"
        assert "Today" in tab.run("document.querySelector('#today ~ h2').textContent")
        assert 0 <= tab.run("document.querySelector('#today ~ h2').getBoundingClientRect().top") < 60
        tab.open(site + "/")
        tab_to(tab, "Wed 18 Nov ›")
        tab.follow()
        assert tab.run("document.querySelector('h1').textContent") == "Wednesday 18 November"
        tab_to(tab, "Search")
        tab.follow()
        tab_to(tab, "q")
        tab.call("Input.insertText", text="back squat")
        tab.follow()
        assert tab.run("document.querySelector('.hits mark').textContent") == "Back"
    finally:
        tab.call("Network.clearBrowserCookies")


def test_mistakes_in_the_form_take_the_focus_and_lead_to_their_fields(tab: Tab, site: str) -> None:
    look(tab, PHONE)
    tab.open(site + "/maxes")
    tab_to(tab, "back_squat")
    tab.run("document.activeElement.select()")
    tab.call("Input.insertText", text="abc")
    tab.follow()
    assert tab.run("document.activeElement.getAttribute('role')") == "alert"
    tab_to(tab, "Back Squat: “abc” is not a weight. Write a number such as 120.")
    tab.press("Enter")
    assert tab.run("document.querySelector(':target').name") == "back_squat"
    assert tab.run("document.querySelector(':target').value") == "abc"
    tab.press("Tab")
    assert tab.run("document.activeElement.name") in ("back_squat", "front_squat")


# ---------------------------------------------------------------------------------------------------- print
def test_print_is_black_on_white_and_keeps_headings_with_their_content(tab: Tab, site: str) -> None:
    tab.look_as(816, 1056, "dark")
    tab.open(site + "/")
    tab.call("Emulation.setEmulatedMedia", media="print")
    style = "(s => getComputedStyle(document.querySelector(s)))"
    label = tab.run(
        f"(({style})('.label')) && (s => [s.color, s.backgroundColor, s.borderTopStyle])({style}('.label'))"
    )
    assert label == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)", "solid"]
    for what in ("h1", "article.session > header", ".scheme", ".segment > h3"):
        assert tab.run(f"{style}('{what}').breakAfter") == "avoid", what
    for what in (".segment", ".exercise"):
        assert tab.run(f"{style}('{what}').breakInside") == "avoid", what
    for hidden in ("nav.site", "details.written", ".skip"):
        assert tab.run(f"{style}('{hidden}').display") == "none", hidden
    look(tab, PHONE)


# --------------------------------------------------------------------------------------------------- cookie
def elsewhere(tab: Tab, content: str) -> None:
    """Open a page of another site."""
    tab.open(f"data:text/html,{quote(content)}")


def test_the_maxes_come_along_by_a_link_of_another_site_and_its_forms_set_none(tab: Tab, site: str) -> None:
    look(tab, PHONE)
    tab.call("Network.clearBrowserCookies")
    try:
        tab.open(site + "/maxes")
        tab_to(tab, "snatch")
        tab.call("Input.insertText", text="111")
        tab.follow()
        elsewhere(tab, f'<a href="{site}/maxes">my training</a>')
        tab_to(tab, "my training")
        tab.follow()
        assert tab.run("document.querySelector('[name=snatch]').value") == "111"
        elsewhere(
            tab,
            f'<form method="post" action="{site}/maxes"><input name="snatch" value="222"><button>go</button></form>',
        )
        tab_to(tab, "go")
        tab.follow()
        assert "only when it comes from this site" in tab.run("document.body.textContent")
        tab.open(site + "/maxes")
        assert tab.run("document.querySelector('[name=snatch]').value") == "111"
    finally:
        tab.call("Network.clearBrowserCookies")


# --------------------------------------------------------------------------------------------------- sets
EDGES = """(() => { const left = (kind) => [...document.querySelectorAll(`ul.sets ${kind}`)]
    .map(e => [e.closest('ul.sets'), Math.round(e.getBoundingClientRect().left)]);
    const uneven = (kind) => left(kind).filter(([list, x], n, all) => x !== all.find(each => each[0] === list)[1]);
    return [uneven('.asked').length, uneven('.bars').length, left('.bars').length]; })()"""

SQUEEZED = """(() => { const right = e => e.getBoundingClientRect().right;
    return [...document.querySelectorAll('ul.sets :is(.figure, .which)')]
        .filter(e => right(e) > right(e.closest('.asked, .bars')) + 1).map(e => e.textContent); })()"""


@pytest.mark.parametrize("size", [PHONE, SMALL, DESKTOP], ids=str)
def test_the_weights_of_an_exercise_stand_in_one_column(tab: Tab, site: str, size: tuple[int, int]) -> None:
    look(tab, size)
    tab.call("Network.setCookie", name="maxes", value=f'"{MAXES}"', url=site, httpOnly=True)
    for path in ("/week", "/lifts/snatch"):
        tab.open(site + path)
        asked, bars, count = tab.run(EDGES)
        assert (asked, bars) == (0, 0), path
        assert count > 3, path
        assert tab.run(SQUEEZED) == [], path


LINE_STARTS = """(() => { const starts = e => getComputedStyle(e, '::before').content.includes('·');
    return [...document.querySelectorAll('ul.line > li, ul.line .fact')].filter(starts).length; })()"""


def test_a_separator_ends_a_line_and_never_starts_one(tab: Tab, site: str) -> None:
    look(tab, SMALL)
    tab.open(site + "/week")
    assert tab.run("document.querySelectorAll('ul.line.together').length") > 3
    assert tab.run(LINE_STARTS) == 0


OVERLAPS = """[...document.querySelectorAll('.segment')]
    .flatMap(e => { const label = e.querySelector('.label'), warning = e.querySelector(':scope > .warning');
        if (!label || !warning) return [];
        const r = label.getBoundingClientRect(), s = warning.getBoundingClientRect();
        return [r.bottom > s.top + 1 && r.right > s.left + 1]; })"""


def test_a_segment_s_label_does_not_lie_on_its_warning(tab: Tab, tmp_path: Path) -> None:
    lines = ("Wednesday", "A.", "Every 75 seconds, for 5 minutes (5 sets):", "Lunges x 6 reps")
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_week(week_records(raw_post(*lines)))
    look(tab, PHONE)
    with serving(create_app(table, ZONE)) as address:
        tab.open(f"{address}/day/2026-03-04")
        assert tab.run(OVERLAPS) == [False]


def test_the_way_to_the_days_of_choice_is_large_enough_to_tap(tab: Tab, tmp_path: Path) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    table.replace_week(week_records(raw_post("Day 1", "A.", "Dips x 6 reps")))
    look(tab, PHONE)
    with serving(create_app(table, ZONE)) as address:
        for path in ("/day/2026-03-04", "/week/2026-03-04"):
            tab.open(address + path)
            assert tab.run(SMALL_TARGETS) == [], path
