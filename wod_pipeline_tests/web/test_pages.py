"""The pages: what they show, what they keep to themselves, and a visitor's maxes that only their browser has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from wod_pipeline.cli.export import export
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.training import Athlete, Rack
from wod_pipeline.training._rack import KG_PER_LB
from wod_pipeline.vocabulary import MOVEMENTS
from wod_pipeline.web import api, maxes
from wod_pipeline.web.app import create_app
from wod_pipeline.web.forms import parse_fields
from wod_pipeline.web.http import SECURITY_HEADERS
from wod_pipeline.web.static_files import static_address
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.hostile import FORBIDDEN_CHARACTERS
from wod_pipeline_tests.web.conftest import ZONE

PATHS = (
    "/",
    "/day/2026-11-19",
    "/day/2031-01-01",
    "/week",
    "/week/2031-01-01",
    "/lifts",
    "/lifts?q=squat",
    "/lifts/back_squat",
    "/lifts/back_squat?page=99",
    "/load",
    "/load?by=day",
    "/load?by=month",
    "/search",
    "/search?q=hollow+hold",
    "/maxes",
    "/calendar",
    "/about",
    "/no/such/page",
    "/day/today",
)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and whether they close as they open."""

    VOID = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole_runs_one_script_of_ours_and_asks_no_other_host(
    lifter: TestClient, path: str
) -> None:
    answer = lifter.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for tag, attributes in Elements(answer.text).found:
        assert tag not in {"style", "iframe", "object", "embed"}
        if tag == "script":
            assert attributes == {"src": static_address("zone.js"), "defer": None}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "action"):
            assert (attributes.get(name) or "/").startswith("/")
        if tag == "link":
            assert (attributes["href"] or "").startswith("/static/")
        if tag == "a":
            assert re.match(r"/|#|https?://|webcal://testserver/", attributes["href"] or "")


@pytest.mark.parametrize(
    "path", [*PATHS, "/api/v1/weeks", "/api/v1/nothing", "/static/app.css", "/static/none", "/calendar.ics"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in SECURITY_HEADERS.items():
        assert headers[name] == value
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_chart_may_style_itself_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/charts/lift/back_squat.svg")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "<script" not in answer.text
    assert not re.search(r"(?:href|src)\s*=\s*[\"']?(?!#)[a-z]", answer.text)


# ----------------------------------------------------------------------------------------------- sessions
def test_today_shows_the_session_with_weights_rest_and_videos(lifter: TestClient) -> None:
    page = lifter.get("/").text
    assert "Tuesday 17 November" in page
    assert (
        '<strong class="weight"><span class="figure">80 kg</span></strong> <span class="plates">25 + 5'
        in page
    )
    assert "Every 2:00 for 14:00 (7 sets)" in page
    assert re.search(r'<span class="fact rest">then rest 1:30</span>', page)
    assert '<a href="https://example.com/videos/power-clean" rel="noopener noreferrer nofollow"' in page


def test_without_maxes_the_page_shows_percentages_and_where_to_enter_them(client: TestClient) -> None:
    page = client.get("/").text
    assert 'class="weight"' not in page
    assert '<span class="load"><span class="figure">75–80%</span></span>' in page
    assert "% of 1-RM Power Clean" in page
    assert 'href="/maxes">Enter my maxes' in page


def test_a_max_that_is_missing_is_named(client: TestClient) -> None:
    client.cookies.set("maxes", "snatch=100")
    assert "Your 1-RM Power Clean is not given." in client.get("/").text


def test_a_rest_day_shows_the_next_training_day(client: TestClient) -> None:
    page = client.get("/day/2026-11-19").text
    assert "Rest day" in page
    assert re.search(r"Next: <a href=\"/day/2026-11-20\">", page)


def test_a_page_over_nothing_says_so(empty: TestClient) -> None:
    for path in ("/", "/week"):
        assert "This week is not stored yet: nobody has looked for its post." in empty.get(path).text
    assert "No sessions are stored" in empty.get("/lifts").text
    assert "No sessions are stored" in empty.get("/load").text
    assert empty.get("/charts/load.svg").status_code == 200


def test_the_year_is_left_out_only_when_it_is_this_one(client: TestClient) -> None:
    assert "<h1>Wednesday 1 January 2031</h1>" in client.get("/day/2031-01-01").text
    assert "<h1>Thursday 19 November</h1>" in client.get("/day/2026-11-19").text


def test_errors_are_pages_with_a_way_back(client: TestClient) -> None:
    for path, status in (("/no/such/page", 404), ("/lifts/bakc_squat", 404), ("/day/today", 422)):
        answer = client.get(path)
        assert answer.status_code == status
        assert '<a href="/">' in answer.text
    assert "Nearest: Back Squat" in client.get("/lifts/bakc_squat").text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/day/foo", "“foo” is not a day. Write it as 2026-11-27: year, month, day."),
        ("/day/%00f%1b%e2%80%aeoo", "“foo” is not a day. Write it as 2026-11-27: year, month, day."),
        ("/week/2026-13-01", "“2026-13-01” is not a day. Write it as 2026-11-27: year, month, day."),
        ("/day/1764201600", "“1764201600” is not a day. Write it as 2026-11-27: year, month, day."),
        ("/day/0001-01-01", "“0001-01-01” is outside of the days that can be shown: "),
        ("/search?q=a&page=x", "“x” is not the number of a page. Pages are numbered 1, 2, 3 and so on"),
        ("/load?by=year", "“year” is not known here. Choose day, week or month."),
        (f"/search?q={'a' * 101}", "is too long: at most 100 characters are read."),
        ("/maxes?converted=stone", "“stone” is not known here. Choose kg or lb."),
        ("/no/such/page", "There is no page at this address."),
    ],
)
def test_a_wrong_address_is_explained_without_the_words_of_a_program(
    client: TestClient, path: str, sentence: str
) -> None:
    page = client.get(path).text
    assert sentence in page
    assert not re.search(r"path\.|query\.|parameter|valid date|Input should", page)


