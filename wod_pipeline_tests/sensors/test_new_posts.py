"""The new-post sensor at its ticks: which runs it requests, and what it does about a site that fails."""

from __future__ import annotations

import datetime as dt
import logging

import dagster as dg
import msgspec
import pytest

from wod_pipeline.errors import SourceChallenged, SourceRefused, StorageRefused
from wod_pipeline.looks import Look, LookFailure, SiteLook
from wod_pipeline.program import RawPost
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.sensors.new_posts import _keep_look, new_posts_sensor, run_request
from wod_pipeline.settings import load_settings
from wod_pipeline.storage import Lake
from wod_pipeline.storage.looks import read_looks
from wod_pipeline.watching import posts
from wod_pipeline_tests.builders import raw_post
from wod_pipeline_tests.fakes import MemoryLake, busy_source_around, lake_around, source_around
from wod_pipeline_tests.sensors.world import HOUR, Phone, World, hours, local, notifier_around, post_for

NOW = local("2026-11-22 18:00")
WEEKS = [dt.date(2026, 11, 2) + n * dt.timedelta(weeks=1) for n in range(4)]
MINUTES = dt.timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    """Four weeks, published and stored."""
    world = World()
    for number, week in enumerate(WEEKS, start=1):
        world.site.will_publish(local(f"{week - dt.timedelta(days=1)} 17:30"), post_for(week, number))
    world.site.move_to(NOW)
    world.run(WEEKS[0], WEEKS[-1])
    world.tick_new_posts(NOW)
    assert world.runs == []
    world.phone.received.clear()
    return world


def ranges(world: World) -> list[str]:
    """First and last week of every requested run."""
    return ["..".join(key.split("/")[1:3]) for key in world.runs]


def test_an_edit_of_three_years_ago_is_taken_in_at_the_next_tick(world: World) -> None:
    old = dt.date(2023, 11, 6)
    world.site.will_publish(local("2023-11-05 17:30"), post_for(old, 99))
    world.site.move_to(NOW)
    world.run(old, old)
    edit = msgspec.structs.replace(post_for(old, 99, "now with a cool-down"), date="2023-11-05T17:30:00")
    world.site.will_publish(NOW + 2 * MINUTES, edit)
    world.site.move_to(NOW + 5 * MINUTES)
    world.tick_new_posts(NOW + 5 * MINUTES)

    assert ranges(world) == ["2023-11-06..2023-11-06"]
    assert world.table.values[old].posts[0].content_sha256 == edit.content_sha256


def test_several_edited_weeks_are_one_run_a_range_of_neighbours(world: World) -> None:
    for number in (1, 2, 4):
        world.site.will_publish(NOW + MINUTES, post_for(WEEKS[number - 1], number, "edited"))
    world.site.move_to(NOW + 5 * MINUTES)
    world.tick_new_posts(NOW + 5 * MINUTES)

    assert ranges(world) == ["2026-11-02..2026-11-09", "2026-11-23..2026-11-23"]


def test_a_run_over_neighbours_is_tagged_as_a_range_and_a_single_week_as_a_partition() -> None:
    several = run_request((WEEKS[0], WEEKS[2]), [RawPost(id=1)], posts.NewPostsState())
    one = run_request((WEEKS[0], WEEKS[0]), [RawPost(id=1)], posts.NewPostsState())

    assert several.tags == {
        "dagster/asset_partition_range_start": "2026-11-02",
        "dagster/asset_partition_range_end": "2026-11-16",
    }
    assert (several.partition_key, one.partition_key, one.tags) == (None, "2026-11-02", {})


@pytest.mark.parametrize(
    ("published", "tags"),
    [
        ("2026-11-01T17:00:00", {}),
        ("2027-11-15T17:00:00", {}),
        ("2027-11-16T17:00:00", {"wod/post_ids": "7"}),
        ("2026-08-23T17:00:00", {"wod/post_ids": "7"}),
    ],
)
def test_a_run_is_told_the_ids_of_posts_dated_far_from_their_publication(
    published: str, tags: dict[str, str]
) -> None:
    far = raw_post(monday=WEEKS[0], number=7, date=published)
    request = run_request((WEEKS[0], WEEKS[0]), [far], posts.NewPostsState())
    assert request.tags == tags
    assert run_request((WEEKS[0], WEEKS[1]), [far], posts.NewPostsState()).tags.items() >= tags.items()


