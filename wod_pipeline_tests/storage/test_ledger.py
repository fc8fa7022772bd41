"""The contract of a ledger, the same for every adapter."""

from __future__ import annotations

import concurrent.futures

import pytest

from wod_pipeline.storage import Ledger
from wod_pipeline_tests.storage.conftest import Clock


def test_a_reservation_is_given_once(ledger: Ledger) -> None:
    assert ledger.reserve("alert", "late/2021-03-01")
    assert not ledger.reserve("alert", "late/2021-03-01")
    assert ledger.reserve("alert", "late/2021-03-08")
    assert ledger.reserve("message", "late/2021-03-01")


def test_operation_and_identifier_do_not_run_together(ledger: Ledger) -> None:
    assert ledger.reserve("a", "b/c")
    assert ledger.reserve("a/b", "c")


def test_a_released_reservation_can_be_made_again(ledger: Ledger) -> None:
    ledger.reserve("alert", "x")
    ledger.release("alert", "x")
    assert ledger.reserve("alert", "x")
    ledger.release("alert", "never reserved")


@pytest.mark.parametrize("ttl_s", [60, 86_400])
def test_a_reservation_expires(ledger: Ledger, clock: Clock, ttl_s: int) -> None:
    assert ledger.reserve("alert", "x", ttl_s=ttl_s)
    clock.now += ttl_s - 1
    assert not ledger.reserve("alert", "x", ttl_s=ttl_s)
    clock.now += 1
    assert ledger.reserve("alert", "x", ttl_s=ttl_s)
    assert not ledger.reserve("alert", "x", ttl_s=ttl_s)


def test_of_many_who_reserve_at_once_exactly_one_gets_it(ledger: Ledger) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: ledger.reserve("alert", "x"), range(8))) == 1
