"""Why a run failed in a sentence, and whether a rerun helps: from classes and metadata, never from wording."""

from __future__ import annotations

import inspect

import pytest

from wod_pipeline import errors
from wod_pipeline.errors import SourceRefused, SourceUnavailable, WodError
from wod_pipeline.watching.runs import StepFailure, explain_error, explain_failure

DAGSTER = ("DagsterExecutionStepExecutionError", "Error occurred while executing op raw_posts:")


def link(error: WodError) -> tuple[str, str]:
    """An error as Dagster's event log holds it: class name, and the last line of its traceback."""
    kind = type(error)
    return kind.__name__, f"{kind.__module__}.{kind.__name__}: {error}\n"


def test_an_error_of_ours_is_shown_without_its_class_and_its_sentence_on_reruns() -> None:
    error = SourceUnavailable("https://coach.example did not answer within 30 s.", fix="Is it up?")

    assert explain_error("raw_posts", [DAGSTER, link(error)]) == StepFailure(
        "raw_posts", "https://coach.example did not answer within 30 s. Is it up?", True
    )


OURS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, WodError)]


@pytest.mark.parametrize("kind", OURS)
def test_whether_a_rerun_helps_comes_from_the_class_whatever_the_words(kind: type[WodError]) -> None:
    """The words say the opposite of the class, or nothing."""
    opposite = errors.RERUN_SENTENCES[not kind.rerun_helps]

    for text in (opposite, "Try again.", ""):
        error = (kind.__name__, f"wod_pipeline.errors.{kind.__name__}: {text}")
        assert explain_error("step", [DAGSTER, error]).rerun_helps is kind.rerun_helps


def test_changed_sentences_on_reruns_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "RERUN_SENTENCES", {True: "Run it again.", False: "Do not run it again."})
    failures = [explain_error("step", [link(kind("Down."))]) for kind in (SourceUnavailable, SourceRefused)]

    assert failures == [StepFailure("step", "Down.", True), StepFailure("step", "Down.", False)]


@pytest.mark.parametrize(
    ("outer", "inner", "reason", "helps"),
    [
        (SourceUnavailable("outer"), SourceRefused("inner"), "inner", False),
        (SourceRefused("outer"), SourceUnavailable("inner"), "inner", True),
    ],
)
def test_of_several_errors_of_ours_the_innermost_is_shown_and_decides(
    outer: WodError, inner: WodError, reason: str, helps: bool
) -> None:
    chain = [DAGSTER, link(outer), link(inner), ("KeyError", "KeyError: 'password=hunter2'")]

    assert explain_error("raw_posts", chain) == StepFailure("raw_posts", reason, helps)


def test_the_text_of_an_error_that_is_not_ours_is_never_shown() -> None:
    unknown = StepFailure("raw_posts", "KeyError; the run's log has the details.", None)

    assert (
        explain_error("raw_posts", [("OuterError", "x"), ("KeyError", "KeyError: 'password=hunter2'")])
        == unknown
    )


@pytest.mark.parametrize("module", ["google.cloud.", "errors.", "x.wod_pipeline.errors.", ""])
def test_an_error_of_another_package_with_a_class_name_of_ours_is_only_named(module: str) -> None:
    foreign = ("StorageError", f"{module}StorageError: token=SECRET\n")

    assert explain_error("raw_posts", [DAGSTER, foreign]) == StepFailure(
        "raw_posts", "StorageError; the run's log has the details.", None
    )


@pytest.mark.parametrize("name", ["RERUN_SENTENCES", "rerun_clears_all", "ClassVar", "annotations"])
def test_a_class_named_like_something_else_in_our_module_is_not_ours(name: str) -> None:
    assert explain_error("step", [(name, "secret")]).reason == f"{name}; the run's log has the details."


@pytest.mark.parametrize("chain", [[], [("", "")]])
def test_a_failure_without_an_error_says_so(chain: list[tuple[str, str]]) -> None:
    assert explain_error("step", chain) == StepFailure(
        "step", "an unknown error; the run's log has the details.", None
    )


@pytest.mark.parametrize("helps", [True, False, None])
def test_a_failure_on_purpose_is_shown_and_carries_its_answer(helps: bool | None) -> None:
    text = f"2026-11-23: {SourceRefused('401.')}\n2026-11-30: {SourceUnavailable('503.')}"

    assert explain_failure("raw_posts", text, rerun_helps=helps) == StepFailure(
        "raw_posts", "2026-11-23: 401. 2026-11-30: 503.", helps
    )


def test_a_long_reason_is_cut_at_a_word_within_six_hundred_characters() -> None:
    failure = explain_failure("raw_posts", "word " * 200, rerun_helps=None)

    assert failure.reason == "word " * 118 + "word…"
    assert len(explain_failure("raw_posts", "x" * 700, rerun_helps=None).reason) == 600
    assert explain_failure("raw_posts", "x" * 600, rerun_helps=None).reason == "x" * 600