def test_a_post_moved_to_another_week_updates_both(world: World) -> None:
    target = dt.date(2026, 11, 30)
    moved = post_for(target, 4)
    world.site.will_publish(NOW + MINUTES, moved)
    world.site.move_to(NOW + 5 * MINUTES)
    world.tick_new_posts(NOW + 5 * MINUTES)

    assert ranges(world) == ["2026-11-23..2026-11-30"]
    assert [stamp.post_id for stamp in world.table.values[target].posts] == [4]


@pytest.mark.parametrize("time", ["17:30", "23:30"])
def test_a_scheduled_post_whose_last_edit_is_old_is_seen_when_it_appears(world: World, time: str) -> None:
    """Late in the evening it is the next day in UTC already, while the post bears the day of its site."""
    later = dt.date(2026, 11, 30)
    at = local(f"2026-11-29 {time}")
    world.site.will_publish(at, post_for(later, 9))
    appearing = world.site.events[0][1]
    world.site.events[0] = (at, msgspec.structs.replace(appearing, modified_gmt="2026-11-01T00:00:00"))
    world.tick_new_posts((at - 5 * MINUTES).astimezone(dt.timezone.utc))
    world.site.move_to(at + 5 * MINUTES)
    world.tick_new_posts((at + 5 * MINUTES).astimezone(dt.timezone.utc))

    assert ranges(world) == ["2026-11-30..2026-11-30"]


def test_a_run_that_is_going_or_failed_is_requested_once_more_after_an_hour_and_then_no_more(
    world: World,
) -> None:
    world.runs_fail = True
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[0], 1, "edited"))
    world.site.move_to(NOW + 5 * MINUTES)
    seen: dict[int, int] = {}
    for minutes in range(5, 24 * 60, 5):
        world.tick_new_posts(NOW + minutes * MINUTES)
        seen.setdefault(len(world.runs), minutes)

    assert ranges(world) == ["2026-11-02..2026-11-02"] * 2
    assert seen == {1: 5, 2: 65}


def test_what_failed_once_is_taken_in_by_the_second_request_though_the_post_is_long_read(
    world: World,
) -> None:
    world.runs_fail = True
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[0], 1, "edited"))
    world.site.move_to(NOW + 5 * MINUTES)
    world.tick_new_posts(NOW + 5 * MINUTES)
    world.runs_fail = False
    for hours_later in (3, 4):
        world.tick_new_posts(NOW + hours_later * 60 * MINUTES)

    assert ranges(world) == ["2026-11-02..2026-11-02"] * 2
    assert "edited" in world.table.values[WEEKS[0]].records[-1].lines[-1].text


def test_a_week_that_is_no_partition_is_not_requested(world: World) -> None:
    world.first_week = dt.date(2026, 12, 7)
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[0], 1, "edited"))
    world.site.move_to(NOW + 5 * MINUTES)
    world.tick_new_posts(NOW + 5 * MINUTES)

    assert world.runs == []


def test_a_deleted_post_is_told_of_once_and_its_sessions_are_kept(world: World) -> None:
    world.site.posts = [post for post in world.site.posts if post.id != 2]
    for now in hours(NOW, 20):
        world.tick_new_posts(now)

    (message,) = world.phone.received
    assert message.subject == "1 post no longer listed by https://coach.example"
    assert "- post 2, week of 2026-11-09" in message.text
    assert world.table.values[WEEKS[1]].records


def test_a_deleted_post_that_could_not_be_told_of_is_told_of_later(world: World) -> None:
    world.site.posts = world.site.posts[1:]
    world.phone.down = True
    world.tick_new_posts(NOW + 7 * 60 * MINUTES)
    world.phone.down = False
    world.tick_new_posts(NOW + 7 * 60 * MINUTES + 5 * MINUTES)

    assert world.told == ["warn posts_gone"]


