"""Code versions tell the truth: no fixture's output changes under the version it is pinned with."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod_pipeline_tests import pinned_outputs
from wod_pipeline_tests.pinned_outputs import (
    ASSETS,
    Outputs,
    Pinned,
    advice,
    as_text,
    from_text,
    renew,
    unraised,
)

VERSIONS = dict.fromkeys(ASSETS, "3")
DIGESTS = dict.fromkeys(ASSETS, "a")
PINNED = Pinned(VERSIONS, {"a post": Outputs("p", DIGESTS)})
DERIVED = ["training_load", "session_calendar"]


def with_output(posts: str = "p", name: str = "a post", **digests: str) -> dict[str, Outputs]:
    return {**PINNED.outputs, name: Outputs(posts, {**DIGESTS, **digests})}


def test_every_fixture_s_outputs_are_those_pinned_under_the_code_versions() -> None:
    pinned, now = from_text(pinned_outputs.FILE.read_text(encoding="utf-8")), pinned_outputs.current()
    assert as_text(now) == as_text(pinned), advice(pinned, now)


def test_every_asset_and_every_kind_of_fixture_is_pinned() -> None:
    pinned = from_text(pinned_outputs.FILE.read_text(encoding="utf-8"))
    assert {asset for outputs in pinned.outputs.values() for asset in outputs.of_asset} == set(ASSETS)
    kinds = {name.split(":")[0] for name in pinned.outputs}
    assert kinds == {"post", "sample", "form", "work", "vocabulary", "a hostile post"}


@pytest.mark.parametrize("asset", ASSETS)
def test_an_output_may_differ_only_under_a_raised_version_of_its_asset(asset: str) -> None:
    outputs = with_output(**{asset: "b"})
    assert unraised(PINNED, Pinned(VERSIONS, outputs)) == [f"{asset} of a post"]
    assert unraised(PINNED, Pinned({**VERSIONS, asset: "4"}, outputs)) == []


@pytest.mark.parametrize("asset", ASSETS)
def test_a_raised_version_also_accounts_for_the_assets_made_from_it(asset: str) -> None:
    differing = unraised(PINNED, Pinned({**VERSIONS, asset: "4"}, with_output(**dict.fromkeys(ASSETS, "b"))))
    made_from = ASSETS[ASSETS.index(asset) :] if asset not in DERIVED else [asset]
    assert differing == [f"{other} of a post" for other in ASSETS if other not in made_from]


def test_a_version_may_not_be_lowered() -> None:
    lowered = Pinned({**VERSIONS, "training_load": "2"}, PINNED.outputs)
    assert unraised(PINNED, lowered) == ["the version of training_load was lowered"]


def test_a_new_fixture_or_one_with_other_posts_needs_no_raised_version() -> None:
    other = dict.fromkeys(ASSETS, "b")
    assert unraised(PINNED, Pinned(VERSIONS, with_output(name="another", **other))) == []
    assert unraised(PINNED, Pinned(VERSIONS, with_output(posts="q", **other))) == []
    assert unraised(PINNED, Pinned(VERSIONS, {})) == []


def test_the_file_says_what_it_was_written_from() -> None:
    outputs = {"a form": Outputs("p", {"raw_posts": "a"}), **PINNED.outputs}
    assert from_text(as_text(Pinned(VERSIONS, outputs))) == Pinned(VERSIONS, outputs)


def test_the_file_is_not_written_with_other_outputs_under_the_same_version(tmp_path: Path) -> None:
    file, changed = tmp_path / "pinned.txt", with_output(daily_sessions="b")
    renew(file, PINNED)
    with pytest.raises(SystemExit, match=r"daily_sessions of a post\. Raise PARSER_VERSION in "):
        renew(file, Pinned(VERSIONS, changed))
    assert from_text(file.read_text(encoding="utf-8")) == PINNED
    raised = Pinned({**VERSIONS, "daily_sessions": "4"}, changed)
    renew(file, raised)
    assert from_text(file.read_text(encoding="utf-8")) == raised