def test_load_names_every_figure_of_its_chart_in_a_table(client: TestClient) -> None:
    page = client.get("/load").text
    assert re.search(r'<img class="chart" src="/charts/load.svg\?by=week"[^>]* alt="[^"]{40,}"', page)
    assert page.count("<tr>") > 15


def test_a_search_shows_words_around_what_was_found_in_a_long_line(client: TestClient) -> None:
    page = client.get("/search?q=WWWW").text
    assert "1 session</p>" in page
    assert len(page) < 5_000


def test_the_next_page_of_a_search_is_the_one_its_link_names(client: TestClient) -> None:
    first = client.get("/search?q=squat").text
    (link,) = re.findall(r'<a href="([^"]+)" rel="next">', first)
    second = client.get(link.replace("&amp;", "&")).text
    assert "Page 2 of" in second
    rows = r'<li><a href="(/day/[^"]+)">'
    assert not set(re.findall(rows, first)) & set(re.findall(rows, second))


def test_a_search_marks_its_words_and_says_its_order(client: TestClient) -> None:
    page = client.get("/search?q=back+squat").text
    assert re.search(r"\d+ sessions, best match first</p>", page)
    assert "<mark>Back</mark> <mark>Squat</mark> x 3 reps" in page
    hostile = client.get("/search?q=script").text
    assert "&lt;<mark>script</mark>&gt;" in hostile
    assert "<script>" not in hostile


def test_the_page_on_exports_lists_every_format_and_every_endpoint(client: TestClient) -> None:
    page = client.get("/about").text
    (formats,) = (p.type for p in export.params if p.name == "format_")
    assert re.findall(r"wod export --format (\w+) ", page) == list(formats.choices)
    paths = {route.path for route in api.router.routes if isinstance(route, APIRoute)}
    assert set(re.findall(r"<code>GET ([^<]+)</code>", page)) == paths
    assert "`" not in page


def test_no_page_shows_marks_of_markdown(lifter: TestClient) -> None:
    for path in PATHS:
        page = lifter.get(path).text
        assert "`" not in page, path
        assert not re.search(r"\*\*|\]\(", page), path


