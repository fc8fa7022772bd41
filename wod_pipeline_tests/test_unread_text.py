"""Unread words: what the reader quotes is what the others read."""

from __future__ import annotations

from wod_pipeline.program import Diagnostic
from wod_pipeline.unread_text import UNREAD_TEXT, count_unread, count_words, quote, quoted_words
from wod_pipeline_tests.builders import record_of

LINE = "Back Squat x 3 reps @ 75% like a gazelle"


def of_line(line: str) -> list[Diagnostic]:
    return [d for d in record_of("A.", "Three sets of:", line).diagnostics if d.code == UNREAD_TEXT]


def test_a_word_holds_a_letter_or_a_figure() -> None:
    assert count_words("Back Squat – 70% x 3, …") == 5


def test_the_quotes_are_found_in_the_readers_sentence() -> None:
    assert [quoted_words(d.message) for d in of_line(LINE)] == [["like a gazelle"]]
    assert quoted_words(f"Not read: {quote(['one more', 'two'])}.") == ["one more", "two"]
    assert quoted_words("Nothing is quoted.") == []


def test_unread_words_of_a_line_are_counted() -> None:
    assert count_unread(LINE, of_line(LINE)) == 3
    assert count_unread("Back Squat x 3 reps", of_line("Back Squat x 3 reps")) == 0


def test_a_quote_that_was_cut_counts_the_whole_line() -> None:
    line = f"{LINE}{' and another' * 20}"
    assert count_unread(line, of_line(line)) == count_words(line)
