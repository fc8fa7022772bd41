"""Working weights: what a percentage puts on the bar, and when it puts nothing there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.program import AbsoluteLoad, Load, Range, Reference
from wod_pipeline.training import (
    STANDARD_RACKS,
    Athlete,
    Rack,
    Unit,
    Weight,
    WorkingWeight,
    as_number,
    decimal_text,
    exact,
    largest_percent,
    ramp_weights,
    working_weight,
)
from wod_pipeline.training._rack import as_decimal
from wod_pipeline.training._weights import midpoint
from wod_pipeline_tests.builders import exercise_of
from wod_pipeline_tests.strategies import athletes

KG = Rack()
LB = Rack("lb", Fraction(45), Fraction(5))


def athlete(rack: Rack = KG, **maxes: str) -> Athlete:
    """An athlete with these maxes: `snatch="100 kg"`, `back_squat_6="135 kg"` (a 6-RM)."""
    found = {}
    for name, text in maxes.items():
        movement, _, reps = name.rpartition("_") if name[-1].isdigit() else (name, "", "1")
        amount, unit = text.split()
        found[movement, int(reps)] = Weight(Fraction(amount), "lb" if unit == "lb" else "kg")
    return Athlete(rack, found)


def percent(
    low: float | None, high: float | None, of: str = "snatch", rm: int = 1, ramp: bool = False
) -> Load:
    return Load("percent", pct=Range(low, high), ref=Reference(of, rm, "explicit"), ramp=ramp)


def amounts(working: WorkingWeight | None) -> tuple[str, str]:
    assert working is not None
    return str(working.low), str(working.high)


@pytest.mark.parametrize(("pct", "weight"), [(75, "155 lb"), (85, "175 lb"), (95, "195 lb")])
def test_205_lb_in_steps_of_5(pct: int, weight: str) -> None:
    working = working_weight(percent(pct, pct), athlete(LB, snatch="205 lb"))
    assert amounts(working) == (weight, weight)


def test_180_kg_at_75_percent_is_135() -> None:
    assert amounts(working_weight(percent(75, 75), athlete(snatch="180 kg"))) == ("135 kg", "135 kg")


def test_a_rack_is_a_men_s_bar_in_the_usual_steps() -> None:
    assert {"kg": KG, "lb": LB} == STANDARD_RACKS
    assert (KG.unit, KG.bar, KG.step, KG.plates) == ("kg", 20, Fraction("2.5"), ())


def test_a_tie_goes_down() -> None:
    assert KG.nearest(Fraction("61.25")) == 60
    assert KG.nearest(Fraction("61.26")) == Fraction("62.5")


def test_a_weight_is_never_below_the_bar() -> None:
    assert amounts(working_weight(percent(10, 10), athlete(snatch="60 kg"))) == ("20 kg", "20 kg")


def test_a_range_gives_both_ends() -> None:
    assert amounts(working_weight(percent(60, 72.5), athlete(snatch="100 kg"))) == ("60 kg", "72.5 kg")


def test_an_open_end_is_a_floor_or_a_ceiling() -> None:
    assert amounts(working_weight(percent(101, None), athlete(snatch="100 kg"))) == ("102.5 kg", "None")
    assert amounts(working_weight(percent(None, 55), athlete(snatch="100 kg"))) == ("None", "55 kg")


def test_a_max_in_the_other_unit_is_converted_exactly_and_rounded_once() -> None:
    working = working_weight(percent(100, 100), athlete(LB, snatch="100 kg"))
    assert amounts(working) == ("220 lb", "220 lb")  # 220.46 lb
    assert Weight(Fraction(100), "kg").to("lb").to("kg") == Weight(Fraction(100), "kg")


def test_a_ramp_rises_evenly_from_the_first_set_to_the_last() -> None:
    steps = ramp_weights(percent(60, 80, ramp=True), 5, athlete(snatch="100 kg"))
    assert [str(step.low) for step in steps] == ["60 kg", "65 kg", "70 kg", "75 kg", "80 kg"]


@pytest.mark.parametrize("sets", [-3, 0, 1, 41, 10**9])
def test_a_ramp_over_one_set_or_absurdly_many_is_not_listed(sets: int) -> None:
    assert ramp_weights(percent(60, 80, ramp=True), sets, athlete(snatch="100 kg")) == ()


def test_a_missing_max_gives_no_weight_but_says_which() -> None:
    working = working_weight(percent(75, 75, of="power_snatch"), athlete(snatch="100 kg"))
    assert working == WorkingWeight(missing="your 1-RM Power Snatch is not given")


def test_an_n_rm_is_not_guessed_from_a_1_rm() -> None:
    load = percent(80, 80, of="back_squat", rm=6)
    assert working_weight(load, athlete(back_squat="160 kg")) == WorkingWeight(
        missing="your 6-RM Back Squat is not given"
    )
    assert amounts(working_weight(load, athlete(back_squat_6="135 kg"))) == ("107.5 kg", "107.5 kg")


def test_an_ambiguous_reference_gives_no_weight_but_says_between_what() -> None:
    _, exercise = exercise_of("A.", "Three sets of:", "Romanian Deadlift x 8 reps @ 60%")
    assert exercise.load is not None
    working = working_weight(exercise.load, athlete(clean="120 kg", deadlift="180 kg"))
    assert working == WorkingWeight(missing="the post does not say of which max (Clean or Deadlift?)")


@pytest.mark.parametrize("kind", ["absolute", "bodyweight", "relative_past", "rpe", "empty_bar", "described"])
def test_only_percentages_are_turned_into_weights(kind: str) -> None:
    assert working_weight(Load(kind), athlete(snatch="100 kg")) is None  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------- plates
def test_plates_of_one_side_are_as_few_as_possible() -> None:
    assert KG.side(Fraction(135)) == (25, 25, 5, Fraction("2.5"))
    assert KG.side(Fraction(20)) == ()
    assert LB.side(Fraction(155)) == (45, 10)


def test_only_plates_that_are_owned_are_used() -> None:
    rack = Rack(plates=((Fraction(20), 1), (Fraction(10), 2), (Fraction("2.5"), 1)))
    assert rack.side(Fraction(100)) == (20, 10, 10)
    assert rack.nearest(Fraction(89)) == 85
    assert rack.side(Fraction(85)) == (20, 10, Fraction("2.5"))
    assert rack.nearest(Fraction(200)) == 105, "all there is"


def test_plates_that_cannot_make_a_weight_give_the_nearest_one_that_can() -> None:
    rack = Rack(plates=((Fraction(25), 1), (Fraction(5), 1)))
    working = working_weight(percent(73, 73), Athlete(rack, {("snatch", 1): Weight(Fraction(100), "kg")}))
    assert amounts(working) == ("70 kg", "70 kg")


def test_steps_are_counted_from_the_bar_whatever_it_weighs() -> None:
    rack = Rack(bar=Fraction("20.5"), step=Fraction(2), plates=((Fraction("0.5"), 2), (Fraction(1), 2)))
    assert rack.nearest(Fraction(24)) == Fraction("24.5"), "not 23.5, which the plates make too"


def test_of_equally_few_plates_the_heaviest_are_taken() -> None:
    rack = Rack(plates=((Fraction(20), 1), (Fraction(15), 2), (Fraction(10), 1)))
    assert rack.side(Fraction(20 + 2 * 30)) == (20, 10), "not twice 15"
    assert rack.side(Fraction(20 + 2 * 55)) is None


def test_a_well_equipped_gym_makes_every_quarter_of_a_kilogram_or_pound() -> None:
    for rack, biggest in ((KG, 25), (LB, 45)):
        for quarters in range(1, 240):
            side = rack.side(rack.bar + Fraction(quarters, 2))
            assert side is not None
            assert sum(side) == Fraction(quarters, 4)
            assert list(side) == sorted(side, reverse=True)
            assert max(side) <= biggest
    assert KG.side(Fraction(20 + 2 * 520)) == (25,) * 20 + (20,)
    assert LB.side(Fraction(45 + 2 * 900)) == (45,) * 20


def test_steps_of_owned_plates_are_whole_steps_above_the_bar() -> None:
    rack = Rack(step=Fraction(5), plates=((Fraction(10), 1), (Fraction("1.25"), 1)))
    assert [rack.nearest(Fraction(n)) for n in (20, 25, 41, 60)] == [20, 20, 40, 40]


def test_of_two_weights_equally_near_the_lower_is_loaded() -> None:
    rack = Rack(plates=((Fraction(10), 1),))
    assert rack.nearest(Fraction(30)) == 20
    assert rack.nearest(Fraction("30.01")) == 40


@pytest.mark.parametrize(
    ("amount", "text"),
    [("60", "60"), ("62.5", "62.5"), ("61.255", "61.26"), ("100", "100"), ("0", "0"), ("0.125", "0.12")],
)
def test_a_number_for_people_has_at_most_two_decimals(amount: str, text: str) -> None:
    assert decimal_text(Fraction(amount)) == text
    assert str(Weight(Fraction(amount), "lb")) == f"{text} lb"


def test_a_fraction_as_decimal_and_as_number() -> None:
    assert as_decimal(Fraction(1, 4)) == Decimal("0.25")
    assert str(as_decimal(Fraction(2, 3))) == "0.6666666666666666666666666667"
    assert (as_number(Fraction(4, 2)), type(as_number(Decimal("2.0")))) == (2, int)
    assert as_number(Fraction(2, 3)) == 0.667


def test_the_middle_of_a_range_and_its_known_end_when_one_is_open() -> None:
    assert midpoint(Range(60, 72.5)) == Fraction("66.25")
    assert midpoint(Range(60, None)) == midpoint(Range(None, 60)) == 60
    assert midpoint(Range(None, None)) is None


def test_pounds_and_kilograms_by_the_international_pound() -> None:
    assert Weight(Fraction(100), "lb").to("kg").amount == Fraction("45.359237")
    assert Weight(Fraction("45.359237"), "kg").to("lb").amount == 100
    assert Weight(Fraction(7), "kg").to("kg") == Weight(Fraction(7), "kg")


def test_without_an_athlete_or_a_reference_there_is_no_weight() -> None:
    assert working_weight(percent(70, 70), None) == WorkingWeight(missing="no maxes given")
    unknown = Load("percent", pct=Range(70, 70))
    for load in (unknown, Load("percent", pct=Range(70, 70), ref=Reference(None, 1, "ambiguous"))):
        assert working_weight(load, athlete(snatch="100 kg")) == WorkingWeight(
            missing="the post does not say of which max"
        )
    assert working_weight(Load("percent"), athlete(snatch="100 kg")) is None


@pytest.mark.parametrize(
    "load",
    [
        percent(60, 80),
        percent(60, None, ramp=True),
        percent(None, 80, ramp=True),
        percent(60, 80, of="clean", ramp=True),
        Load("described", ramp=True),
    ],
)
def test_a_ramp_needs_two_ends_and_a_max(load: Load) -> None:
    assert ramp_weights(load, 5, athlete(snatch="100 kg")) == ()
    assert ramp_weights(percent(60, 80, ramp=True), 5, None) == ()


def test_a_ramp_over_40_sets_is_listed_and_each_set_rounded_to_the_rack() -> None:
    steps = ramp_weights(percent(60, 70, ramp=True), 3, athlete(snatch="101 kg"))
    assert [amounts(step) for step in steps] == [
        (f"{amount} kg", f"{amount} kg") for amount in ("62.5", "65", "70")
    ], "60.6 kg is not inside the range at 60"
    assert len(ramp_weights(percent(60, 80, ramp=True), 40, athlete(snatch="100 kg"))) == 40
    assert len(ramp_weights(percent(60, 80, ramp=True), 2, athlete(snatch="100 kg"))) == 2


# ------------------------------------------------------------------------------------------------- always
RACKS = st.builds(
    Rack,
    unit=st.sampled_from(["kg", "lb"]),
    bar=st.sampled_from([Fraction(10), Fraction(15), Fraction(20), Fraction(45)]),
    step=st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(5, 2), Fraction(5)]),
    plates=st.sampled_from(
        [(), ((Fraction(20), 3), (Fraction(5), 1), (Fraction(5, 2), 2)), ((Fraction(10), 4),)]
    ),
)


@given(RACKS, st.decimals(0, 600, places=2))
def test_what_is_shown_can_be_loaded_and_is_the_nearest_that_can(rack: Rack, wanted: object) -> None:
    amount = Fraction(str(wanted))
    weight = rack.nearest(amount)
    assert weight >= rack.bar
    assert (weight - rack.bar) % rack.step == 0
    if rack.plates:
        side = rack.side(weight)
        assert side is not None
        assert rack.bar + 2 * sum(side) == weight
    elif amount >= rack.bar:
        assert abs(weight - amount) <= rack.step / 2


@given(st.sampled_from(["kg", "lb"]), st.integers(1, 700), st.integers(1, 1300))
def test_arithmetic_does_not_drift(unit: Unit, best: int, tenths: int) -> None:
    rack = Rack(unit, Fraction(0), Fraction(1, 1000))
    working = working_weight(percent(tenths / 10, tenths / 10), athlete(rack, snatch=f"{best} {unit}"))
    assert working is not None
    assert working.low is not None
    assert working.low.amount == Fraction(best * tenths, 1000)


def test_a_decimal_is_taken_as_it_was_written() -> None:
    assert exact(72.1) == Fraction(721, 10)
    assert exact(0.1) + exact(0.2) == exact(0.3)


BELOW_AND_ABOVE = st.tuples(st.integers(1, 2200), st.integers(1, 2200)).map(
    lambda ends: (min(ends), max(ends))
)


def of_snatch(who: Athlete, low: int | None, high: int | None) -> WorkingWeight:
    """What twentieths of a percent come to."""
    ends = (None if end is None else end / 20 for end in (low, high))
    working = working_weight(percent(*ends), who)
    assert working is not None
    return working


def amount_of(weight: Weight | None) -> Fraction | None:
    return None if weight is None else weight.amount


@given(athletes(), BELOW_AND_ABOVE)
def test_weights_rise_with_the_percentage(who: Athlete, percents: tuple[int, int]) -> None:
    lighter, heavier = percents
    for form in ("single", "cap", "floor"):
        shown = [
            of_snatch(who, None if form == "cap" else end, None if form == "floor" else end)
            for end in (lighter, heavier)
        ]
        first, second = (next(iter(working.ends), None) for working in shown)
        if first is None:
            assert second is None, "what is out of reach stays out of reach"
        elif second is not None:
            assert first.amount <= second.amount


@given(athletes(), BELOW_AND_ABOVE)
def test_a_bound_is_a_bound(who: Athlete, percents: tuple[int, int]) -> None:
    low, high = percents
    best = who.maxes.get(("snatch", 1))
    if best is None:
        assert of_snatch(who, low, high) == WorkingWeight(missing="your 1-RM Snatch is not given")
        return
    lowest, highest = (best.to(who.rack.unit).amount * end / 2000 for end in percents)
    cap, floor, both = of_snatch(who, None, high), of_snatch(who, low, None), of_snatch(who, low, high)
    assert (cap.fit == "empty_bar") == (highest < who.rack.bar)
    if cap.high is not None and cap.fit != "empty_bar":
        assert cap.high.amount <= highest
    if floor.low is not None:
        assert floor.low.amount >= lowest
    if low != high and both.low is not None and both.high is not None and both.fit in ("within", "short"):
        assert lowest <= both.low.amount <= both.high.amount <= highest
    if both.fit == "below":
        assert amount_of(both.high) == who.rack.at_most(highest)
        assert who.rack.above(highest) == who.rack.at_least(lowest), "nothing lies between"


@given(athletes(), st.integers(1, 2200))
def test_a_single_percentage_is_the_nearest_weight_or_says_that_it_is_out_of_reach(
    who: Athlete, twentieths: int
) -> None:
    working = of_snatch(who, twentieths, twentieths)
    if working.asked is None or working.asked.low is None:
        assert working.missing
        return
    asked, rack = working.asked.low.amount, who.rack
    if working.fit == "too_heavy":
        assert working.ends == ()
        assert rack.heaviest is not None
        assert asked > rack.heaviest + rack.step / 2
    else:
        assert amount_of(working.low) == rack.nearest(asked)
        assert (working.fit == "empty_bar") == (asked < rack.bar)


@given(athletes(), BELOW_AND_ABOVE, st.integers(2, 10))
def test_a_ramp_rises_inside_its_ends(who: Athlete, percents: tuple[int, int], sets: int) -> None:
    low, high = (end / 20 for end in percents)
    whole = of_snatch(who, *percents)
    steps = ramp_weights(percent(low, high, ramp=True), sets, who)
    assert len(steps) == (sets if len(whole.ends) == 2 else 0)
    weights = [step.low.amount for step in steps if step.low is not None]
    assert weights == sorted(weights)
    assert all(step.even_steps for step in steps)
    if whole.low is not None and whole.high is not None:
        assert all(whole.low.amount <= weight <= whole.high.amount for weight in weights)


def test_a_ramp_with_a_single_weight_to_load_has_no_steps() -> None:
    who = athlete(snatch="90 kg")
    assert ramp_weights(percent(85, 85, ramp=True), 4, who) == ()
    assert ramp_weights(percent(60, 62, ramp=True), 5, who) == ()


@pytest.mark.parametrize(
    ("low", "high", "loaded", "marked"),
    [
        (95, 100, ("100 kg", "102.5 kg"), True),
        (None, 100, ("None", "102.5 kg"), True),
        (100, 100, ("102.5 kg", "102.5 kg"), True),
        (None, 99, ("None", "100 kg"), False),
        (95, 103, ("100 kg", "105 kg"), False),
        (100, None, ("105 kg", "None"), False),
        (101, 101, ("105 kg", "105 kg"), False),
    ],
)
def test_an_attempt_that_comes_to_no_more_than_the_max_names_it(
    low: float | None, high: float | None, loaded: tuple[str, str], marked: bool
) -> None:
    working = working_weight(percent(low, high), athlete(snatch="103 kg"), attempt=True)
    assert working is not None
    assert amounts(working) == loaded
    assert working.present_max == (Weight(Fraction(103), "kg") if marked else None)


@given(
    athletes(),
    st.integers(1800, 2200),
    st.integers(0, 200),
    st.sampled_from(["single", "range", "cap", "floor"]),
)
def test_an_attempt_comes_to_more_than_the_max_or_says_why_not(
    who: Athlete, low: int, more: int, form: str
) -> None:
    ends = {"single": (low, low), "range": (low, low + more), "cap": (None, low), "floor": (low, None)}[form]
    lowest, highest = (None if end is None else end / 20 for end in ends)
    working = working_weight(percent(lowest, highest), who, attempt=True)
    assert working is not None
    best = who.maxes.get(("snatch", 1))
    if best is None or not working.ends or (highest or 100) < 100:
        return
    is_beyond = working.ends[-1].amount > best.to(who.rack.unit).amount
    is_open = form == "floor" and (lowest or 0) < 100
    assert is_beyond or is_open or working.present_max == best or working.fit not in ("within", "below")


def test_few_plates_never_make_an_attempt_a_leap() -> None:
    gap = Rack(plates=((Fraction(25), 1), (Fraction(5), 1)))
    who = athlete(gap, snatch="30 kg")
    single = working_weight(percent(101, 101), who, attempt=True)
    assert amounts(single) == ("30 kg", "30 kg")
    assert single is not None
    assert single.present_max == Weight(Fraction(30), "kg")
    for low in (100, 101):
        floor = working_weight(percent(low, None), who, attempt=True)
        assert floor is not None
        assert (amounts(floor), floor.fit) == (("70 kg", "None"), "nearest")


def test_the_last_set_of_a_ramp_up_to_the_max_names_it() -> None:
    steps = ramp_weights(percent(80, 100, ramp=True), 3, athlete(snatch="90 kg"), attempt=True)
    assert [step.present_max for step in steps] == [None, None, Weight(Fraction(90), "kg")]


def test_a_cap_and_a_floor_hold_for_the_women_s_weight_too() -> None:
    stated = AbsoluteLoad(min=None, max=61, unit="kg", f=44)
    working = working_weight(Load("absolute", abs=stated), athlete())
    assert working is not None
    assert working.women is not None
    assert (amounts(working), amounts(working.women)) == (("None", "60 kg"), ("None", "42.5 kg"))


def test_plates_whose_pairs_make_no_whole_step_are_never_used() -> None:
    owned = ((Fraction(20), 2), (Fraction(5, 4), 1), (Fraction("11.3"), 2))
    assert Rack(step=Fraction(5), plates=owned).unused_plates == (Fraction(5, 4), Fraction("11.3"))
    assert Rack(plates=owned).unused_plates == (Fraction("11.3"),)
    assert Rack(step=Fraction(5), plates=((Fraction(5, 4), 2),)).unused_plates == ()


def test_a_gym_whose_plates_are_not_named_makes_no_step_of_a_tenth() -> None:
    assert Rack(step=Fraction(1, 10)).misses_plates
    assert not Rack(step=Fraction(1, 2)).misses_plates
    assert not Rack(step=Fraction(1, 10), plates=((Fraction(1, 2), 1),)).misses_plates


def test_the_largest_percentage_that_plates_make() -> None:
    few = Rack(plates=((Fraction(20), 1), (Fraction(10), 1)))
    assert largest_percent(few, Weight(Fraction(200), "kg")) == 40
    assert largest_percent(few, Weight(Fraction(90), "kg")) == 88
    assert largest_percent(KG, Weight(Fraction(200), "kg")) is None


def test_a_weight_in_another_unit_is_loaded_on_the_athlete_s_bar() -> None:
    pair = Load("absolute", abs=AbsoluteLoad("lb", 95, 95, 65))
    working = working_weight(pair, athlete())
    assert amounts(working) == ("42.5 kg", "42.5 kg")
    assert working is not None
    assert amounts(working.women) == ("30 kg", "30 kg")
    for stated in (AbsoluteLoad(None, 60, 60), AbsoluteLoad("pood", 1, 1), AbsoluteLoad("kg", None, None)):
        assert working_weight(Load("absolute", abs=stated), athlete()) is None
    assert working_weight(pair, None) is None