def test_a_search_is_shown_as_text(client: TestClient) -> None:
    page = client.get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page


# -------------------------------------------------------------------------------------------------- maxes
FORM = {"unit": "lb", "bar": "45", "step": "5", "snatch": "205", "back_squat.3": "315", "clean": ""}


def test_maxes_are_kept_in_a_cookie_that_scripts_and_other_sites_cannot_use(client: TestClient) -> None:
    answer = client.post("/maxes", data=FORM, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    athlete = maxes.athlete_of(client.cookies["maxes"].strip('"'))
    assert athlete is not None
    assert {key: str(weight) for key, weight in athlete.maxes.items()} == {
        ("snatch", 1): "205 lb",
        ("back_squat", 3): "315 lb",
    }


def test_the_form_comes_back_filled_in(client: TestClient) -> None:
    client.post("/maxes", data=FORM)
    page = client.get("/maxes").text
    assert '<input name="snatch" inputmode="decimal" maxlength="12" value="205" ' in page
    assert '<input name="back_squat.3" inputmode="decimal" maxlength="12" value="315" ' in page
    assert '<option value="lb" selected>' in page


def test_205_lb_is_155_at_75_percent_on_the_page(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "lb", "snatch": "205"})
    page = client.get("/day/2026-10-05").text
    weights = re.findall(r'<strong class="weight"><span class="figure">([^<]*)', page)
    assert "135 lb" in weights, "65 %: 133.25"
    assert "145–155 lb" not in weights
    assert "150 lb" in weights, "72 %: 147.6"


def cookie_in(client: TestClient) -> Athlete:
    athlete = maxes.athlete_of(client.cookies["maxes"].strip('"'))
    assert athlete is not None
    return athlete


def test_a_change_of_the_unit_converts_and_says_so(client: TestClient) -> None:
    kg = {"unit": "kg", "bar": "20", "step": "2.5", "snatch": "100", "clean": "120", "plate.20": "2"}
    client.post("/maxes", data=kg)
    answer = client.post("/maxes", data={**kg, "unit": "lb", "clean": "265"}, follow_redirects=False)
    assert answer.headers["location"] == "/maxes?converted=kg"
    athlete = cookie_in(client)
    assert athlete.rack == Rack("lb", Fraction(45), Fraction(5))
    assert {key[0]: str(weight) for key, weight in athlete.maxes.items()} == {
        "snatch": "220.46 lb",
        "clean": "265 lb",
    }
    page = client.get("/maxes?converted=kg").text
    assert "The unit is now lb: lifts kept in kg are converted" in page
    assert "45 lb and 5 lb" in page
    assert "Plates are not converted" in page
    assert "are converted" not in client.get("/maxes").text
    client.post("/maxes", data={"unit": "kg", "bar": "45", "step": "5", "snatch": "220.46", "clean": "265"})
    assert {key[0]: str(weight) for key, weight in cookie_in(client).maxes.items()} == {
        "snatch": "100 kg",
        "clean": "120.2 kg",
    }


@pytest.mark.parametrize("weight", ["205 lb", "225.5 lb", "92.99 kg", "82.5 kg", "100 kg"])
def test_a_unit_changed_there_and_back_keeps_a_max_as_it_was(client: TestClient, weight: str) -> None:
    amount, unit = weight.split()
    client.post("/maxes", data={"unit": unit, "snatch": amount})
    for each in ("lb", "kg", "lb", "kg", unit):
        athlete = cookie_in(client)
        form = parse_fields(maxes.cookie_of(athlete), maxes.MOST_FIELDS)
        client.post("/maxes", data={**dict(form), "unit": each})
    back = str(cookie_in(client).maxes["snatch", 1])
    assert back == weight


def test_a_max_that_is_too_much_only_before_its_conversion_is_kept(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "lb", "deadlift": "705"})
    answer = client.post("/maxes", data={"unit": "kg", "deadlift": "705"}, follow_redirects=False)
    assert answer.status_code == 303
    assert str(cookie_in(client).maxes["deadlift", 1]) == "319.78 kg"


