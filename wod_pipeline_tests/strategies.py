"""Hypothesis strategies: any session record at all, for properties of what is stored."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from hypothesis import strategies as st

from wod_pipeline.program import (
    WEEKDAYS,
    AbsoluteLoad,
    Block,
    Diagnostic,
    Exercise,
    Line,
    Link,
    Load,
    Note,
    Part,
    Pause,
    Range,
    Reference,
    Rest,
    RmTarget,
    Segment,
    SessionRecord,
    SetRow,
)
from wod_pipeline.training import Athlete, Rack, Unit, Weight
from wod_pipeline.weeks import monday_of

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
whole = st.integers(-(2**53), 2**53)
fraction = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3)).filter(lambda v: v % 1)
number = whole | fraction | st.sampled_from([30.48, 72.5, 0.1, 1e-7, -0.5])
span = st.tuples(st.integers(0, 99), st.integers(0, 99))
maybe = st.none()

ranges = st.builds(Range, min=maybe | number, max=maybe | number, f=maybe | number)
notes = st.builds(Note, kind=st.sampled_from(["load", "cue", "program"]), lines=span)
references = st.builds(
    Reference,
    movement_id=maybe | text,
    rm=st.integers(1, 9),
    source=st.just("explicit"),
    candidates=st.lists(text).map(tuple),
)
loads = st.builds(
    Load,
    kind=st.sampled_from(["percent", "absolute", "rpe"]),
    pct=maybe | ranges,
    ref=maybe | references,
    abs=maybe
    | st.builds(AbsoluteLoad, unit=st.sampled_from([None, "kg"]), min=maybe | number, max=maybe | number),
    ramp=st.booleans(),
)
parts = st.builds(
    Part,
    raw=text,
    movement_id=maybe | text,
    reps=maybe | st.integers(0, 9),
    pause=maybe | st.builds(Pause, s=maybe | ranges, at=st.sampled_from([None, "knee"])),
    video_url=maybe | text,
)
set_rows = st.builds(
    SetRow,
    first=st.integers(1, 9),
    last=st.integers(1, 9),
    lines=span,
    reps=maybe | ranges,
    load=maybe | loads,
)
exercises = st.builds(
    Exercise,
    parts=st.lists(parts, max_size=2),
    lines=span,
    reps=maybe | ranges,
    rep_scheme=st.lists(st.integers(1, 21), max_size=3),
    distance_m=maybe | ranges,
    load=maybe | loads,
    rest=maybe | st.builds(Rest, s=maybe | ranges, qual=st.sampled_from([None, "as_needed"])),
    set_rows=st.lists(set_rows, max_size=2),
    notes=st.lists(notes, max_size=1),
)
blocks = st.builds(
    Block,
    scheme=st.sampled_from(["sets", "amrap", "free"]),
    lines=span,
    exercises=st.lists(exercises, max_size=2),
    sets=maybe | ranges,
    rm_target=maybe | st.builds(RmTarget, reps=st.integers(1, 9), kind=st.just("rm")),
)
segments = st.builds(
    Segment,
    label=maybe | text,
    kind=st.just("main"),
    lines=span,
    blocks=st.lists(blocks, max_size=2),
    title=maybe | text,
)
lines = st.builds(
    Line,
    n=st.integers(0, 99),
    text=text,
    role=st.just("note"),
    owner=text,
    links=st.lists(
        st.builds(Link, start=st.integers(0, 9), end=st.integers(0, 9), href=text), max_size=1
    ).map(tuple),
)
diagnostics = st.builds(
    Diagnostic, code=text, severity=st.just("warn"), line=maybe | st.integers(0, 9), message=text
)
text_names = st.sampled_from(
    ["warm_up", "segment_a", "texts", "notes", "label", "record_sha256", "date", "week"]
) | text.filter(bool)


@st.composite
def records(draw: st.DrawFn) -> SessionRecord:
    """A record: dated in its week, outside it, or not at all."""
    date = draw(st.none() | st.dates(dt.date(2015, 1, 5), dt.date(2030, 12, 29)))
    week = monday_of(date or dt.date(2021, 3, 1)) + dt.timedelta(weeks=draw(st.sampled_from([0, 0, 1, -1])))
    return draw(
        st.builds(
            SessionRecord,
            date=st.just(date),
            session=text.filter(bool),
            week=st.just(week),
            program=text,
            post_id=st.integers(1, 2**40),
            post_title=text,
            post_url=text,
            modified_gmt=text,
            content_sha256=text,
            weekday=st.none() | st.sampled_from(WEEKDAYS),
            label=maybe | text,
            kind=st.just("training"),
            ordinal=maybe | st.integers(0, 9),
            texts=st.dictionaries(text_names, text, max_size=3),
            notes=st.lists(notes, max_size=1),
            segments=st.lists(segments, max_size=2),
            lines=st.lists(lines, max_size=2),
            diagnostics=st.lists(diagnostics, max_size=1),
        )
    )


# ------------------------------------------------------------------------------------------------- weights
pairs_of_plates = st.dictionaries(
    st.sampled_from([Fraction(text) for text in ("0.5", "1.25", "2.5", "5", "10", "15", "20", "25", "45")]),
    st.integers(1, 3),
    max_size=6,
).map(lambda owned: tuple(sorted(owned.items(), reverse=True)))


@st.composite
def racks(draw: st.DrawFn) -> Rack:
    """Any bar, step and plates, the bar at times in the other unit."""
    unit: Unit = draw(st.sampled_from(["kg", "lb"]))
    bar_unit: Unit = draw(st.sampled_from(["kg", "lb"]))
    bar = Weight(Fraction(draw(st.sampled_from([5, 7, 10, 15, 20, 35, 45]))), bar_unit)
    step = Fraction(draw(st.sampled_from(["0.1", "0.5", "1", "1.25", "2", "2.5", "5", "10", "20"])))
    other = None if bar_unit == unit else bar_unit
    return Rack(unit, bar.to(unit).amount, step, draw(pairs_of_plates), other)


@st.composite
def athletes(draw: st.DrawFn) -> Athlete:
    """Any rack, with a snatch in either unit most of the time."""
    quarters = draw(st.integers(20, 1200))
    best = Weight(Fraction(quarters, 4), draw(st.sampled_from(["kg", "lb"])))
    return Athlete(draw(racks()), {("snatch", 1): best} if draw(st.integers(0, 9)) else {})


@st.composite
def percent_words(draw: st.DrawFn) -> str:
    """A percentage as coaches write it: single, range, cap or floor."""
    low, more = draw(st.integers(20, 2200)) / 20, draw(st.integers(1, 200)) / 20
    form = draw(
        st.sampled_from(["@ {0:g}%", "@ {0:g}-{1:g}%", "@ {0:g}%+", "under {0:g}%", "at least {0:g}%"])
    )
    return form.format(low, low + more)
