"""Words for what stands on the bar: weights, plates, and what has to be said beside them. No layout, no markup.

What is loaded is worked out in `training`; `_words` says what the coach prescribed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from wod_pipeline.training import Fit, LoadedBar, Rack, Weight, WorkingWeight, decimal_text


def bars_of(working: WorkingWeight | None) -> tuple[tuple[str, str], ...]:
    """Each bar to load with its plates: one, both ends of a range, or the men's and the women's of a pair.

    The weight of a bound says so (`from 105 kg`). Plates are those of one side, `20 + 2.5` or `bar only`; empty when
    they cannot make the weight exactly, and for the empty bar where the note names it.
    """
    if working is None or working.rack is None:
        return ()
    names_bar = working.fit == "empty_bar"
    return tuple(
        (
            f"{_bound(working)}{_bar_and_plates(working.rack, [bar.weight])}",
            "" if names_bar else _side(bar),
        )
        for bars in _bars_of_each(working)
        for bar in bars
    )


def _bars_of_each(working: WorkingWeight) -> list[tuple[LoadedBar, ...]]:
    """The bars to load, of a pair the men's and the women's; the empty bar once."""
    women = working.women
    if women is None or (women.ends == working.ends and women.fit == working.fit == "empty_bar"):
        return [working.bars] if working.ends else []
    return [each.bars for each in (working, women) if each.ends]


def _bound(working: WorkingWeight) -> str:
    """What stands in front of a bound, and of the women's weight of a pair whose men's cannot be loaded."""
    is_womens = working.women is not None and not working.ends
    loaded = working.women if is_womens and working.women is not None else working
    bound = "from " if loaded.high is None else "at most " if loaded.low is None else ""
    return f"women's {bound}" if is_womens else bound


def _side(bar: LoadedBar) -> str:
    return "" if bar.plates is None else " + ".join(map(decimal_text, bar.plates)) or "bar only"


def working_words(working: WorkingWeight | None) -> str:
    """What to load: `135 kg`, `115–122.5 kg`, `from 105 kg`, `at most 60 kg`; empty when there is nothing to load.

    Of a pair the men's and the women's: `60/40 kg`.
    """
    groups = _bars_of_each(working) if working is not None else []
    if working is None or not groups:
        return ""
    weights = [[bar.weight for bar in bars] for bars in groups]
    return f"{_bound(working)}{_bar_and_plates(working.rack, *weights)}"


def _bar_and_plates(rack: Rack | None, *groups: Sequence[Weight]) -> str:
    """`115–122.5 kg`; with a bar and plates of different units each in its own: `20 kg bar + 70–75 lb`."""
    if rack is None or rack.own_bar.unit == rack.unit:
        return _amounts(*groups)
    plates = [[Weight(end.amount - rack.bar, end.unit) for end in ends] for ends in groups]
    on_it = f" + {_amounts(*plates)}" if any(plate.amount for ends in plates for plate in ends) else ""
    return f"{rack.own_bar} bar{on_it}"


def _amounts(*groups: Sequence[Weight]) -> str:
    """`60 kg`, `55–60 kg`; of several groups `55–60/40 kg`."""
    ranges = ("–".join(decimal_text(weight.amount) for weight in ends) for ends in groups)
    return f"{'/'.join(ranges)} {groups[0][0].unit}"


def weight_note(working: WorkingWeight | None) -> str:
    """What has to be said beside the weight, or in its place; empty when it is simply what was asked for."""
    if working is None:
        return ""
    notes = [
        *_fit_notes(working),
        _present_max(working),
        EVEN_STEPS if working.even_steps and working.ends else "",
    ]
    return "; ".join(note for note in notes if note)


def _fit_notes(working: WorkingWeight) -> Iterator[str]:
    """How well the weight fits; of a pair both together, or each by its name where they differ."""
    note, women = _fit_note(working), working.women
    if women is None or women.fit == working.fit:
        yield note
        return
    if note:
        yield f"men's: {note}"
    if womens_note := _fit_note(women):
        yield f"women's: {womens_note}"


def _fit_note(working: WorkingWeight) -> str:
    return _FITS[working.fit](working) if working.fit is not None else ""


def _present_max(working: WorkingWeight) -> str:
    best = working.present_max
    if best is None:
        return ""
    is_shown = [end.to(best.unit) for end in working.ends] == [best]
    return "your max so far" if is_shown else f"your max so far is {best}"


def held_note(working: WorkingWeight | None) -> str:
    """How much a percentage is of which no plates are loaded: `41.2 kg, without a barbell`."""
    return f"{_asked(working)}, without a barbell" if working is not None and working.asked else ""


EVEN_STEPS = "even steps, work up as it feels"
"""How the weights of a ramp are meant: the post gives its two ends only."""


def _asked(working: WorkingWeight) -> str:
    """What was asked for; of a pair the women's too, where the same is to be said of it.

    Beside a bar and plates of different units it is worded as they are, so that the two can be compared.
    """
    low, high = (working.asked.low, working.asked.high) if working.asked else (None, None)
    women = working.women.asked if working.women is not None and working.women.fit == working.fit else None
    groups = [tuple(dict.fromkeys(end for end in (low, high) if end is not None))]
    if women is not None:
        groups += [tuple(end for end in (women.low or women.high,) if end is not None)]
    rack = working.rack
    is_below_bar = rack is None or any(end.amount < rack.bar for ends in groups for end in ends)
    words = _amounts(*groups) if is_below_bar else _bar_and_plates(rack, *groups)
    return f"at most {words}" if low is None else f"{words} or more" if high is None else words


def _too_heavy(working: WorkingWeight) -> str:
    rack = working.rack or Rack()
    heaviest = rack.heaviest or rack.bar
    most = rack.bar + 2 * sum(plate * pairs for plate, pairs in rack.plates)
    steps = f" in steps of {Weight(rack.step, rack.unit)}" if most > heaviest else ""
    words = _bar_and_plates(rack, [Weight(heaviest, rack.unit)])
    return f"cannot be loaded with your plates: heaviest {words}{steps}, asked {_asked(working)}"


def _empty_bar(working: WorkingWeight) -> str:
    bar, asked = working.high_bar, working.asked
    percent = bar.percent_of_max if bar is not None else None
    if bar is None or percent is None or asked is None or asked.high is None:
        return f"the empty bar, is above {_asked(working)}"
    asked_percent = percent * asked.high.amount / bar.weight.amount
    more = (rounded for digits in (0, 1) if (rounded := round(percent, digits)) > asked_percent)
    return f"the empty bar, is {decimal_text(Fraction(next(more, percent)))}%"


_FITS: Mapping[Fit, Callable[[WorkingWeight], str]] = {
    "within": lambda _: "",
    "below": lambda working: f"nearest below {_asked(working)}",
    "nearest": lambda working: f"nearest your plates make to {_asked(working)}",
    "short": lambda working: f"your plates end there: asked {_asked(working)}",
    "empty_bar": _empty_bar,
    "too_heavy": _too_heavy,
}


def plates_of(working: WorkingWeight | None) -> str:
    """Plates of one side, `25 + 10`; of a range those of both ends, `20 to 25`; of a pair of weights `10 / 5`.

    Empty when plates cannot make an end exactly, and for the empty bar where it is named anyway.
    """
    if working is None or working.fit == "empty_bar":
        return ""
    groups = [list(map(_side, bars)) for bars in _bars_of_each(working)]
    return " / ".join(" to ".join(sides) for sides in groups) if all(map(all, groups)) else ""
