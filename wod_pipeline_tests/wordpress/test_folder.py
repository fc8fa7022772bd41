"""A folder of post files as a source of posts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from wod_pipeline.errors import SourceMalformed, SourceRefused
from wod_pipeline.wordpress import FolderSource
from wod_pipeline_tests.wordpress.conftest import at

FIRST, LAST = dt.date(2021, 2, 15), dt.date(2021, 2, 28)


def put(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def post(post_id: int, date: str = "2021-02-21T17:00:00", **fields: Any) -> dict[str, Any]:
    return {"id": post_id, "date": date, "modified_gmt": date, **fields}


def test_files_of_one_post_and_of_many_are_read_in_order_of_publication(tmp_path: Path) -> None:
    put(tmp_path, "b.json", post(3, "2021-02-20T09:00:00"))
    put(tmp_path, "a.JSON", [post(2), post(1)])
    found = FolderSource(tmp_path).fetch_published(FIRST, LAST)
    assert [p.id for p in found] == [3, 1, 2]


def test_other_files_hidden_ones_and_subfolders_are_not_looked_at(tmp_path: Path) -> None:
    put(tmp_path, "a.json", post(1))
    put(tmp_path, "._a.json", "binary rubbish")
    (tmp_path / "notes.txt").write_text("no JSON")
    (tmp_path / "more.json").mkdir()
    assert FolderSource(tmp_path).list_ids() == {1}


def test_the_window_counts_whole_days(tmp_path: Path) -> None:
    dates = ["2021-02-14T23:59:59", "2021-02-15T00:00:00", "2021-02-28T23:59:59", "2021-03-01T00:00:00"]
    put(tmp_path, "a.json", [post(n, date) for n, date in enumerate(dates)])
    assert [p.id for p in FolderSource(str(tmp_path)).fetch_published(FIRST, LAST)] == [1, 2]
    assert [p.id for p in FolderSource(tmp_path).fetch_published(at("2021-02-15 12:00"), LAST)] == [1, 2]


def test_a_post_without_a_readable_date_may_belong_anywhere_and_is_always_offered(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [{"id": 1}, post(2, "0000-00-00T00:00:00"), post(3, "1999-01-01T00:00:00")])
    source = FolderSource(tmp_path)
    assert [p.id for p in source.fetch_published(FIRST, LAST)] == [1, 2]
    assert {p.id for p in source.fetch_modified(at("2021-01-01"))} == {1, 2}


def test_edits_are_found_by_their_time_of_modification_in_utc(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [post(1, "2021-02-21T17:00:00"), post(2, "2021-02-21T16:59:59")])
    source = FolderSource(tmp_path)
    assert [p.id for p in source.fetch_modified(at("2021-02-21 17:00"))] == [1]
    assert [p.id for p in source.fetch_modified(at("2021-02-21 18:00:00+01:00"))] == [1]


def test_ids_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [post(1), post(2)])
    source = FolderSource(tmp_path)
    assert [p.id for p in source.fetch_ids([2, 9])] == [2]
    assert source.check() == f"{tmp_path} holds 2 posts."
    assert source.name == f"folder {tmp_path}"


def test_of_two_revisions_of_a_post_the_newer_counts_wherever_it_is(tmp_path: Path) -> None:
    put(tmp_path, "a.json", post(1, slug="new") | {"modified_gmt": "2021-02-22T00:00:00"})
    put(tmp_path, "b.json", post(1, slug="old"))
    assert [p.slug for p in FolderSource(tmp_path).fetch_ids([1])] == ["new"]


def test_an_edited_file_is_an_edited_post_at_once(tmp_path: Path) -> None:
    source = FolderSource(tmp_path)
    assert source.list_ids() == set()
    put(tmp_path, "a.json", post(1))
    assert source.list_ids() == {1}


def test_a_folder_that_is_not_there_is_refused_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="cannot be read: No such file or directory"):
        FolderSource(tmp_path / "missing").list_ids()
    put(tmp_path, "a.json", post(1))
    with pytest.raises(SourceRefused, match="cannot be read: Not a directory"):
        FolderSource(tmp_path / "a.json").list_ids()


def test_a_file_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.json", post(1))

    def deny(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(SourceRefused, match=r"a\.json cannot be read: Permission denied"):
        FolderSource(tmp_path).list_ids()


def test_one_odd_post_in_a_file_costs_only_itself(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [post(1), post(2, link=False, title=[]), {"slug": "june-1"}])
    put(tmp_path, "b.json", post(3, slug=None, content=7))
    source = FolderSource(tmp_path)
    assert source.list_ids() == {1, 2, 3}
    assert {p.id for p in source.fetch_modified(at("2021-01-01"))} == {1, 2, 3}
    by_id = {p.id: p for p in source.fetch_published(FIRST, LAST)}
    assert by_id.keys() == {0, 1, 2, 3}
    assert "content is a number instead of an object" in by_id[3].problems


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"<html>"])
def test_a_broken_file_is_malformed_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text('{"id": 1}')
    (tmp_path / "broken.json").write_bytes(content)
    with pytest.raises(SourceMalformed, match=r"broken\.json is not valid JSON.*Repair it"):
        FolderSource(tmp_path).list_ids()


@pytest.mark.parametrize("value", [{"title": "no id"}, 7, [[], {}]])
def test_a_file_that_holds_no_posts_is_malformed_by_name(value: object, tmp_path: Path) -> None:
    put(tmp_path, "odd.json", value)
    with pytest.raises(SourceMalformed, match=r"odd\.json"):
        FolderSource(tmp_path).list_ids()
