"""The address of a personal calendar: what it carries, and that nobody can make one without the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.program import WEEKDAYS, Weekday
from wod_pipeline.reading.undated import SessionName
from wod_pipeline.training import Athlete
from wod_pipeline.web import maxes, personal
from wod_pipeline.web.personal import PersonalCalendar, as_token, parse_token
from wod_pipeline_tests.strategies import athletes

KEY, OTHER_KEY = b"k" * 43, b"o" * 43
LIFTER = maxes.athlete_of("unit=kg&snatch=100&back_squat.3=150&plate.20=2") or Athlete()


CHOICES = st.dictionaries(
    st.tuples(st.sampled_from(["gym-plan", "strength"]), st.text("12 aé=&.%", min_size=1, max_size=20)),
    st.sampled_from(WEEKDAYS),
    max_size=6,
)


@given(athletes(), st.booleans(), CHOICES)
def test_an_address_carries_the_athlete_and_the_choices(
    who: Athlete, rest_days: bool, choices: dict[SessionName, Weekday]
) -> None:
    """Equal to what the cookie carries, so that the weights are those of the page."""
    asked = PersonalCalendar(maxes.athlete_of(maxes.cookie_of(who)) or who, rest_days, choices)
    token = as_token(asked, KEY)
    assert parse_token(token, KEY) == asked
    assert personal.SHORTEST_TOKEN <= len(token) <= personal.LONGEST_TOKEN
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_the_same_maxes_have_another_address_each_time() -> None:
    made = {as_token(PersonalCalendar(LIFTER), KEY) for _ in range(20)}
    assert len(made) == 20
    assert len({token[2:24] for token in made}) == 20


def test_another_key_revokes_every_address() -> None:
    assert parse_token(as_token(PersonalCalendar(LIFTER), KEY), OTHER_KEY) is None


def test_no_changed_character_goes_unnoticed() -> None:
    token = as_token(PersonalCalendar(LIFTER), KEY)
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for n in range(len(data)):
        changed = data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :]
        assert parse_token(base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), KEY) is None


@pytest.mark.parametrize("token", ["", "a", "a" * 100, "a" * 5_000, "\N{FIRE}" * 100, "=" * 100, "a+/" * 40])
def test_what_is_no_address_is_none(token: str) -> None:
    assert parse_token(token, KEY) is None
    assert parse_token(as_token(PersonalCalendar(LIFTER), KEY) + token, KEY) is None or not token


def signed(version: bytes, payload: bytes, purpose: bytes = b"wod_pipeline personal calendar\0") -> str:
    """An address with a right signature, made without the code under test."""
    body = version + b"n" * 16 + payload
    signature = hmac.new(KEY, purpose + body, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(body + signature).decode().rstrip("=")


def packed(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


def test_a_signed_address_is_bounded_and_of_a_known_version() -> None:
    payload = packed(b"\0unit=kg&bar=20&step=2.5&snatch=100")
    assert parse_token(signed(b"\1", payload), KEY) is not None
    assert parse_token(signed(b"\2", payload), KEY) is None
    assert parse_token(signed(b"\1", payload, purpose=b"something else\0"), KEY) is None
    assert parse_token(signed(b"\1", payload[:-4]), KEY) is None, "cut off"
    assert parse_token(signed(b"\1", b"\xff" * 60), KEY) is None, "not compressed"
    bomb = packed(b"\0" + b"snatch=100&" * 20_000)
    assert parse_token(signed(b"\1", bomb), KEY) is None
    assert len(signed(b"\1", bomb)) < personal.LONGEST_TOKEN


def test_more_maxes_than_an_address_holds_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "LONGEST_TOKEN", 100)
    with pytest.raises(ValueError, match="more maxes and chosen days than fit into an address"):
        as_token(PersonalCalendar(LIFTER), KEY)