def stored_ids(world: World, week: dt.date) -> list[int]:
    return sorted({record.post_id for record in world.table.values[week].records})


def tick_for(world: World, start: dt.datetime, duration: dt.timedelta) -> None:
    """Tick every five minutes from `start` on."""
    for n in range(int(duration / (5 * MINUTES))):
        world.site.move_to(start + n * 5 * MINUTES)
        world.tick_new_posts(start + n * 5 * MINUTES)


def test_a_post_deleted_and_published_again_is_there_once_at_the_next_tick(world: World) -> None:
    world.site.posts = [post for post in world.site.posts if post.id != 4]
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[3], 40))
    tick_for(world, NOW + 5 * MINUTES, 5 * MINUTES)

    assert stored_ids(world, WEEKS[3]) == [40]


def test_an_original_deleted_after_its_correction_leaves_once_several_looks_agree(world: World) -> None:
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[3], 40, "corrected"))
    tick_for(world, NOW + 5 * MINUTES, HOUR)
    assert stored_ids(world, WEEKS[3]) == [4, 40]

    world.site.posts = [post for post in world.site.posts if post.id != 4]
    tick_for(world, NOW + HOUR + 5 * MINUTES, 7 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [4, 40]
    tick_for(world, NOW + 8 * HOUR + 5 * MINUTES, 3 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [40]
    assert world.told.count("warn posts_gone") == 1


def test_a_correction_that_takes_the_place_of_a_deleted_post_is_noticed_within_hours(world: World) -> None:
    world.site.posts = [post for post in world.site.posts if post.id != 4]
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[3], 40, "corrected"))
    tick_for(world, NOW + 5 * MINUTES, 2 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [4, 40]
    tick_for(world, NOW + 2 * HOUR + 5 * MINUTES, 3 * HOUR)

    assert stored_ids(world, WEEKS[3]) == [40]


def test_a_post_that_is_a_draft_for_an_hour_stays_and_one_listed_again_is_put_back(world: World) -> None:
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[3], 40, "corrected"))
    tick_for(world, NOW + 5 * MINUTES, 7 * HOUR)
    hidden = [post for post in world.site.posts if post.id == 4]
    world.site.posts = [post for post in world.site.posts if post.id != 4]
    tick_for(world, NOW + 8 * HOUR, HOUR)
    world.site.posts += hidden
    tick_for(world, NOW + 9 * HOUR, 12 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [4, 40]

    world.site.posts = [post for post in world.site.posts if post.id != 4]
    tick_for(world, NOW + 21 * HOUR, 12 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [40]
    world.site.posts += hidden
    tick_for(world, NOW + 33 * HOUR, 12 * HOUR)
    assert stored_ids(world, WEEKS[3]) == [4, 40]


def test_a_site_that_lists_nothing_for_a_day_takes_nothing_away(world: World) -> None:
    world.site.posts = []
    tick_for(world, NOW + 5 * MINUTES, 24 * HOUR)

    assert [stored_ids(world, week) for week in WEEKS] == [[1], [2], [3], [4]]


def test_a_failing_site_backs_off_is_told_once_and_once_when_it_is_back(world: World) -> None:
    world.site.down = True
    reasons = [world.tick_new_posts(NOW + n * 5 * MINUTES) for n in range(24)]
    world.site.down = False
    for n in range(24, 48):
        world.tick_new_posts(NOW + n * 5 * MINUTES)

    assert world.told == ["warn source_down", "info source_back"]
    assert reasons[0] == (
        "The site has been unreadable since 2026-11-23 02:00 UTC (1 failure); asking again at 02:05 UTC. "
        "https://coach.example did not answer within 30 s."
    )
    assert "5 failures" in reasons[-1]


def test_while_a_run_asks_the_site_a_tick_is_skipped_with_the_reason_and_is_no_failed_look(
    world: World,
) -> None:
    cursor, look = world.posts_cursor, world.look
    site, world.source_resource = world.source_resource, busy_source_around(world.site)
    assert world.tick_new_posts(NOW + HOUR) == (
        "coach.example is asked by run 1a2b3c4d; the sensor new_posts gave up after 5 seconds. The next tick "
        "asks again."
    )
    assert (world.posts_cursor, world.look, world.told) == (cursor, look, [])
    world.source_resource = site
    world.tick_new_posts(NOW + HOUR + 5 * MINUTES)
    assert world.look.look.read_at == NOW + HOUR + 5 * MINUTES


def test_a_refusal_is_told_at_once_since_it_does_not_pass(world: World) -> None:
    world.source_resource = source_around(SourceRefused("401 incorrect_password."))
    world.tick_new_posts(NOW)

    assert world.told == ["warn source_down"]
    assert "Waiting will not help" in world.phone.received[0].text


def test_a_challenge_page_is_kept_quiet_and_is_a_refusal_with_its_remedy_once_it_has_lasted(
    world: World,
) -> None:
    site = world.source_resource
    world.source_resource = source_around(SourceChallenged("A page instead of JSON.", fix="Open it."))
    for n in range(4):
        world.tick_new_posts(NOW + n * 5 * MINUTES)
    assert world.told == []
    assert world.look.look.failure is LookFailure.NO_ANSWER
    world.tick_new_posts(NOW + 35 * MINUTES)
    assert world.told == ["warn source_down"]
    assert (
        "The site refuses to be read, and has not stopped by itself. Open it." in world.phone.received[0].text
    )
    assert world.look.look.failure is LookFailure.REFUSED
    world.source_resource = site
    world.tick_new_posts(NOW + 135 * MINUTES)
    assert world.told[1:] == ["info source_back"]


def test_a_challenge_page_that_passes_within_the_grace_is_never_told(world: World) -> None:
    site = world.source_resource
    world.source_resource = source_around(SourceChallenged("A page instead of JSON."))
    world.tick_new_posts(NOW)
    world.source_resource = site
    world.tick_new_posts(NOW + 5 * MINUTES)
    assert world.told == []


def test_what_an_error_says_can_be_done_is_in_the_message(world: World) -> None:
    world.source_resource = source_around(SourceRefused("Category 9 does not exist.", fix="Set 213."))
    world.tick_new_posts(NOW)
    assert "What to do: Waiting will not help. Set 213.\n" in world.phone.received[0].text + "\n"


def test_nothing_published_while_the_site_was_down_is_missed(world: World) -> None:
    world.site.down = True
    world.tick_new_posts(NOW)
    world.site.will_publish(NOW + 10 * MINUTES, post_for(WEEKS[0], 1, "edited"))
    world.site.down = False
    later = NOW + dt.timedelta(hours=30)
    world.site.move_to(later)
    world.tick_new_posts(later)

    assert ranges(world) == ["2026-11-02..2026-11-02"]


def test_the_dagster_sensor_requests_the_partition_and_moves_its_cursor_with_it(world: World) -> None:
    weeks = dg.StaticPartitionsDefinition([str(week) for week in WEEKS])
    sensor = new_posts_sensor(load_settings({}), weeks)
    site = source_around(
        type(
            "Now",
            (),
            {
                "name": "site",
                "fetch_published": lambda *_: [],
                "fetch_modified": lambda *_: [post_for(WEEKS[3], 4, "edited")],
                "list_ids": lambda *_: {1, 2, 3, 4},
            },
        )()
    )
    context = dg.build_sensor_context(
        resources={
            "source": site,
            "session_table": world.table_resource,
            "notifier": notifier_around(Phone()),
            "lake": lake_around(lake := MemoryLake()),
        }
    )

    result = sensor(context)

    (request,) = result.run_requests
    assert request.partition_key == "2026-11-23"
    state = msgspec.json.decode(result.cursor, type=posts.NewPostsState)
    assert list(state.requested) == [4]
    assert read_looks(lake).site == posts.look_of(state.read_until, state)
    assert state.found == {}, "the week is stored, if not as edited"


def test_a_post_of_a_week_that_is_no_partition_is_warned_of_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.first_week = dt.date(2026, 12, 7)
    world.site.will_publish(NOW + MINUTES, post_for(WEEKS[0], 1, "edited"))
    world.site.move_to(NOW + 5 * MINUTES)
    reasons = [world.tick_new_posts(NOW + n * 5 * MINUTES) for n in (1, 2, 3)]

    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == ["No partition for the week of 2026-11-02: not run (post ids: 1)."]
    assert reasons == ["2 posts read, none new or edited."] * 3


def test_one_post_read_is_told_in_the_singular() -> None:
    world = World()
    world.site.posts = [post_for(WEEKS[3], 1)]
    world.run(WEEKS[3], WEEKS[3])

    assert world.tick_new_posts(NOW) == "1 post read, none new or edited."


def test_an_end_of_an_outage_that_could_not_be_told_is_told_later(world: World) -> None:
    world.site.down = True
    for n in range(24):
        world.tick_new_posts(NOW + n * 5 * MINUTES)
    world.site.down, world.phone.down = False, True
    world.tick_new_posts(NOW + 180 * MINUTES)
    world.phone.down = False
    world.tick_new_posts(NOW + 185 * MINUTES)
    world.tick_new_posts(NOW + 190 * MINUTES)

    assert world.told == ["warn source_down", "info source_back"]


def test_a_site_named_by_its_address_or_its_kind() -> None:
    world = World()
    world.source_resource = source_around(SourceRefused("401."))
    world.tick_new_posts(NOW)
    assert world.phone.received[0].data["source"] == "https://coach.example"

    world.settings = load_settings({"WOD_SOURCE": "sample"})
    world.phone.received.clear()
    world.posts_cursor = None
    world.tick_new_posts(NOW + MINUTES)

    assert world.phone.received[0].data["source"] == "sample"


# --------------------------------------------------------------------------------------------------- looks
def test_every_tick_that_asks_the_site_notes_when(world: World) -> None:
    world.tick_new_posts(NOW)
    assert world.look.look == Look(NOW)
    assert world.look.reads_from == NOW - posts.FIRST_LOOK_BACK - posts.READ_OVERLAP
    world.tick_new_posts(NOW + MINUTES)
    assert world.look.look == Look(NOW + MINUTES)
    assert world.look.reads_from == NOW - posts.FIRST_LOOK_BACK - posts.READ_OVERLAP, "read without a gap"


def test_a_site_that_fails_leaves_the_last_success_known(world: World) -> None:
    world.tick_new_posts(NOW)
    world.site.down = True
    world.tick_new_posts(NOW + MINUTES)
    assert world.look.look == Look(NOW, NOW + MINUTES, LookFailure.NO_ANSWER)
    world.tick_new_posts(NOW + MINUTES)
    assert world.look.look.failed_at == NOW + MINUTES, "a tick that only waits is no look"


def test_a_post_that_was_found_is_remembered_until_it_is_stored(world: World) -> None:
    week = WEEKS[3] + dt.timedelta(weeks=1)
    world.site.will_publish(NOW + MINUTES, post_for(week, 5))
    world.site.move_to(NOW + MINUTES)
    world.runs_fail = True
    world.tick_new_posts(NOW + MINUTES)
    assert world.look.found == {week: NOW + MINUTES}
    world.tick_new_posts(NOW + 3 * HOUR)
    assert world.look.found == {week: NOW + MINUTES}, "found once, and still not stored"
    world.runs_fail = False
    world.run(week, week)
    world.tick_new_posts(NOW + 4 * HOUR)
    assert world.look.found == {}


def test_a_lake_that_fails_does_not_fail_the_tick(caplog: pytest.LogCaptureFixture) -> None:
    class Dead(LakeResource):
        def open(self) -> Lake:
            raise StorageRefused("Not for you.")

    with caplog.at_level(logging.WARNING):
        _keep_look(Dead(), SiteLook(), logging.getLogger("tick"))
    assert "could not be kept: Not for you." in caplog.text