def test_a_max_that_is_too_much_after_its_conversion_is_not_lost_silently(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "kg", "deadlift": "690"})
    answer = client.post("/maxes", data={"unit": "lb", "deadlift": "690"}, follow_redirects=False)
    assert answer.status_code == 422
    assert "Write a number up to 1500, in lb" in answer.text


def test_a_step_in_the_unit_the_plates_are_not_in_is_refused(client: TestClient) -> None:
    answer = client.post("/maxes", data={"unit": "kg", "step": "5 lb"}, follow_redirects=False)
    assert answer.status_code == 422
    assert "Write a number from 0.1 to 20, in kg" in answer.text


def test_a_women_s_bar_becomes_the_women_s_bar_of_the_other_unit(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "kg", "bar": "15", "snatch": "65"})
    client.post("/maxes", data={"unit": "lb", "bar": "15", "step": "2.5", "snatch": "65"})
    assert cookie_in(client).rack == Rack("lb", Fraction(35), Fraction(5))
    client.post("/maxes", data={"unit": "kg", "bar": "35", "step": "5", "snatch": "143.3"})
    assert cookie_in(client).rack == Rack("kg", Fraction(15))


def test_the_cookie_keeps_every_decimal_of_a_max(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "kg", "snatch": "92.986", "clean": "205.125 lb"})
    assert {key[0]: weight.amount for key, weight in cookie_in(client).maxes.items()} == {
        "snatch": Fraction("92.986"),
        "clean": Fraction("205.125"),
    }


def test_plates_are_entered_on_the_page(client: TestClient) -> None:
    owned = {"unit": "kg", "back_squat": "200", "plate.20": "1", "plate.10": "1", "plate.2.5": "0"}
    client.post("/maxes", data=owned)
    assert cookie_in(client).rack.plates == ((20, 1), (10, 1))
    page = client.get("/maxes").text
    assert '<input name="plate.20" inputmode="numeric" maxlength="2" value="1" ' in page
    assert '<input name="plate.2.5" inputmode="numeric" maxlength="2" value="" ' in page
    answer = client.post("/maxes", data={"unit": "kg", "plate.20": "many"})
    assert answer.status_code == 422
    assert "20 kg plates: “many” is not a number of pairs. Write a whole number from 0 to 20." in answer.text


def test_plates_named_in_the_other_unit_are_not_taken_for_plates_of_this_one(client: TestClient) -> None:
    page = client.get("/maxes").text
    assert '<input type="hidden" name="plates_unit" value="kg">' in page
    sent = {"unit": "lb", "snatch": "205", "plates_unit": "kg", "plate.10": "2"}
    answer = client.post("/maxes", data=sent, follow_redirects=False)
    assert answer.headers["location"] == "/maxes?converted=kg"
    assert cookie_in(client).rack.plates == ()
    assert {str(weight) for weight in cookie_in(client).maxes.values()} == {"205 lb"}
    client.post("/maxes", data={**sent, "plates_unit": "lb"})
    assert cookie_in(client).rack.plates == ((10, 2),)


def test_a_bar_in_the_other_unit_stays_in_it(client: TestClient) -> None:
    client.post("/maxes", data={"unit": "lb", "bar": "20 kg", "snatch": "100 kg"})
    assert str(cookie_in(client).rack.own_bar) == "20 kg"
    assert 'value="20 kg"' in client.get("/maxes").text
    page = client.get("/day/2026-10-05").text
    assert '<span class="figure">20 kg</span> <span class="words">bar +</span> <span' in page
    assert ".09 lb" not in page


@pytest.mark.parametrize(
    ("cookie", "rack"),
    [
        ("unit=kg&bar=20&step=2.5&snatch=100&back_squat.3=150", Rack()),
        ("unit=lb&bar=44.09&step=5&snatch=205", Rack("lb", 20 / KG_PER_LB, Fraction(5), bar_unit="kg")),
        ("unit=lb&bar=45&step=5", Rack("lb", Fraction(45), Fraction(5))),
        ("unit=kg&bar=20&step=50", Rack()),
    ],
)
def test_a_cookie_of_before_is_read(cookie: str, rack: Rack) -> None:
    athlete = maxes.athlete_of(cookie)
    assert athlete is not None
    assert athlete.rack == rack


