"""Failing requests: transient failures are retried, the others are one typed error that says what and where."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import gzip
import io
import socket
import ssl
import threading
import zlib
from collections.abc import Callable

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.errors import (
    SourceChallenged,
    SourceError,
    SourceMalformed,
    SourceRefused,
    SourceUnavailable,
)
from wod_pipeline.wordpress import WordPressSource
from wod_pipeline.wordpress._http import (
    OneHopSession,
    Timeouts,
    _not_json,
    decode_json,
    parse_retry_after,
    retry_delay_s,
)
from wod_pipeline_tests.servers.dripping import dripping_server
from wod_pipeline_tests.servers.faults import Fault, Faults
from wod_pipeline_tests.servers.posts import generate_posts
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request, as_json, as_page
from wod_pipeline_tests.wordpress.conftest import OpenSource, at

JSON = {"Content-Type": "application/json; charset=UTF-8"}
SUNDAY = at("2021-02-21 17:00")
QUICK = Timeouts(connect_s=1, read_s=0.05, total_s=1)

BROKEN = {
    Fault.TOO_MANY: (SourceUnavailable, "answered 429 Too Many Requests"),
    Fault.DATABASE_DOWN: (SourceUnavailable, "answered 500 Internal Server Error"),
    Fault.MAINTENANCE: (SourceUnavailable, "answered 503 Service Unavailable"),
    Fault.CUT_BODY: (SourceUnavailable, "IncompleteRead"),
    Fault.CUT_SILENTLY: (SourceUnavailable, "the response is truncated or damaged"),
    Fault.PORTAL: (SourceChallenged, r"sent a page \(text/html\).*Open it in a browser"),
    Fault.NOTICE: (SourceMalformed, r"other text in front of its JSON.*display_errors"),
    Fault.EMPTY: (SourceUnavailable, "sent an empty response"),
    Fault.DELAY: (SourceUnavailable, "did not answer in time"),
    Fault.RESET: (SourceUnavailable, "onnection reset"),
}


@pytest.mark.parametrize("fault", Fault)
def test_a_transient_failure_costs_a_retry_and_nothing_else(
    fault: Fault, wp: FakeWordPress, open_source: OpenSource, waits: list[float]
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    wp.faults.fail_next(fault, fault)
    assert open_source(timeouts=QUICK).list_ids() == {post_id}
    assert len(waits) == 2
    assert len(wp.log) == 3


@pytest.mark.parametrize("fault", Fault)
def test_a_lasting_failure_is_one_typed_error_that_says_what_and_where(
    fault: Fault, wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.write("Post", at=SUNDAY)
    wp.faults.rate, wp.faults.kinds = 1.0, [fault]
    kind, text = BROKEN[fault]
    with pytest.raises(kind, match=text) as error:
        open_source(timeouts=QUICK, max_retries=2).list_ids()
    assert f"{wp.url}/wp-json/wp/v2/posts" in str(error.value)
    assert str(error.value).endswith("rerun can clear this." if error.value.rerun_helps else "will not help.")
    assert "<" not in str(error.value)
    assert len(wp.log) == 3


def test_every_kind_of_failure_has_its_expected_error() -> None:
    assert BROKEN.keys() == set(Fault)


def test_retries_wait_longer_each_time(
    wp: FakeWordPress, open_source: OpenSource, waits: list[float]
) -> None:
    wp.faults.rate, wp.faults.kinds = 1.0, [Fault.DATABASE_DOWN]
    with pytest.raises(SourceUnavailable):
        open_source().list_ids()
    assert len(waits) == 4
    assert all(0.25 * 2**n <= wait <= 0.5 * 2**n for n, wait in enumerate(waits))


def test_none_are_made_when_none_are_allowed(
    wp: FakeWordPress, open_source: OpenSource, waits: list[float]
) -> None:
    wp.faults.fail_next(Fault.RESET)
    with pytest.raises(SourceUnavailable):
        open_source(max_retries=0).list_ids()
    assert waits == []


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("600", 60.0)])
def test_the_site_is_given_the_time_it_asks_for_up_to_a_minute(
    asked: str, waited: float, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    wp.faults.retry_after = asked
    wp.faults.fail_next(Fault.MAINTENANCE)
    source.list_ids()
    assert waits == [waited]


def test_a_wait_that_the_site_asks_for_is_said_with_how_long_one_waits(
    wp: FakeWordPress, source: WordPressSource, caplog: pytest.LogCaptureFixture
) -> None:
    wp.faults.retry_after = "600"
    wp.faults.fail_next(Fault.MAINTENANCE)
    source.list_ids()
    [line] = caplog.messages[:1]
    assert line == (
        f"{wp.url}/wp-json/wp/v2/posts answered 503 Service Unavailable and asks to wait 10 minutes. "
        "Asking again in 1 minute."
    )


def test_a_check_does_not_wait_as_asked_but_says_so(
    wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    wp.faults.retry_after = "600"
    wp.faults.fail_next(Fault.MAINTENANCE)
    with pytest.raises(SourceUnavailable, match=r"answered 503 .* asks to wait 10 minutes\."):
        source.check()
    assert waits == []
    wp.faults.fail_next(Fault.MAINTENANCE)
    source.list_ids()
    assert waits == [60.0]


@pytest.mark.parametrize("status", [200, 202, 403, 405, 406, 415])
def test_a_page_for_browsers_costs_a_retry_and_is_transient_when_it_lasts(
    status: int, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    pages = [as_page(status, b"<!DOCTYPE html><title>Just a moment...</title>")] * 2
    wp.intercept = lambda request: pages.pop() if pages else None
    assert source.list_ids() == {post_id}
    assert len(waits) == 2
    pages += [as_page(status, b"<html>Checking your browser</html>")] * 9
    with pytest.raises(SourceChallenged, match=r"a page.*Open it in a browser.*A rerun can clear this"):
        source.list_ids()


@pytest.mark.parametrize("status", [401, 404, 410])
def test_a_page_that_says_something_lasting_is_not_waited_for(
    status: int, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    wp.intercept = lambda request: as_page(status, b"<html>No</html>")
    with pytest.raises(SourceRefused):
        source.list_ids()
    assert waits == []


def test_a_page_for_browsers_may_ask_to_wait(
    wp: FakeWordPress, source: WordPressSource, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    pages = [Reply(403, b"<html>Wait</html>", {"Retry-After": "20"}, "text/html")]
    wp.intercept = lambda request: pages.pop() if pages else None
    source.list_ids()
    assert waits == [20.0]
    assert "a page that is not from WordPress and asks to wait 20 seconds. Asking" in caplog.text


@pytest.mark.parametrize("asked", ["9" * 400, "99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_without_bound_is_said_as_a_year(
    asked: str, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    wp.faults.retry_after = asked
    wp.faults.fail_next(Fault.MAINTENANCE)
    with pytest.raises(SourceUnavailable, match="asks to wait 366 days"):
        source.check()


def test_the_site_may_name_the_time_as_a_date() -> None:
    soon = dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=1)
    assert 3500 < (parse_retry_after(email.utils.format_datetime(soon, usegmt=True)) or 0) <= 3600
    assert parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@given(st.text() | st.from_regex(r"\A1 Jan [0-9]{1,20} 07:28:00 [+-][0-9]{1,30}\Z"))
def test_any_retry_after_header_is_survived(text: str) -> None:
    wait = parse_retry_after(text)
    assert wait is None or wait >= 0


@given(st.integers(0, 60), st.none() | st.floats(0, 1e9))
def test_no_wait_is_longer_than_a_minute(attempt: int, asked: float | None) -> None:
    assert 0 < retry_delay_s(attempt, asked) <= 60


def test_a_server_that_is_down_is_unavailable_and_found_again_when_it_is_up(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    assert source.list_ids() == {post_id}
    wp.down()
    with pytest.raises(SourceUnavailable, match="onnection refused"):
        source.list_ids()
    wp.up()
    assert source.list_ids() == {post_id}


def test_a_host_whose_name_leads_nowhere_is_unavailable(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SourceUnavailable, match=r"http://coach\.invalid/.*: \[Errno -2\] Name or service"):
        open_source("http://coach.invalid", max_retries=0).list_ids()


def test_a_certificate_that_is_not_trusted_is_refused_without_a_retry(
    open_source: OpenSource, waits: list[float]
) -> None:
    class Session(OneHopSession):
        def get(self, *args: object, **kwargs: object) -> requests.Response:  # type: ignore[override]
            raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed certificate"))

    with pytest.raises(SourceRefused, match=r"certificate of .* is not trusted: .*self-signed certificate"):
        open_source(session=Session()).list_ids()
    assert waits == []


def test_a_certificate_that_is_not_valid_yet_may_be_a_wrong_clock(open_source: OpenSource) -> None:
    class Session(OneHopSession):
        def get(self, *args: object, **kwargs: object) -> requests.Response:  # type: ignore[override]
            raise requests.exceptions.SSLError(ssl.SSLCertVerificationError("certificate is not yet valid"))

    with pytest.raises(SourceRefused, match=r"Set this machine's clock, if it is wrong: it says \d{4}-"):
        open_source(session=Session()).list_ids()


@pytest.mark.parametrize("fault", [requests.exceptions.InvalidHeader, requests.exceptions.InvalidProxyURL])
def test_a_request_that_cannot_even_be_made_is_refused(
    fault: type[requests.RequestException], open_source: OpenSource
) -> None:
    class Session(OneHopSession):
        def get(self, *args: object, **kwargs: object) -> requests.Response:  # type: ignore[override]
            raise fault("secret")

    with pytest.raises(SourceRefused, match=rf"could not be sent \({fault.__name__}\)") as error:
        open_source(session=Session()).list_ids()
    assert "secret" not in str(error.value)


# ------------------------------------------------------------------------------------------- bounds and types
def test_an_answer_larger_than_the_cap_is_not_read_to_its_end(
    wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.site.write("Endless", "x" * 5_000_000, at=SUNDAY)
    with pytest.raises(SourceMalformed, match="sends more than 1,000,000 bytes in one response"):
        open_source(max_bytes=1_000_000).fetch_modified(at("2021-01-01 00:00"))


def trickle(listening: socket.socket) -> None:
    """Answer one request with a byte at a time, until the reader has had enough."""
    connection, _ = listening.accept()
    with connection, contextlib.suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while True:
            connection.sendall(b" ")


def test_lengths_that_contradict_each_other_are_said_to_be_of_the_answer(open_source: OpenSource) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"
    )
    with (
        dripping_server((head + b"[]", b"")) as address,
        pytest.raises(SourceMalformed, match="sends headers"),
    ):
        open_source(address).list_ids()


def test_an_answer_that_trickles_in_for_ever_is_given_up(open_source: OpenSource) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=trickle, args=(listening,), daemon=True).start()
        source = open_source(
            f"http://127.0.0.1:{listening.getsockname()[1]}",
            timeouts=Timeouts(read_s=5, total_s=0.05),
            max_retries=0,
        )
        with pytest.raises(SourceUnavailable, match="did not finish its response in time"):
            source.list_ids()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_answers_are_read_and_broken_ones_read_again(
    coding: str, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    compress = {"gzip": gzip.compress, "deflate": zlib.compress}[coding]
    whole = [False]

    def compressed(request: Request) -> Reply:
        reply = wp.site.answer(request)
        body = compress(reply.body)
        body = body if whole[0] else b"\x00" + body[1:]
        whole[0] = True
        return Reply(reply.status, body, {**reply.headers, "Content-Encoding": coding})

    wp.intercept = compressed
    assert source.list_ids() == {post_id}
    assert len(waits) == 1


def redirect_to(where: Callable[[Request], str]) -> Callable[[Request], Reply]:
    return lambda request: Reply(301, b"", {"Location": where(request)}, "text/html")


def test_a_redirect_to_the_sites_new_address_is_followed(wp: FakeWordPress, open_source: OpenSource) -> None:
    post_id = wp.site.write("Post", at=SUNDAY)
    with FakeWordPress() as old:
        old.intercept = redirect_to(
            lambda request: f"{wp.url}{request.path}?per_page=100&categories=213&_fields=id"
        )
        assert open_source(old.url).list_ids() == {post_id}


def test_redirects_in_a_circle_end(wp: FakeWordPress, source: WordPressSource) -> None:
    wp.intercept = redirect_to(lambda request: request.path)
    with pytest.raises(SourceRefused, match="redirects more than 5 times"):
        source.list_ids()
    assert len(wp.log) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://user:pass@127.0.0.1/", "http://["])
def test_redirects_lead_to_web_addresses_only(
    target: str, wp: FakeWordPress, source: WordPressSource
) -> None:
    wp.intercept = redirect_to(lambda request: target)
    with pytest.raises(SourceRefused, match="redirects to an invalid web address"):
        source.list_ids()


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_carries_no_posts_is_no_empty_list(
    status: int, wp: FakeWordPress, open_source: OpenSource
) -> None:
    wp.intercept = lambda request: Reply(status, b"")
    with pytest.raises(SourceError):
        open_source(max_retries=0).list_ids()


def test_json_that_calls_itself_a_page_is_refused(wp: FakeWordPress, source: WordPressSource) -> None:
    wp.intercept = lambda request: Reply(200, b"[]", {"X-WP-Total": "0", "X-WP-TotalPages": "0"}, "text/html")
    with pytest.raises(
        SourceMalformed, match=r"labels its JSON text/html, not application/json.*exclude /wp-json/"
    ):
        source.list_ids()


def test_json_that_is_no_list_of_posts_is_refused(wp: FakeWordPress, source: WordPressSource) -> None:
    totals = {"X-WP-Total": "1", "X-WP-TotalPages": "1"}
    wp.intercept = lambda request: as_json({"hello": 1}, headers=totals)
    with pytest.raises(SourceMalformed, match="is an object instead of a list of posts"):
        source.list_ids()
    wp.intercept = lambda request: as_json([{"slug": "x"}], headers=totals)
    with pytest.raises(SourceMalformed, match=r'nothing with a post\'s id; the first item: {"slug": "x"}'):
        source.list_ids()


def test_a_byte_order_mark_and_blanks_around_the_json_are_no_harm() -> None:
    assert decode_json(b"\xef\xbb\xbf [1]\r\n", JSON, "x") == [1]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'[{"id": 1}', SourceUnavailable),
        (b'{"id": 1, "id', SourceUnavailable),
        (b'[{"id": 1}]<br />Notice', SourceMalformed),
        (b'[{"id": 1}]\n<!-- Cached page -->', SourceMalformed),
        (b"<html>[1] {2}</html>", SourceChallenged),
        (b"<html>" + b"[" * 2000 + b"]", SourceChallenged),
        # The time to explain these must not grow with the square of their length.
        (b"<html>" + b" " * 2_000_000 + b"]", SourceChallenged),
        (b"<html>" + b"<!--" * 500_000 + b"-->", SourceChallenged),
        (b"<html>" + b"<!---->" * 300_000, SourceChallenged),
        (b'{"id": 1} {"id": 2}', SourceMalformed),
        (b"<br />Notice[]", SourceMalformed),
        (b"<!-- Cached -->\n[1]\n<!-- Served in 0.1 s -->\n<!-- x -->", SourceMalformed),
        (b"<br />Notice[1]<!-- Cached -->", SourceMalformed),
    ],
)
def test_a_truncated_body_is_read_again_and_text_around_the_json_is_malformed(
    body: bytes, kind: type[SourceError]
) -> None:
    assert type(_not_json(body, "application/json", "The site")) is kind


@pytest.mark.parametrize("label", ["application/json", "text/html"])
def test_text_around_the_json_is_named_with_who_can_remove_it(label: str) -> None:
    behind = _not_json(b"[1]\n<!-- Cached -->", label, "The site")
    assert str(behind) == (
        "The site sends other text behind its JSON. A cache or a plugin of the site appends a comment to answers: "
        "the site's owner has to exclude /wp-json/ from it. A rerun alone will not help."
    )
    before = _not_json(b"<br />\n<b>Notice</b>: a[0] [1]\n[1]", label, "The site")
    assert "in front of its JSON" in str(before)


@given(st.binary())
def test_any_body_is_json_or_a_source_error(body: bytes) -> None:
    def get(self: OneHopSession, *args: object, **kwargs: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response.raw = (
            200,
            urllib3.HTTPResponse(io.BytesIO(body), preload_content=False),
        )
        response.headers.update(JSON)
        return response

    session = type("Session", (OneHopSession,), {"get": get})()
    with pytest.raises(SourceError):
        WordPressSource("https://coach.example", session=session, max_retries=1, sleep=id).list_ids()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"NaN", "a number that JSON has not"),
        (b"[Infinity]", "a number that JSON has not"),
        (b'["\xe9"]', "not UTF-8"),
    ],
)
def test_json_that_python_or_no_one_should_read_is_malformed(body: bytes, why: str) -> None:
    with pytest.raises(SourceMalformed, match=f"JSON that cannot be read: it .*{why}"):
        decode_json(body, JSON, "The site")


@pytest.mark.parametrize(("status", "code"), [(400, "rest_invalid_param"), (401, "rest_forbidden")])
def test_a_refusal_repeats_wordpress_own_words_in_one_short_line(
    status: int, code: str, wp: FakeWordPress, source: WordPressSource, waits: list[float]
) -> None:
    error = {"code": code, "message": "<b>No.</b>\n  Really &amp; truly" + " no" * 200}
    wp.intercept = lambda request: as_json(error, status=status)
    with pytest.raises(SourceRefused) as raised:
        source.list_ids()
    assert f"refused with {status}: {code}, No. Really & truly no no" in str(raised.value)
    assert len(raised.value.what) < 350
    assert waits == []


@pytest.mark.parametrize("user_agent", ["Mozilla/5.0 – łódź", "Mozilla/5.0\r\nX-Evil: 1"])
def test_any_user_agent_is_sent_or_refused(
    user_agent: str, wp: FakeWordPress, open_source: OpenSource
) -> None:
    if "\n" in user_agent:
        with pytest.raises(SourceRefused, match=r"could not be sent \(InvalidHeader\)"):
            open_source(user_agent=user_agent).list_ids()
    else:
        assert open_source(user_agent=user_agent).list_ids() == set()


def test_a_hostile_message_can_neither_steer_the_terminal_nor_take_for_ever(
    wp: FakeWordPress, source: WordPressSource
) -> None:
    error = {"code": "x\x1b[2J\u202e", "message": "\x07red\x1b[31m" + "<" * 1_000_000}
    wp.intercept = lambda request: as_json(error, status=403)
    with pytest.raises(SourceRefused) as raised:
        source.list_ids()
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


def test_errors_show_no_query(wp: FakeWordPress, source: WordPressSource) -> None:
    wp.faults.rate, wp.faults.kinds = 1.0, [Fault.DATABASE_DOWN]
    with pytest.raises(SourceUnavailable) as error:
        source.list_ids()
    assert "?" not in str(error.value)


def test_a_silent_server_runs_into_the_time_limit(open_source: OpenSource) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(SourceUnavailable, match="did not answer in time"):
            open_source(url, timeouts=QUICK, max_retries=0).list_ids()


def test_an_archive_read_through_many_failures_is_complete(waits: list[float]) -> None:
    posts = generate_posts(260, dt.date(2016, 1, 4))
    faults = Faults(rate=0.3, seed=7, delay_s=0.1)
    with FakeWordPress(posts, faults=faults) as wp:
        source = WordPressSource(wp.url, sleep=waits.append, max_retries=12, timeouts=QUICK)
        for year in range(2015, 2022):
            source.fetch_published(dt.date(year, 1, 1), dt.date(year, 12, 31))
        found = source.fetch_published(dt.date(2015, 1, 1), dt.date(2021, 12, 31))
    assert sorted(post.id for post in found) == [post["id"] for post in posts]
    assert {post.id: post.content.rendered for post in found} == {
        post["id"]: post["content"]["rendered"] for post in posts
    }
    assert any(entry.fault for entry in wp.log)
