"""A category that does not exist, or has its posts elsewhere, is never an empty site."""

from __future__ import annotations

import logging

import pytest

from wod_pipeline.errors import SourceRefused
from wod_pipeline.wordpress import WordPressSource
from wod_pipeline.wordpress._category import descendants
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request, as_json, as_page
from wod_pipeline_tests.wordpress.conftest import OpenSource, at

SUNDAY = at("2021-02-21 17:00")
HIDDEN = [
    as_json({"code": "rest_forbidden", "message": "No."}, status=401),
    as_json({"code": "rest_no_route", "message": "No route."}, status=404),
    as_page(404, b"<html>gone</html>"),
]


def paths(wp: FakeWordPress) -> list[str]:
    return [entry.request.path.removeprefix("/wp-json/wp/v2/") for entry in wp.log]


def test_a_category_that_does_not_exist_is_refused_and_those_of_the_site_named(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.write("Post", at=SUNDAY)
    with pytest.raises(SourceRefused) as error:
        open_source(category=9999).list_ids()
    assert str(error.value) == (
        f"Category 9999 does not exist ({wp.url}/wp-json/wp/v2/categories/9999). Set WOD_WORDPRESS_CATEGORY to the "
        "program's category; the site has 213 Barbell (1 post). A rerun alone will not help."
    )


def test_a_tag_is_named_as_what_it_is(wp: FakeWordPress, open_source: OpenSource) -> None:
    wp.site.tags = {55: "snatch"}
    with pytest.raises(SourceRefused, match="Category 55 is the tag 'snatch', not a category"):
        open_source(category=55).fetch_modified(SUNDAY)


def test_the_category_is_asked_for_once_and_not_at_all_when_it_has_posts(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    source = open_source()
    assert [source.list_ids(), source.list_ids()] == [set(), set()]
    assert paths(wp) == ["posts", "categories/213", "categories", "posts"]
    wp.site.write("Post", at=SUNDAY)
    wp.log.clear()
    source = open_source()
    assert len(source.list_ids()) == 1
    assert source.fetch_ids([1]) == []
    assert paths(wp) == ["posts", "posts"]


def test_a_category_that_exists_may_be_empty(wp: FakeWordPress, source: WordPressSource) -> None:
    assert source.list_ids() == set()
    assert source.check() == f"{wp.url} answers: 0 posts in category 213."


def test_posts_that_are_in_categories_below_only_are_named_with_the_setting_that_reads_them(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.site.add_category(214, "Masters", parent=213)
    wp.site.write("Post", at=SUNDAY, categories=[214])
    with pytest.raises(SourceRefused) as error:
        source.list_ids()
    assert str(error.value) == (
        "Category 213 (Barbell) has no post of its own, only categories below it have: 214 Masters (1 post) "
        f"({wp.url}/wp-json/wp/v2/categories/213). Set WOD_WORDPRESS_CATEGORY to one of them, or "
        "WOD_WORDPRESS_CHILD_CATEGORIES=on to read all of them. A rerun alone will not help."
    )


def test_with_categories_below_their_posts_are_read_at_any_depth(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    for number in range(300, 420):
        wp.site.add_category(number, "Other")
    wp.site.add_category(214, "Masters", parent=213)
    wp.site.add_category(500, "Masters 50+", parent=214)
    ids = {wp.site.write(f"Post {n}", at=SUNDAY, categories=[n]) for n in (213, 214, 500, 300)}
    source = open_source(child_categories=True)
    assert len(source.list_ids()) == 3
    assert source.list_ids() < ids
    assert source.check() == (
        f"{wp.url} answers: 3 posts in category 213 and 2 below it, the newest of 2021-02-21."
    )
    assert paths(wp) == ["categories", "categories", "posts", "posts", "posts"]


def test_with_categories_below_one_that_does_not_exist_is_refused(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    with pytest.raises(SourceRefused, match="Category 9 does not exist"):
        open_source(category=9, child_categories=True).list_ids()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_site_that_hides_its_categories_is_believed_and_the_doubt_said(
    hidden: Reply, wp: FakeWordPress, source: WordPressSource, caplog: pytest.LogCaptureFixture
) -> None:
    wp.site.hides_categories = hidden
    with caplog.at_level(logging.WARNING):
        assert [source.list_ids(), source.list_ids()] == [set(), set()]
    assert caplog.messages == [
        f"{wp.url} hides its categories: whether category 213 exists is not known, and nothing was found in it."
    ]
    assert source.check().endswith("The site hides its categories: this one may not exist.")
    wp.site.write("Post", at=SUNDAY)
    assert source.check().endswith("1 post in category 213, the newest of 2021-02-21.")


@pytest.mark.parametrize("hidden", HIDDEN)
def test_categories_below_cannot_be_read_from_a_site_that_hides_them(
    hidden: Reply, wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.hides_categories = hidden
    with pytest.raises(SourceRefused, match=r"so the categories below 213 are not known.*CHILD_CATEGORIES"):
        open_source(child_categories=True).list_ids()


def test_odd_answers_about_categories_decide_nothing(wp: FakeWordPress, source: WordPressSource) -> None:
    def odd(request: Request) -> Reply | None:
        return as_json([1, {"id": "x"}]) if "categories" in request.path else None

    wp.intercept = odd
    assert source.list_ids() == set()


def test_descendants_end_with_a_circle_of_parents() -> None:
    assert descendants({1: 3, 2: 1, 3: 2, 4: 9}, 1) == [1, 2, 3]


@pytest.mark.parametrize("end", ["/wp-json", "/wp-json/", "/wp-json/wp/v2", "/blog/wp-json/wp/v2/posts"])
def test_the_address_of_the_rest_api_is_refused_with_the_address_to_use(end: str) -> None:
    site = "https://coach.example" + ("/blog" if "blog" in end else "")
    with pytest.raises(SourceRefused, match=rf"its REST API\. Leave out /wp-json.*: use {site}\."):
        WordPressSource(f"https://coach.example{end}")


def test_a_site_for_members_asks_for_a_login(wp: FakeWordPress, open_source: OpenSource) -> None:
    wp.site.members_only = True
    with pytest.raises(SourceRefused, match=r"rest_not_logged_in.*Set WOD_WORDPRESS_USER and"):
        open_source().list_ids()
    wp.site.users = {"coach": "abcd"}
    assert open_source(credentials=("coach", "abcd")).list_ids() == set()


def test_a_login_that_is_valid_but_not_enough_is_told_apart(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.users = {"coach": "abcd"}
    refusal = as_json({"code": "rest_forbidden", "message": "No."}, status=403)
    wp.intercept = lambda request: refusal if request.path.endswith("/posts") else None
    with pytest.raises(SourceRefused, match="The login is valid, but its user may not read the posts"):
        open_source(credentials=("coach", "abcd")).list_ids()


def test_a_category_is_refused_also_when_the_site_names_no_others(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    page = as_page(403, b"<html>Blocked</html>")
    wp.intercept = lambda request: page if request.path.endswith(("/categories", "/tags/9")) else None
    with pytest.raises(SourceRefused) as error:
        open_source(category=9).list_ids()
    assert str(error.value) == (
        f"Category 9 does not exist ({wp.url}/wp-json/wp/v2/categories/9). Set WOD_WORDPRESS_CATEGORY to the "
        "program's category. A rerun alone will not help."
    )


def test_a_guard_before_the_categories_alone_hides_them(wp: FakeWordPress, source: WordPressSource) -> None:
    page = as_page(403, b"<html>Blocked</html>")
    wp.intercept = lambda request: page if "/categories" in request.path else None
    assert source.list_ids() == set()
    assert source.check().endswith("The site hides its categories: this one may not exist.")


def test_posts_two_levels_below_are_named_too_by_names_without_markup(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.site.add_category(214, "Masters", parent=213)
    wp.site.add_category(215, "Strength &amp; <b>Speed</b>", parent=214)
    wp.site.write("Post", at=SUNDAY, categories=[215])
    with pytest.raises(
        SourceRefused, match=r"only categories below it have: 215 Strength & Speed \(1 post\)"
    ):
        source.list_ids()


def test_a_parent_that_is_no_number_is_none(wp: FakeWordPress, open_source: OpenSource) -> None:
    terms = as_json([{"id": 213, "parent": 0}, {"id": 8, "parent": "213"}, {"id": 9, "parent": [1]}])
    wp.intercept = lambda request: terms if request.path.endswith("/categories") else None
    assert open_source(child_categories=True).list_ids() == set()


@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_plugin_that_turns_the_api_off_is_quoted_with_who_can_turn_it_on(
    status: int, wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.intercept = lambda request: as_json({"code": "rest_disabled", "message": "Off."}, status=status)
    with pytest.raises(
        SourceRefused, match=rf"refused with {status}: rest_disabled, Off\. The site's owner has"
    ):
        source.list_ids()


def test_a_site_that_sends_visitors_to_its_login_page_asks_for_a_login(
    wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    wp.intercept = lambda request: Reply(302, b"", {"Location": "/wp-login.php?redirect_to=x"}, "text/html")
    with pytest.raises(SourceRefused, match=r"leads to the site's login page\. .*Set WOD_WORDPRESS_USER"):
        source.list_ids()
    assert waits == []


def test_a_login_for_a_site_that_has_moved_names_the_new_address(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    with FakeWordPress() as old:
        old.intercept = lambda request: Reply(301, b"", {"Location": wp.url + request.path}, "text/html")
        with pytest.raises(
            SourceRefused, match=rf"redirects to {wp.url}, to which the login is not sent\. .*set"
        ):
            open_source(old.url, credentials=("coach", "abcd")).list_ids()
    assert wp.log == []