def test_mistakes_are_named_and_nothing_is_set(client: TestClient) -> None:
    answer = client.post("/maxes", data={"unit": "kg", "snatch": "heavy", "<b>": "1"})
    assert answer.status_code == 422
    assert "etag" not in answer.headers
    assert "Snatch: “heavy” is not a weight. Write a number such as 120." in answer.text
    assert "&lt;B&gt;: “1” is in no field of this form." in answer.text
    assert "set-cookie" not in answer.headers


TYPED = {
    "unit": "lb",
    "bar": " 45 ",
    "step": "50",
    "snatch": "abc",
    "clean": "9999",
    "back_squat.3": "315",
    "jerk": "1" * 21,
    "plate.45": "2",
    "plate.7": "-1",
}


def test_a_form_with_mistakes_comes_back_as_it_was_typed_with_each_field_s_mistake(
    lifter: TestClient,
) -> None:
    answer = lifter.post("/maxes", data=TYPED)
    assert answer.status_code == 422
    inputs = {a["name"] or "": a for tag, a in Elements(answer.text).found if tag == "input" and "name" in a}
    assert {name: inputs[name]["value"] for name in TYPED if name != "unit"} == {
        name: value for name, value in TYPED.items() if name != "unit"
    }
    assert inputs["strict_press"]["value"] == "", "typed empty, though the cookie has one"
    assert '<option value="lb" selected>' in answer.text
    said = {
        "step": "Smallest step: “50” is not a step to load in. Write a number from 0.1 to 20, in lb.",
        "snatch": "Snatch: “abc” is not a weight. Write a number such as 265.",
        "clean": "Clean: “9999” is not a weight that was ever lifted. Write a number up to 1500, in lb.",
        "jerk": f"Jerk: “{'1' * 21}” is not a weight. Write a number such as 265.",
        "plate.7": "7 lb plates: “-1” is not a number of pairs. Write a whole number from 0 to 20.",
    }
    assert {name for name, a in inputs.items() if a.get("aria-invalid") == "true"} == set(said)
    for name, text in said.items():
        assert inputs[name]["aria-describedby"] == f"p-{name}"
        assert f'<p class="wrong" id="p-{name}">{text}</p>' in answer.text
        assert f'<a href="#f-{name}">{text}</a>' in answer.text
    assert answer.text.index('role="alert"') < answer.text.index("<form")
    assert not re.search(r"TOML|\[bar\]|\[plates\]|RM\]", answer.text)


def test_a_bar_that_is_too_heavy_and_a_unit_that_is_none_are_named(client: TestClient) -> None:
    page = client.post("/maxes", data={"unit": "stone", "bar": "200"}).text
    assert "Unit: “stone” is not a unit. Choose kg or lb." in page
    assert "Bar: “200” is not the weight of a bar. Write a number up to 100, in kg." in page


def test_fields_that_are_right_alone_and_wrong_together_are_a_mistake_of_the_form(client: TestClient) -> None:
    plates = {f"plate.{weight}": "20" for weight in ("1.01", "2.03", "7.77", "13.31")}
    answer = client.post("/maxes", data={"unit": "kg", **plates})
    assert answer.status_code == 422
    assert "Together these cannot be kept. Leave out the smallest plates" in answer.text


