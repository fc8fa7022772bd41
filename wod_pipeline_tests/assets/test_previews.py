"""What the Dagster UI shows of a week's value stays small, whatever a post has."""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.assets.previews import of_raw_week
from wod_pipeline_tests.builders import raw_post, weekly


def preview_of_links(address: str, slug: str = "gym-plan") -> str:
    text: str = of_raw_week(weekly(replace(raw_post("Monday"), link=address, slug=slug)))["links"].value
    return text


def test_a_post_is_linked_unless_its_address_is_longer_than_anybody_s() -> None:
    longest = "https://coach.example/" + "a" * 1_978
    assert preview_of_links(longest) == f"- [gym-plan](<{longest}>)"
    assert preview_of_links(longest + "a") == "- gym-plan"


def test_a_slug_of_any_length_is_cut() -> None:
    assert len(preview_of_links("https://coach.example/1", slug="x" * 1_000_000)) < 3_000
