"""Around every tick: patience with a slow site, and messages that cannot be sent."""

from __future__ import annotations

import threading

import pytest

from wod_pipeline.errors import SourceRefused, SourceUnavailable
from wod_pipeline.sensors.ticks import SITE_TIMEOUT_S, within_a_tick
from wod_pipeline_tests.sensors.world import World, local


def test_a_site_that_hangs_is_given_up_before_dagster_gives_up_on_the_tick() -> None:
    released = threading.Event()

    with pytest.raises(SourceUnavailable, match=r"no complete answer within 0\.01 s"):
        within_a_tick(released.wait, timeout_s=0.01)
    released.set()
    assert SITE_TIMEOUT_S < 60


def test_an_answer_and_an_error_pass_through() -> None:
    def refuse() -> None:
        raise SourceRefused("401.")

    assert within_a_tick(lambda: 7) == 7
    with pytest.raises(SourceRefused):
        within_a_tick(refuse)


def test_a_site_that_fails_is_asked_once_a_tick_however_many_weeks_are_missing() -> None:
    world = World()
    for day in ("2026-11-15 21:00", "2026-11-22 21:00"):
        world.tick_freshness(local(day))
    world.site.down = True
    asked = []
    world.site._check = lambda: asked.append(1) or _fail()  # type: ignore[method-assign,func-returns-value]

    world.tick_freshness(local("2026-11-29 21:00"))
    assert len(asked) == 1


def _fail() -> None:
    raise SourceUnavailable("no answer")