def test_maxes_are_forgotten_when_asked(lifter: TestClient) -> None:
    answer = lifter.post("/maxes", data={"forget": "yes"}, follow_redirects=False)
    assert 'maxes=""' in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    ],
)
def test_a_form_of_another_site_sets_nothing(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/maxes", data=FORM, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_form_of_this_site_is_answered(client: TestClient) -> None:
    headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/maxes", data=FORM, headers=headers, follow_redirects=False).status_code == 303


def test_more_maxes_than_fit_into_a_cookie_are_a_mistake_like_others(client: TestClient) -> None:
    many = {
        f"{movement}.{reps}": "100.25 lb"
        for movement in sorted(MOVEMENTS, key=len)[-45:]
        for reps in (2, 3, 5)
    }
    answer = client.post("/maxes", data={"unit": "kg", **many})
    assert answer.status_code == 422
    assert "These are more maxes than fit into a cookie." in answer.text
    assert "set-cookie" not in answer.headers


def test_a_form_that_is_too_long_is_refused(client: TestClient) -> None:
    assert client.post("/maxes", content=b"a" * 20_000).status_code == 413


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x" * 5_000,
        "%00%ff",
        "unit=stone&snatch=1e999",
        "snatch=nan&bar=-1&step=0",
        "a.b.c=1&=2&.=3",
        "&" * 3_000,
    ],
)
def test_any_cookie_is_bounded_and_harmless(client: TestClient, cookie: str) -> None:
    client.cookies.set("maxes", cookie)
    for path in ("/", "/maxes", "/api/v1/sessions", "/load"):
        assert client.get(path).status_code == 200


def test_the_server_keeps_no_maxes(client: TestClient, folder: Path) -> None:
    client.post("/maxes", data={"unit": "kg", "snatch": "123.25"})
    assert not any(b"123.25" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


# ------------------------------------------------------------------------------------------------- hostile
@pytest.mark.parametrize(
    "path",
    [
        "/day/2026-03-02",
        "/week/2026-03-02",
        "/search?q=script",
        "/lifts/snatch?page=1",
        "/lifts/snatch?page=2",
    ],
)
def test_a_hostile_post_is_text_on_every_page(lifter: TestClient, path: str) -> None:
    page = lifter.get(path).text
    assert not FORBIDDEN_CHARACTERS & set(page)
    for tag, attributes in Elements(page).found:
        assert tag not in {"iframe", "svg", "b"}
        assert tag != "script" or attributes["src"] == static_address("zone.js")
        assert not [name for name in attributes if name.startswith("on")]
        assert not (attributes.get("href") or "").startswith("javascript")
    assert "49" not in re.findall(r"\b49\b", page), "no template of the post was run"


def test_a_hostile_post_is_shown_as_the_text_it_is(lifter: TestClient) -> None:
    page = lifter.get("/day/2026-03-02").text
    assert "&lt;script&gt;document.title = &#39;owned&#39;&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert 'class="note long"' in page


def test_a_hostile_post_is_text_in_the_api_and_the_calendar(client: TestClient) -> None:
    answer = client.get("/api/v1/sessions/2026-03-02")
    assert answer.headers["content-type"] == "application/json"
    lines = answer.json()["sessions"][0]["session"]["lines"]
    assert "<script>document.title = 'owned'</script>" in [line["text"] for line in lines]
    calendar = client.get("/calendar.ics?from=2026-03-01&to=2026-03-08")
    assert not FORBIDDEN_CHARACTERS & set(calendar.text)


# ------------------------------------------------------------------------------------- versions, unread words
@pytest.fixture
def versions(tmp_path: Path) -> Iterator[str]:
    """The page of a day with another version of its work, and with words that nobody can read."""
    lines = (
        "Monday",
        "A.",
        "For time:",
        "21 Thrusters",
        "Scaled:",
        "15 Thrusters",
        "B.",
        "Dips x 6 like a gazelle",
    )
    table = SqliteSessionTable(tmp_path / "versions.sqlite")
    table.replace_week(week_records(raw_post(*lines)))
    with TestClient(create_app(table, ZONE)) as client:
        yield client.get(f"/day/{MONDAY}").text


def test_another_version_of_the_work_is_folded_under_its_heading(versions: str) -> None:
    folded = re.search(r'<details class="version">(.*?)</details>', versions, re.DOTALL)
    assert folded is not None
    assert "<summary>Scaled, as an alternative</summary>" in folded[1]
    assert "15 reps" in folded[1]
    assert "21 reps" not in folded[1]
    Elements(versions)


def test_unread_words_stand_below_their_exercise(versions: str) -> None:
    unread = 'class="note unread" dir="auto">As written: Dips x 6 like a gazelle – not understood: “like a gazelle”'
    assert unread in versions.partition(">Dips<")[2]
