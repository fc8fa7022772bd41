"""The fake site does what real sites were seen to do: a test that passes against it means something."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from wod_pipeline_tests.servers.faults import Fault, Faults
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.wordpress.conftest import at

SUNDAY = at("2021-02-21 17:00")
MAY = at("2020-05-03 17:00")


def ask(
    wp: FakeWordPress, path: str = "posts", auth: tuple[str, str] | None = None, **query: Any
) -> requests.Response:
    return requests.get(f"{wp.url}/wp-json/wp/v2/{path}", params=query, auth=auth, timeout=5)


def ids(wp: FakeWordPress, **query: Any) -> list[int]:
    answer = ask(wp, **{"per_page": 100, "orderby": "id", "order": "asc", **query})
    assert answer.status_code == 200, answer.text
    return [post["id"] for post in answer.json()]


def error(answer: requests.Response) -> tuple[int, str]:
    assert "X-WP-Total" not in answer.headers
    return answer.status_code, answer.json()["code"]


# ---------------------------------------------------------------------------------------------------- paging
@pytest.mark.parametrize("orderby", ["date", "modified"])
def test_pages_over_equal_dates_repeat_some_posts_and_lose_others_while_totals_look_right(
    orderby: str, wp: FakeWordPress
) -> None:
    for n in range(300):
        wp.site.write(f"Post {n}", at=SUNDAY)
    answers = [ask(wp, per_page=100, orderby=orderby, page=page) for page in (1, 2, 3)]
    assert {answer.headers["X-WP-Total"] for answer in answers} == {"300"}
    assert 170 <= len({post["id"] for answer in answers for post in answer.json()}) <= 250
    assert len({i for page in (1, 2, 3) for i in ids(wp, page=page)}) == 300


def test_nothing_found_is_an_empty_list_with_zero_totals_on_every_page(wp: FakeWordPress) -> None:
    for page in (1, 2, 99):
        answer = ask(wp, page=page)
        assert (answer.status_code, answer.text) == (200, "[]")
        assert (answer.headers["X-WP-Total"], answer.headers["X-WP-TotalPages"]) == ("0", "0")


def test_a_page_past_the_end_is_an_error_without_totals(wp: FakeWordPress) -> None:
    wp.site.write("Post", at=SUNDAY)
    assert error(ask(wp, page=2)) == (400, "rest_post_invalid_page_number")


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": 0},
        {"per_page": 101},
        {"per_page": -1},
        {"per_page": "ten"},
        {"page": 0},
        {"order": "ASC"},
        {"orderby": "size"},
        {"categories": "2,x"},
        {"after": "2021-02-21"},
        {"after": "2021-02-30T00:00:00"},
        {"before": "2021-02-21T00:00:00 01:00"},
        {"modified_after": "yesterday"},
    ],
)
def test_values_that_wordpress_does_not_take_are_an_error(query: dict[str, Any], wp: FakeWordPress) -> None:
    assert error(ask(wp, **query)) == (400, "rest_invalid_param")


def test_a_bare_plus_in_an_offset_arrives_as_a_blank_and_is_an_error(wp: FakeWordPress) -> None:
    url = f"{wp.url}/wp-json/wp/v2/posts?after=2021-02-21T00:00:00"
    assert error(requests.get(f"{url}+01:00", timeout=5)) == (400, "rest_invalid_param")
    assert requests.get(f"{url}%2B01:00", timeout=5).status_code == 200


def test_unknown_parameters_are_ignored(wp: FakeWordPress) -> None:
    assert ask(wp, colour="blue").status_code == 200


def test_fields_may_be_dotted_and_unknown_ones_vanish(wp: FakeWordPress) -> None:
    wp.site.write("Post", "<p>x</p>", at=SUNDAY, post_id=5)
    wanted = "id,title.rendered,content.protected,title.colour,nothing,content.a.b"
    assert ask(wp, _fields=wanted).json() == [
        {"id": 5, "title": {"rendered": "Post"}, "content": {"protected": False}}
    ]


def test_categories_are_joined_by_or(wp: FakeWordPress) -> None:
    first = wp.site.write("One", at=SUNDAY, categories=[213])
    second = wp.site.write("Two", at=SUNDAY, categories=[214, 9])
    wp.site.write("Three", at=SUNDAY, categories=[9])
    assert ids(wp, categories="213,214") == [first, second]
    assert ids(wp, categories=213) == [first]


def test_ids_can_be_included_and_excluded_and_slugs_asked_for(wp: FakeWordPress) -> None:
    first, second, third = (wp.site.write(name, at=SUNDAY) for name in ("One", "Two", "Three"))
    assert ids(wp, include=f"{first},{third},999") == [first, third]
    assert ids(wp, exclude=f"{first}") == [second, third]
    assert ids(wp, slug="two") == [second]


def test_head_gives_totals_and_there_is_nothing_to_cache_by(wp: FakeWordPress) -> None:
    wp.site.write("Post", at=SUNDAY)
    answer = requests.head(f"{wp.url}/wp-json/wp/v2/posts", timeout=5)
    assert (answer.headers["X-WP-Total"], answer.content) == ("1", b"")
    assert not {"ETag", "Last-Modified"} & answer.headers.keys()


# ----------------------------------------------------------------------------------------------------- dates
def test_after_and_before_are_strict_and_compare_site_time(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    assert ids(wp, after="2021-02-21T16:59:59", before="2021-02-21T17:00:01") == [post_id]
    assert ids(wp, after="2021-02-21T17:00:00") == []
    assert ids(wp, before="2021-02-21T17:00:00") == []


def test_a_zone_in_a_time_is_converted_to_site_time(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    assert ids(wp, after="2021-02-22T00:59:59Z", before="2021-02-22T02:00:01+01:00") == [post_id]
    assert ids(wp, after="2021-02-22T01:00:00Z") == []


def test_an_edit_shows_in_the_modification_and_not_in_the_date(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=MAY)
    wp.site.edit(post_id, title="Other")
    assert ids(wp, after="2021-01-01T00:00:00") == []
    assert ids(wp, modified_after="2021-01-01T00:00:00", modified_before="2021-03-01T04:00:01") == [post_id]
    [post] = ask(wp).json()
    assert (post["date"], post["modified"], post["modified_gmt"], post["title"]["rendered"]) == (
        "2020-05-03T17:00:00",
        "2021-03-01T04:00:00",
        "2021-03-01T12:00:00",
        "Other",
    )


def test_a_scheduled_post_appears_at_its_date_and_was_modified_before_it(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Next", at=at("2021-03-07 17:00"))
    wp.site.edit(post_id, content="<p>x</p>")
    assert ids(wp) == []
    wp.site.clock = lambda: dt.datetime(2021, 3, 8, 1, tzinfo=dt.timezone.utc)
    [post] = ask(wp).json()
    assert post["modified"] < post["date"] == "2021-03-07T17:00:00"


def test_a_moved_post_keeps_its_id(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=MAY)
    wp.site.move(post_id, SUNDAY)
    assert ids(wp, after="2021-01-01T00:00:00") == [post_id]


# ------------------------------------------------------------------------------------------------ visibility
@pytest.mark.parametrize("status", ["draft", "private", "trash"])
def test_hidden_posts_are_silently_absent_and_forbidden_by_id(status: str, wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    assert ask(wp, f"posts/{post_id}", _fields="id").json() == {"id": post_id}
    wp.site.set_status(post_id, status)
    assert ids(wp) == []
    assert error(ask(wp, f"posts/{post_id}")) == (401, "rest_forbidden")


def test_a_deleted_post_leaves_no_trace(wp: FakeWordPress) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    wp.site.delete(post_id)
    assert ids(wp) == []
    assert error(ask(wp, f"posts/{post_id}")) == (404, "rest_post_invalid_id")


def test_a_protected_post_is_listed_without_its_content(wp: FakeWordPress) -> None:
    wp.site.protect(wp.site.write("Post", at=SUNDAY))
    assert ask(wp).json()[0]["content"] == {"rendered": "", "protected": True}


def test_visitors_may_not_see_other_states_nor_edit(wp: FakeWordPress) -> None:
    assert ask(wp, status="draft").status_code == 401
    assert ask(wp, context="edit").status_code == 401


# ----------------------------------------------------------------------------------------------------- login
def test_a_wrong_application_password_is_an_anonymous_visitor_and_only_users_me_tells(
    wp: FakeWordPress,
) -> None:
    wp.site.users = {"coach": "abcd efgh"}
    assert ask(wp, auth=("coach", "wrong")).status_code == 200
    assert error(ask(wp, "users/me", auth=("coach", "wrong"))) == (401, "rest_not_logged_in")
    assert ask(wp, "users/me", auth=("coach", "abcdefgh")).json()["name"] == "coach"


def test_some_plugins_answer_a_wrong_password_and_some_sites_ignore_right_ones(wp: FakeWordPress) -> None:
    wp.site.users = {"coach": "abcd"}
    wp.site.login_plugin = True
    assert error(ask(wp, auth=("coach", "wrong"))) == (401, "incorrect_password")
    wp.site.login_plugin, wp.site.application_passwords_work = False, False
    assert ask(wp, "users/me", auth=("coach", "abcd")).status_code == 401


# ------------------------------------------------------------------------------------------ body and address
def test_json_is_ascii_with_escaped_slashes(wp: FakeWordPress) -> None:
    wp.site.write("Übung", "<p>1/2</p>", at=SUNDAY)
    text = ask(wp).text
    assert r"<p>1\/2<\/p>" in text
    assert r"\u00dcbung" in text


def test_without_rewriting_only_the_other_form_of_address_works(wp: FakeWordPress) -> None:
    wp.site.rewriting = False
    answer = ask(wp)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=UTF-8")
    plain = requests.get(f"{wp.url}/?rest_route=/wp/v2/posts", timeout=5)
    assert (plain.status_code, plain.json()) == (200, [])


def test_the_index_names_the_api_and_other_routes_are_unknown(wp: FakeWordPress) -> None:
    assert requests.get(f"{wp.url}/wp-json/", timeout=5).json()["namespaces"] == ["wp/v2"]
    assert error(ask(wp, "pages")) == (404, "rest_no_route")
    assert requests.get(f"{wp.url}/wp-content/x.png", timeout=5).status_code == 404


# ---------------------------------------------------------------------------------------------------- faults
def test_the_same_seed_makes_the_same_failures() -> None:
    def drawn(seed: int) -> list[Fault | None]:
        faults = Faults(rate=0.3, seed=seed)
        return [faults.draw() for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 30 < sum(fault is not None for fault in drawn(1)) < 90


def test_the_log_tells_what_was_asked_and_what_went_wrong(wp: FakeWordPress) -> None:
    wp.faults.fail_next(Fault.DATABASE_DOWN)
    ask(wp, page=3)
    [entry] = wp.log
    assert (entry.status, entry.fault, entry.query) == (500, Fault.DATABASE_DOWN, {"page": "3"})


def test_a_site_that_goes_down_comes_back_under_the_same_address(wp: FakeWordPress) -> None:
    url = wp.url
    wp.down()
    with pytest.raises(requests.ConnectionError):
        ask(wp)
    wp.up()
    assert wp.url == url
    assert ask(wp).status_code == 200


def test_it_can_be_run_by_hand_over_a_folder(tmp_path: Path) -> None:
    (tmp_path / "post.json").write_text('{"id": 5}')
    command = [sys.executable, "-m", "wod_pipeline_tests.servers.wordpress", "--posts", str(tmp_path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        try:
            assert server.stdout
            url = server.stdout.readline().strip()
            found = requests.get(f"{url}/wp-json/wp/v2/posts?_fields=id", timeout=5).json()
        finally:
            server.kill()
    assert found == [{"id": 5}]
