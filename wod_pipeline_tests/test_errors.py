"""What every error says, and that it says so on the other side of a process boundary too."""

from __future__ import annotations

import pickle

import pytest

from wod_pipeline.errors import SourceRefused, SourceUnavailable, StorageRefused, WodError, rerun_clears_all


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            SourceUnavailable("The site does not answer.", fix="Try later."),
            "The site does not answer. Try later. A rerun can clear this.",
        ),
        (SourceRefused("The login is wrong."), "The login is wrong. A rerun alone will not help."),
    ],
)
def test_an_error_says_what_happened_what_to_do_and_whether_a_rerun_helps(
    error: WodError, message: str
) -> None:
    assert str(error) == message
    assert str(pickle.loads(pickle.dumps(error))) == message


@pytest.mark.parametrize(
    ("failures", "helps"),
    [
        ([SourceUnavailable("a"), SourceUnavailable("b")], True),
        ([SourceUnavailable("a"), StorageRefused("b")], False),
        ([StorageRefused("a"), SourceUnavailable("b")], False),
        ([SourceUnavailable("a"), KeyError("b")], None),
        ([KeyError("a"), StorageRefused("b")], False),
        ([KeyError("a")], None),
        ([], None),
    ],
)
def test_a_rerun_helps_when_it_clears_all_errors(failures: list[Exception], helps: bool | None) -> None:
    assert rerun_clears_all(failures) is helps
