"""The REST client against a fake site with the quirks of real ones."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from typing import Any

import pytest

from wod_pipeline.bounds import JSON_DEPTH, PAGES_LISTED, POSTS_LISTED
from wod_pipeline.errors import (
    SourceChallenged,
    SourceIncomplete,
    SourceMalformed,
    SourceRefused,
    SourceUnavailable,
)
from wod_pipeline.program import RawPost, decode, encode
from wod_pipeline.wordpress import WordPressSource
from wod_pipeline.wordpress._http import JsonClient
from wod_pipeline.wordpress._pages import ReadingBounds
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Post, Reply, Request, as_json
from wod_pipeline_tests.wordpress.conftest import OpenSource, at

SUNDAY = at("2021-02-21 17:00")
FIRST, LAST = dt.date(2021, 2, 15), dt.date(2021, 2, 28)


def fill(wp: FakeWordPress, count: int, at: dt.datetime = SUNDAY) -> set[int]:
    return {wp.site.write(f"Post {n}", at=at) for n in range(count)}


# ---------------------------------------------------------------------------------------------- completeness
def test_posts_of_one_date_are_all_found_though_pages_over_dates_would_lose_some(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    ids = fill(wp, 300)
    found = source.fetch_published(FIRST, LAST)
    assert len(found) == 300
    assert {post.id for post in found} == ids


def test_requests_ask_for_whole_pages_in_order_of_id_and_only_the_fields_of_a_post(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    fill(wp, 101)
    source.fetch_published(FIRST, LAST)
    assert [entry.query for entry in wp.log] == [
        {
            "categories": "213",
            "per_page": "100",
            "orderby": "id",
            "order": "asc",
            "_fields": "id,date,date_gmt,modified,modified_gmt,slug,link,title,content,categories",
            "after": "2021-02-14T23:59:59",
            "before": "2021-03-01T00:00:00",
            "page": page,
        }
        for page in ("1", "2")
    ]


def test_an_empty_category_that_exists_is_an_empty_list(wp: FakeWordPress, source: WordPressSource) -> None:
    assert source.fetch_published(FIRST, LAST) == []
    assert source.list_ids() == set()
    assert [entry.request.path.rpartition("/")[2] for entry in wp.log] == [
        "posts",
        "213",
        "categories",
        "posts",
    ]


def test_a_post_keeps_every_field_exactly_as_received(wp: FakeWordPress, source: WordPressSource) -> None:
    wp.site.write("Heavy &#8211; 3&#215;5", "<p>“Snatch” / Ä 💪</p>", at=SUNDAY, post_id=77, slug="heavy")
    [post] = source.fetch_published(FIRST, LAST)
    assert (post.id, post.slug, post.categories) == (77, "heavy", [213])
    assert (post.date, post.date_gmt) == ("2021-02-21T17:00:00", "2021-02-22T01:00:00")
    assert post.title.rendered == "Heavy &#8211; 3&#215;5"
    assert post.content.rendered == "<p>“Snatch” / Ä 💪</p>"


def between_pages(wp: FakeWordPress, act: object, times: int = 1) -> None:
    """Call `act` before the second page is answered, as often as told."""
    left = [times]

    def intercept(request: Request) -> Reply | None:
        if request.query.get("page") == "2" and left[0]:
            left[0] -= 1
            act()  # type: ignore[operator]
        return None

    wp.intercept = intercept


def test_one_odd_post_and_one_without_an_id_cost_only_themselves(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    page = [
        {"id": 1, "link": False, "title": ["June"], "content": {"rendered": "<p>A</p>"}},
        {"id": 2, "content": {"rendered": "<p>B</p>"}},
        {"title": {"rendered": "June 1-7"}, "content": {"rendered": "<p>C</p>"}},
        7,
        7,
    ]
    totals = {"X-WP-Total": "5", "X-WP-TotalPages": "1"}
    wp.intercept = lambda request: as_json(page, headers=totals)
    found = source.fetch_published(FIRST, LAST)
    assert [(post.id, post.content.rendered) for post in found] == [
        (1, "<p>A</p>"),
        (2, "<p>B</p>"),
        (0, "<p>C</p>"),
        (0, ""),
    ]
    assert [bool(post.problems) for post in found] == [True, False, True, True]
    assert source.list_ids() == {1, 2}
    assert {post.id for post in source.fetch_modified(at("2000-01-01"))} == {1, 2}
    assert {post.id for post in source.fetch_ids([1, 2])} == {1, 2}


def listed(wp: FakeWordPress, posts: list[Post], per_page: int) -> None:
    """Have the site list exactly these items, whatever is asked for."""
    totals = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(-(-len(posts) // per_page))}

    def answer(request: Request) -> Reply:
        start = (int(request.query.get("page", 1)) - 1) * per_page
        return as_json(posts[start : start + per_page], headers=totals)

    wp.intercept = answer


def text_of(words: str) -> dict[str, str]:
    return {"rendered": words}


@pytest.mark.parametrize("per_page", [100, 2], ids=["on one page", "at the border of two"])
@pytest.mark.parametrize(
    ("again", "problems"),
    [
        ({"id": 2, "content": text_of("two")}, []),
        ({"id": "2", "content": text_of("two")}, ["another post has the same id"]),
        ({"id": 2, "content": text_of("other")}, ["another post has the same id"]),
        ({"id": 2, "content": None}, ["another post has the same id"]),
    ],
    ids=str,
)
def test_an_id_that_the_site_lists_twice_costs_no_other_post(
    again: Post,
    problems: list[str],
    per_page: int,
    wp: FakeWordPress,
    source: WordPressSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    posts = [{"id": n, "content": text_of(word)} for n, word in ((1, "one"), (2, "two"), (3, "three"))]
    listed(wp, [*posts[:2], again, posts[2]], per_page)
    found = {post.id: post for post in source.fetch_published(FIRST, LAST)}
    assert list(found) == [1, 2, 3]
    assert (found[2].problems, found[1].problems, found[3].problems) == (problems, [], [])
    assert "lists a post more than once: 2" in caplog.text
    if problems:
        assert found[2].content.rendered in {"two", "other"}
        assert "two" in found[2].received
        assert (again["content"] or {}).get("rendered", "null") in found[2].received


def test_a_post_without_an_id_does_not_keep_others_from_being_read_when_it_is_the_only_one_found(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    listed(wp, [{"title": text_of("March 2, 2026"), "content": text_of("Monday")}], 100)
    (post,) = source.fetch_published(FIRST, LAST)
    assert (post.id, post.problems) == (0, ["id is missing"])
    assert source.fetch_modified(at("2000-01-01")) == []


def test_a_site_that_sends_pages_of_no_posts_without_end_is_left(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    totals = {"X-WP-Total": str(POSTS_LISTED.most), "X-WP-TotalPages": str(PAGES_LISTED.most)}
    wp.intercept = lambda request: as_json([7] * 100, headers=totals)
    with pytest.raises(SourceIncomplete):
        source.fetch_published(FIRST, LAST)
    assert len(wp.log) == 8


def test_a_post_deleted_between_two_pages_costs_no_other_post(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    ids = fill(wp, 150)
    between_pages(wp, lambda: wp.site.delete(min(ids)))
    assert {post.id for post in source.fetch_published(FIRST, LAST)} == ids - {min(ids)}


def test_a_post_published_between_two_pages_is_found_too(wp: FakeWordPress, source: WordPressSource) -> None:
    ids = fill(wp, 150)
    new: list[int] = []
    between_pages(wp, lambda: new.append(wp.site.write("Late", at=SUNDAY)))
    assert {post.id for post in source.fetch_published(FIRST, LAST)} == ids | set(new)


def test_a_last_page_that_vanishes_meanwhile_is_read_again(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    ids = fill(wp, 101)
    between_pages(wp, lambda: wp.site.delete(max(ids)))
    assert {post.id for post in source.fetch_published(FIRST, LAST)} == ids - {max(ids)}


def test_pages_that_never_add_up_are_refused_and_none_of_them_used(
    wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    ids = sorted(fill(wp, 150))
    between_pages(wp, lambda: wp.site.delete(ids.pop(0)), times=99)
    with pytest.raises(SourceIncomplete, match=r"announced 146 posts.*A rerun can clear this"):
        source.fetch_published(FIRST, LAST)
    assert len(wp.log) == 8
    assert waits == [0.5, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5]


def test_a_site_that_repeats_one_page_for_ever_is_left_after_its_second_page(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    page = [{"id": n} for n in range(1, 101)]
    totals = {"X-WP-Total": str(POSTS_LISTED.most), "X-WP-TotalPages": str(PAGES_LISTED.most)}
    wp.intercept = lambda request: as_json(page, headers=totals)
    with pytest.raises(SourceIncomplete, match=f"announced {POSTS_LISTED.most} posts"):
        source.list_ids()
    assert len(wp.log) == 8


@pytest.mark.parametrize(
    ("posts", "pages", "said"),
    [
        (POSTS_LISTED.most + 1, 1, "lists 50,001 posts; at most 50,000 posts on 500 pages"),
        (1, PAGES_LISTED.most + 1, "lists 501 pages of posts; "),
        (1, 1_000_000_000, "lists 1,000,000,000 pages of posts; "),
        (-1, 1, "does not say how many posts there are"),
    ],
)
def test_a_site_that_announces_more_than_is_followed_is_asked_once(
    wp: FakeWordPress, source: WordPressSource, posts: int, pages: int, said: str
) -> None:
    totals = {"X-WP-Total": str(posts), "X-WP-TotalPages": str(pages)}
    wp.intercept = lambda request: as_json([{"id": 1}], headers=totals)
    with pytest.raises(SourceMalformed, match=said):
        source.list_ids()
    assert len(wp.log) == 1


@pytest.mark.parametrize(("posts", "pages"), [(POSTS_LISTED.most + 1, 1), (1, 1_000_000_000)])
def test_a_check_does_not_pass_a_site_whose_posts_would_not_be_read(
    wp: FakeWordPress, source: WordPressSource, posts: int, pages: int
) -> None:
    totals = {"X-WP-Total": str(posts), "X-WP-TotalPages": str(pages)}
    wp.intercept = lambda request: as_json([{"id": 1, "date": "2021-02-21T00:00:00"}], headers=totals)
    with pytest.raises(SourceMalformed, match="at most 50,000 posts on 500 pages are read"):
        source.check()


@pytest.mark.parametrize("newest", [{"id": 1, "date": "soon"}, {"id": 1}, None])
def test_a_check_names_no_day_that_the_site_does_not(
    wp: FakeWordPress, source: WordPressSource, newest: Any
) -> None:
    wp.intercept = lambda request: as_json([newest], headers={"X-WP-Total": "1", "X-WP-TotalPages": "1"})
    assert source.check() == f"{wp.url} answers: 1 post in category 213."


def test_an_answer_without_totals_proves_nothing_and_is_refused(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.intercept = lambda request: as_json([{"id": 1}])
    with pytest.raises(SourceMalformed, match="does not say how many posts there are"):
        source.list_ids()


def test_a_pause_is_made_between_pages_and_nowhere_else(
    wp: FakeWordPress, open_source: OpenSource, waits: list[float]
) -> None:
    fill(wp, 250)
    open_source(page_pause_s=0.25).fetch_published(FIRST, LAST)
    assert waits == [0.25, 0.25]


def test_all_pages_come_over_one_connection(wp: FakeWordPress, source: WordPressSource) -> None:
    fill(wp, 250)
    source.fetch_published(FIRST, LAST)
    assert wp.connections == 1


# --------------------------------------------------------------------------------------------------- windows
def test_the_window_holds_its_first_and_last_second_and_not_one_more(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    times = {
        name: wp.site.write(name, at=at(time))
        for name, time in {
            "before": "2021-02-14T23:59:59",
            "first": "2021-02-15T00:00:00",
            "last": "2021-02-28T23:59:59",
            "after": "2021-03-01T00:00:00",
        }.items()
    }
    found = source.fetch_published(at("2021-02-15 09:30"), LAST)
    assert {post.id for post in found} == {times["first"], times["last"]}


def test_an_edit_is_found_by_its_modification_though_its_date_is_old(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    old, _ = wp.site.write("Old", at=at("2018-05-06 17:00")), wp.site.write("Other", at=SUNDAY)
    wp.site.edit(old, content="<p>Tuesday</p>")
    since = dt.datetime(2021, 3, 1, 11, 59, tzinfo=dt.timezone.utc)
    [post] = source.fetch_modified(since)
    assert (post.id, post.content.rendered, post.date[:4]) == (old, "<p>Tuesday</p>", "2018")


def test_an_edit_of_exactly_the_asked_second_counts_in_any_zone(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    edited = at("2021-02-22 01:00")
    in_tokyo = edited.replace(tzinfo=dt.timezone.utc).astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert [post.id for post in source.fetch_modified(edited)] == [post_id]
    assert [post.id for post in source.fetch_modified(in_tokyo)] == [post_id]
    assert [post.id for post in source.fetch_modified(edited + dt.timedelta(seconds=0.9))] == [post_id]
    assert source.fetch_modified(edited + dt.timedelta(seconds=1)) == []


def test_an_edit_in_the_hour_that_summer_time_repeats_is_not_missed(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    wp.site.clock = lambda: dt.datetime(2021, 11, 7, 9, 10, tzinfo=dt.timezone.utc)
    wp.site.edit(post_id, content="<p>again 01:10</p>")
    [post] = source.fetch_modified(at("2021-11-07 08:45"))
    assert (post.modified, post.modified_gmt) == ("2021-11-07T01:10:00", "2021-11-07T09:10:00")


def test_a_site_too_old_to_filter_by_modification_is_filtered_here_and_that_is_said_once(
    wp: FakeWordPress, source: WordPressSource, caplog: pytest.LogCaptureFixture
) -> None:
    wp.site.write("Old", at=at("2018-05-06 17:00"))
    new = wp.site.write("New", at=SUNDAY)

    def before_5_7(request: Request) -> Reply:
        known = {k: v for k, v in request.query.items() if k != "modified_after"}
        return wp.site.answer(Request(request.method, request.path, known, request.headers))

    wp.intercept = before_5_7
    for _ in range(2):
        assert [post.id for post in source.fetch_modified(at("2021-01-01 00:00"))] == [new]
    assert [line.partition(":")[0] for line in caplog.messages] == ["http"]
    assert "ignores `modified_after`, as WordPress before 5.7 does" in caplog.text


def test_a_site_that_filters_by_modification_is_not_called_old(
    wp: FakeWordPress, source: WordPressSource, caplog: pytest.LogCaptureFixture
) -> None:
    wp.site.write("Old", at=at("2018-05-06 17:00"))
    wp.site.write("New", at=SUNDAY)
    source.fetch_modified(at("2021-01-01 00:00"))
    assert caplog.messages == []


def test_a_scheduled_post_appears_with_the_date_it_was_scheduled_for(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    post_id = wp.site.write("Next week", at=at("2021-03-01 17:00"))
    window = dt.date(2021, 3, 1), dt.date(2021, 3, 1)
    assert source.fetch_published(*window) == []
    wp.site.clock = lambda: dt.datetime(2021, 3, 2, 2, tzinfo=dt.timezone.utc)
    assert [post.id for post in source.fetch_published(*window)] == [post_id]


# ------------------------------------------------------------------------------------------------ visibility
def test_by_id_only_what_the_site_still_lists_in_the_category_is_found(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    listed, draft, trashed, deleted, refiled = (wp.site.write(f"Post {n}", at=SUNDAY) for n in range(5))
    wp.site.set_status(draft, "draft")
    wp.site.set_status(trashed, "trash")
    wp.site.delete(deleted)
    wp.site.recategorise(refiled, [99])
    found = source.fetch_ids([listed, draft, trashed, deleted, refiled, listed])
    assert [post.id for post in found] == [listed]
    assert source.list_ids() == {listed}


def test_more_ids_than_a_page_holds_are_asked_for_in_several_requests(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    ids = fill(wp, 230)
    assert {post.id for post in source.fetch_ids(ids)} == ids
    assert len(wp.log) == 3


def test_no_ids_are_no_request(wp: FakeWordPress, source: WordPressSource) -> None:
    assert source.fetch_ids([]) == []
    assert wp.log == []


def test_listing_ids_transfers_ids_only(wp: FakeWordPress, source: WordPressSource) -> None:
    ids = fill(wp, 3)
    assert source.list_ids() == ids
    assert wp.log[-1].query["_fields"] == "id"


def test_a_protected_post_is_marked_and_not_taken_for_an_empty_one(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.site.protect(wp.site.write("Members only", at=SUNDAY))
    [post] = source.fetch_published(FIRST, LAST)
    assert (post.content.rendered, post.content.protected) == ("", True)


# ------------------------------------------------------------------------------------------ forms of address
def test_without_url_rewriting_the_other_form_of_address_is_found_once_and_remembered(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.site.rewriting = False
    ids = fill(wp, 150)
    assert {post.id for post in source.fetch_published(FIRST, LAST)} == ids
    assert [entry.request.path for entry in wp.log] == ["/wp-json/wp/v2/posts", "/", "/"]
    assert wp.log[-1].query["rest_route"] == "/wp/v2/posts"


def test_a_site_without_rest_api_is_refused_with_a_hint(wp: FakeWordPress, source: WordPressSource) -> None:
    wp.intercept = lambda request: Reply(404, b"<html>gone</html>", content_type="text/html")
    with pytest.raises(SourceRefused, match=r"refused with 404 and a page.*Check the address"):
        source.list_ids()


def test_a_route_that_wordpress_itself_does_not_know_is_not_tried_in_another_form(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    error = {"code": "rest_no_route", "message": "No route was found."}
    wp.intercept = lambda request: as_json(error, status=404)
    with pytest.raises(SourceRefused, match="refused with 404: rest_no_route, No route was found"):
        source.list_ids()
    assert len(wp.log) == 1


def test_a_site_that_insists_on_a_browser_is_served_one_by_default(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.refuses_plain_user_agents = True
    assert open_source().list_ids() == set()
    with pytest.raises(SourceChallenged, match=r"refused with 403.*User-Agent"):
        open_source(user_agent="python-requests").list_ids()


def test_a_slash_at_the_end_of_the_address_and_a_path_in_it_are_fine(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    assert open_source(wp.url + "/").name == wp.url
    wp.intercept = lambda request: as_json([], headers={"X-WP-Total": "0", "X-WP-TotalPages": "0"})
    open_source(wp.url + "/blog/").list_ids()
    assert wp.log[0].request.path == "/blog/wp-json/wp/v2/posts"


@pytest.mark.parametrize(
    "address",
    [
        "coach.example",
        "ftp://coach.example",
        "https://",
        "https://a:hidden@b.example",
        "https://b.example/?x=1",
    ],
)
def test_an_address_that_cannot_be_a_site_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(SourceRefused, match=r"not a plain http\(s\) address") as error:
        WordPressSource(address)
    assert "hidden" not in str(error.value)


# ----------------------------------------------------------------------------------------------------- login
def test_a_login_is_verified_once_and_sent_with_every_request(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.users = {"coach": "abcd efgh"}
    source = open_source(credentials=("coach", "abcd efgh"))
    wp.site.write("Post", at=SUNDAY)
    source.list_ids()
    source.list_ids()
    assert [entry.request.path.rpartition("/")[2] for entry in wp.log] == ["me", "posts", "posts"]
    assert all("authorization" in entry.request.headers for entry in wp.log)


def test_user_and_password_may_hold_any_letters(wp: FakeWordPress, open_source: OpenSource) -> None:
    wp.site.users = {"łukasz": "żółw – 7"}
    assert open_source(credentials=("łukasz", "żółw – 7")).list_ids() == set()


def test_a_wrong_password_is_noticed_though_the_site_would_serve_it_as_anonymous(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.users = {"coach": "abcd efgh"}
    with pytest.raises(SourceRefused, match="treats a wrong application password as an anonymous") as error:
        open_source(credentials=("coach", "wrong-secret")).list_ids()
    assert "wrong-secret" not in str(error.value)


def test_a_login_that_a_plugin_rejects_says_so_without_markup(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.login_plugin = True
    with pytest.raises(SourceRefused, match=r"\(incorrect_password, Error: The password is incorrect\)"):
        open_source(credentials=("coach", "wrong")).check()


def test_a_login_that_the_site_ignores_is_noticed(wp: FakeWordPress, open_source: OpenSource) -> None:
    wp.site.users = {"coach": "abcd"}
    wp.site.application_passwords_work = False
    with pytest.raises(SourceRefused, match="rest_not_logged_in"):
        open_source(credentials=("coach", "abcd")).list_ids()


def test_a_login_is_never_sent_unencrypted_beyond_this_machine() -> None:
    with pytest.raises(SourceRefused, match=r"http://coach\.example unencrypted") as error:
        WordPressSource("http://coach.example", credentials=("coach", "secret"))
    assert "secret" not in str(error.value)
    WordPressSource("https://coach.example", credentials=("coach", "secret"))
    WordPressSource("http://localhost:8080", credentials=("coach", "secret"))


def test_a_login_does_not_follow_a_redirect_to_another_site(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    with FakeWordPress() as other:
        target = {"Location": other.url + "/wp-json/wp/v2/users/me"}
        wp.intercept = lambda request: Reply(302, b"", target)
        with pytest.raises(SourceRefused, match="to which the login is not sent"):
            open_source(credentials=("coach", "abcd")).list_ids()
        assert other.log == []


def test_without_a_login_none_is_taken_from_the_users_netrc(
    wp: FakeWordPress, source: WordPressSource, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"  # type: ignore[operator]
    netrc.write_text("machine 127.0.0.1 login me password private\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    source.list_ids()
    assert "authorization" not in wp.log[0].request.headers


# ----------------------------------------------------------------------------------------------------- check
def test_a_check_is_one_small_request_and_one_sentence(wp: FakeWordPress, source: WordPressSource) -> None:
    fill(wp, 3)
    assert source.check() == f"{wp.url} answers: 3 posts in category 213, the newest of 2021-02-21."
    assert [entry.query["per_page"] for entry in wp.log] == ["1"]


def test_a_check_of_an_empty_category_says_that_it_is_empty(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.add_category(9, "News")
    assert open_source(category=9).check().endswith("answers: 0 posts in category 9.")


# ------------------------------------------------------------------------------------------ bounds of a reading
def listing(posts: int, pages: int, items: list[dict[str, object]]) -> Reply:
    return as_json(items, headers={"X-WP-Total": str(posts), "X-WP-TotalPages": str(pages)})


@pytest.mark.parametrize("number", ["-1", "9" * 19, "9" * 5000, "1e9", "١٢ posts"])
def test_a_number_of_pages_that_no_site_can_mean_is_refused(
    number: str, wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.intercept = lambda _: as_json(
        [], headers={"X-WP-Total": "1", "X-WP-TotalPages": number.encode().decode("latin-1")}
    )
    with pytest.raises(SourceMalformed, match="does not say how many posts there are"):
        source.list_ids()


def test_a_site_with_as_many_posts_and_pages_as_a_reading_may_have_is_read(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    ids = fill(wp, 300)
    assert open_source(bounds=ReadingBounds(posts=300, pages=3)).list_ids() == ids
    for bounds in (ReadingBounds(posts=299), ReadingBounds(pages=2)):
        with pytest.raises(
            SourceMalformed, match=r"lists \d+ (posts|pages of posts); at most [\d,]+ posts on \d+ pages"
        ):
            open_source(bounds=bounds).list_ids()


def test_a_site_that_sends_new_posts_without_end_is_left_at_the_bound_of_posts(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    pages = itertools.count()

    def next_page(_: Request) -> Reply:
        first = next(pages) * 100 + 1
        return listing(250, 400, [{"id": n} for n in range(first, first + 100)])

    wp.intercept = next_page
    with pytest.raises(SourceMalformed, match="lists 300 posts; at most 250 posts on 500 pages"):
        open_source(bounds=ReadingBounds(posts=250)).list_ids()
    assert len(wp.log) == 3


def test_a_reading_is_left_at_its_bound_of_bytes_and_each_reading_has_all_of_them(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    fill(wp, 300)
    size = sum(len(entry) for entry in sizes(wp, open_source()))
    source = open_source(bounds=ReadingBounds(size_bytes=size))
    assert [len(source.fetch_published(FIRST, LAST)) for _ in range(2)] == [300, 300]
    with pytest.raises(SourceMalformed, match=rf"lists more than {size - 1:,} bytes of posts"):
        open_source(bounds=ReadingBounds(size_bytes=size - 1)).fetch_published(FIRST, LAST)


def sizes(wp: FakeWordPress, source: WordPressSource) -> list[bytes]:
    """The bodies that a reading receives."""
    bodies: list[bytes] = []
    read = JsonClient._read_body

    def note(client: JsonClient, *args: Any) -> bytes:
        bodies.append(read(client, *args))
        return bodies[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JsonClient, "_read_body", note)
        source.fetch_published(FIRST, LAST)
    return bodies


def test_a_reading_is_left_at_its_bound_of_time(wp: FakeWordPress, open_source: OpenSource) -> None:
    pages = itertools.count(1)

    def slow_page(_: Request) -> Reply:
        time.sleep(0.1)
        return listing(400, 400, [{"id": next(pages)}])

    wp.intercept = slow_page
    with pytest.raises(SourceUnavailable, match="did not finish its response in time"):
        open_source(bounds=ReadingBounds(seconds=0.35)).list_ids()
    assert len(wp.log) <= 4


def test_the_time_of_a_source_is_for_all_it_asks(wp: FakeWordPress, open_source: OpenSource) -> None:
    fill(wp, 1)
    source = open_source(limit_s=1)
    source.list_ids()
    time.sleep(1)
    asked = len(wp.log)
    with pytest.raises(SourceUnavailable, match="in time"):
        source.list_ids()
    assert len(wp.log) == asked


def test_an_answer_nested_too_deeply_is_refused_at_the_door(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    deep = b'[{"id": 1, "title": ' + b"[" * 900 + b"]" * 900 + b"}]"
    wp.intercept = lambda _: Reply(200, deep, {"X-WP-Total": "1", "X-WP-TotalPages": "1"})
    with pytest.raises(SourceMalformed, match="nested too deeply, more than 64 levels"):
        source.list_ids()


def test_an_odd_post_nested_to_the_bound_is_kept_with_all_its_json(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    levels = JSON_DEPTH.most - 2  # the list of posts and the post are two more
    title: object = 1
    for _ in range(levels):
        title = [title]
    wp.intercept = lambda _: listing(1, 1, [{"id": 1, "title": title, "content": {"rendered": "x"}}])
    (post,) = source.fetch_published(FIRST, LAST)
    assert json.loads(post.received)["title"] == title
    assert decode(encode(post), RawPost) == post
