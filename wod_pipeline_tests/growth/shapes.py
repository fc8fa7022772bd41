"""Posts of any size, each made of one kind of thing repeated: what a hostile or a broken site could send.

A shape is a function from a number to the HTML of a post. `MARKUP` is of broken tags, `POSTS` of lines that mean
something, and differ where the readers would otherwise remember them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wod_pipeline.program import WEEKDAYS

Shape = Callable[[int], str]


def _repeated(unit: str, end: str = "") -> Shape:
    return lambda n: unit * n + end


MARKUP: dict[str, Shape] = {
    name: _repeated(unit, end)
    for name, unit, end in (
        ("unclosed p", "<p", ">"),
        ("unclosed br", "<br‹br", ""),
        ("unclosed br, an end", "<br‹br", ">"),
        ("unclosed u", "<u‹u", ""),
        ("li in /p in ul", "<li</p‹ul", ""),
        ("links without end", '<a href="https://a.example/">x', ""),
        ("open quotes", '<a href="', ""),
        ("open quotes, an end", '<a href="', '">'),
        ("single quotes", "<a b='", ""),
        ("many attributes", " a=1", ""),
        ("cells", "<table><td>", ""),
        ("cells of one row", "<td>x", ""),
        ("tables in tables", "<table><tr><td>x", ""),
        ("rows", "<tr><td>x</td><td>y</td></tr>", ""),
        ("entities", "&amp;", ""),
        ("open entities", "&am", ""),
        ("numbered entities", "&#12", ""),
        ("comments", "<!--", ""),
        ("comments, ended late", "<!--", "-->"),
        ("short comments", "<!-->x", ""),
        ("declarations", "<![CDATA[", ""),
        ("declarations, ended", "<![CDATA[x]]>", ""),
        ("instructions", "<?php", ""),
        ("scripts", "<script", ""),
        ("open scripts", "<script>x", ""),
        ("styles and scripts", "<style></script><script></style>", ""),
        ("templates", "<template>x", ""),
        ("heads", "<head>x", ""),
        ("heads and breaks", "<head><br>x", ""),
        ("textareas", "<textarea>x", ""),
        ("titles", "<title>x</title>", ""),
        ("plaintext", "<plaintext>x", ""),
        ("slashed", "<a x/", ""),
        ("slashed spaces", "<a ' ' ' ", "/>"),
        ("less-than signs", "<", ""),
        ("end tags", "</", ""),
        ("end tags of p", "</p ", ""),
        ("spaces", " ", ""),
        ("odd spaces", "\u00a0 ", "x"),
        ("nested blocks", "<div>", ""),
        ("nested lists", "<ul><li>x", ""),
        ("nested inline", "<b><i>x", ""),
        ("nul and marks", "\0\x1e\x1f<", ""),
        ("spaces in a tag", "<p ", ""),
        ("equals in a tag", "<p =", ""),
        ("quotes in a tag", '<p "', ">"),
        ("links to places", '<a href="#w"> </a>', ""),
        ("links without an end", "<a href=", "#>"),
        ("links to places in cells", '<td><a href="#w">', ""),
        ("contents", '<div class=toc><a href="#w">Monday</a></div>', "<p id=w>x"),
        ("struck text and contents", "<p>a <s>b</s></p><nav><a href=x>q</a></nav>", ""),
        ("struck out", "<p><s>a</s><del>b", "c"),
        ("struck-out styles", "<span style='white-space:pre;text-decoration:line-through'>a\n", "c"),
        ("hidden days", "<p hidden>Monday<p hidden>A. Dips x 5", ""),
        ("preformatted", "<pre>a\nb<pre hidden>", ""),
        ("tabs", "<i role=tab aria-controls=w>Monday</i>", "<p id=w>x"),
        ("builders' tags", "[vc_row a=[/vc_row][row]", ""),
        ("builders' titles", "[vc_tta title='Monday' ", "]"),
        ("columns of days", "<td>Monday", "<tr><td>Dips x 5"),
        ("rows of days", "<tr><td>Monday<td>Dips x 5", ""),
        ("rows above days", "<tr><td>a<td>b", "<tr><td>Monday<td>Dips x 5" * 300),
        ("days and cells of many rows", "<tr><td>Monday<td>Friday<tr><td rowspan=99 colspan=9>Dips x 5", ""),
        ("struck cells", "<tr><td>Monday<td>Dips x 5<br><s>a</s><tr><td><s>Friday</s><td>b", ""),
    )
}
"""Units of markup, repeated, with what stands behind them."""


def lines(texts: Iterable[str]) -> str:
    """A post of these lines."""
    return "<br />\n".join(texts)


def _day(unit: Callable[[int], str], *first: str) -> Shape:
    return lambda n: lines(["Monday", *(first or ("A.", "5 sets of:")), *map(unit, range(n))])


def _week(unit: Callable[[int], str]) -> Shape:
    return lambda n: lines(map(unit, range(n)))


def _line(unit: str) -> Shape:
    return lambda n: lines(["Monday", "A.", "5 sets of:", unit * n, "Back Squat x 3 reps @ 70%"])


def _mixed(n: int) -> str:
    session = ("A.", "5 sets of:", "Back Squat x {n} reps @ 70%", "Rest 2 minutes", "Stay below 80%.")
    return lines(
        [
            text
            for k in range(-(-n // 6))
            for text in (WEEKDAYS[k % 7].capitalize(), *(line.format(n=k) for line in session))
        ]
    )


SLUGS: dict[str, Shape] = {
    name: _repeated(unit)
    for name, unit in (
        ("letters", "x"),
        ("dashes", "-"),
        ("spaced letters", "x "),
        ("dates", "march-4-10-2024-"),
        ("percent signs", "%"),
        ("combining marks", "\u0323\u0301"),
        ("combining marks, encoded", "%cc%a3%cc%81"),
    )
}
"""Slugs, which a site may send at any length; the subjects of messages are made of the same."""

_LINK = '<a href="https://video.example/{0}">Back Squat</a> x 3 reps @ 70%'

POSTS: dict[str, Shape] = {
    "exercises": _day("Back Squat x {0} reps @ 70%".format),
    "equal exercises": _day(lambda _: "Back Squat x 3 reps @ 70%"),
    "unknown movements": _day("Flumble{0} x 3 reps @ 70%".format),
    "linked exercises": _day(_LINK.format),
    "exercises with a link beside": _day(
        'Back Squat x {0} reps, <a href="https://video.example/{0}">video</a>'.format
    ),
    "exercises and notes that add": lambda n: lines(
        [
            "Monday",
            "A.",
            "5 sets of:",
            *(f"Stay below {30 + k % 60}%, friend {k}." for k in range(n // 2)),
            *(f"Back Squat x {k} reps" for k in range(n // 2)),
        ]
    ),
    "choices": _day(lambda k: f"or Back Squat x {k} reps @ 70%"),
    "minutes": _day(lambda k: f"Minute {k}: Back Squat x 3 reps @ 70%"),
    "complexes": _day("Snatch + Hang Snatch + Overhead Squat x {0} @ 60%".format),
    "headings": _week(lambda k: f"{WEEKDAYS[k % 7].capitalize()}"),
    "numbered headings": _week("Session {0}".format),
    "sessions": _week(
        lambda k: "Back Squat x 3 reps @ 70%" if k % 2 else f"{WEEKDAYS[k // 2 % 7].capitalize()} {k}"
    ),
    "sessions behind an introduction": lambda n: lines(
        [
            *(f"Welcome {k}" for k in range(n // 2)),
            *(
                "Back Squat x 3 reps @ 70%" if k % 2 else WEEKDAYS[k // 2 % 7].capitalize()
                for k in range(n // 2)
            ),
        ]
    ),
    "sessions and mistakes": _week(
        lambda k: f"Flumble{k} x 3 reps @ 70%" if k % 2 else WEEKDAYS[k // 2 % 7].capitalize()
    ),
    "days of rest": _day(lambda _: "Rest Day", ""),
    "parts of a day": _day(lambda k: ("AM", "PM")[k % 2], ""),
    "labels": _day(lambda k: f"{chr(65 + k % 26)}{k // 26 % 9 + 1}."),
    "equal labels": _day(lambda _: "A."),
    "labels and exercises": _day(
        lambda k: "Back Squat x 3 reps @ 70%" if k % 2 else f"{chr(65 + k // 2 % 26)}."
    ),
    "labels and mistakes": _day(
        lambda k: f"Flumble{k} x 3 reps @ 70%" if k % 2 else f"{chr(65 + k // 2 % 26)}."
    ),
    "equal labels and exercises": _day(lambda k: "Back Squat x 3 reps @ 70%" if k % 2 else "A1."),
    "letters in brackets": _day(lambda k: f"{chr(97 + k % 26)}) Back Squat x {k} reps"),
    "warm-ups": _day(lambda k: "Back Squat x 3 reps @ 70%" if k % 2 else "Warm-up:"),
    "notes": _day("Think of your knees, number {0}.".format),
    "notes in brackets": _day(lambda k: f"(knees {k} out)", "A.", "Back Squat x 3 reps @ 70%"),
    "rests": _day(lambda k: f"Rest {k % 9 + 1} minutes", "A.", "5 sets of:", "Back Squat x 3 reps @ 70%"),
    "rests in brackets": _day(
        lambda k: f"(Rest {k % 9 + 1} minutes)", "A.", "5 sets of:", "Back Squat x 3 reps @ 70%"
    ),
    "rests and notes": _day(
        lambda k: "(knees out)" if k % 2 else "Rest 2 minutes", "A.", "5 sets of:", "Back Squat x 3 reps"
    ),
    "exercises and rests": _day(lambda k: "Rest 2 minutes" if k % 2 else "Back Squat x 3 reps @ 70%"),
    "rows": _day(lambda k: f"Set {k + 1}: {k % 9 + 1} reps @ {50 + k % 40}%", "A.", "Back Squat"),
    "equal rows": _day(lambda _: "Set 1: 3 reps @ 70%", "A.", "Back Squat"),
    "rows with a note each": _day(
        lambda k: "(knees out)" if k % 2 else f"Set {k // 2 + 1}: 3 reps @ 70%", "A.", "Back Squat"
    ),
    "rows in kg below notes of every level": lambda n: lines(
        [
            "Monday",
            *(f"Knees out, number {k}." for k in range(n // 4)),
            "A.",
            *(f"Think, number {k}." for k in range(n // 4)),
            "Back Squat",
            *(
                f"Set {k // 2 + 1}: 3 reps @ {50 + k % 40} kg" if k % 2 else f"(knees {k} out)"
                for k in range(n // 2)
            ),
        ]
    ),
    "rows without numbers": _day(lambda k: f"{50 + k % 40}% x {k % 5 + 1}", "A.", "Back Squat"),
    "exercises with rows": _day(
        lambda k: f"Back Squat x {k}" if k % 3 == 0 else f"Set {k % 3}: 3 reps @ 70%", "A."
    ),
    "wide rows": _day(lambda k: f"Sets 1-{999 + k}: 3 reps @ 70%", "A.", "Back Squat"),
    "names above rows": _day(lambda k: "70% x 3" if k % 2 else "Back Squat", "A."),
    "sets beyond number": _day(
        lambda k: "Set 1: 3 reps @ 70%" if k % 3 == 2 else ("999999 sets of:", "Back Squat")[k % 3], "A."
    ),
    "schemes": _day(lambda k: f"{k % 9 + 1} sets of:", "A."),
    "intervals": _day(lambda k: f"Every {k % 9 + 1} minutes, for 10 minutes:", "A."),
    "schemes and exercises": _day(
        lambda k: "Back Squat x 3 reps @ 70%" if k % 2 else f"{k % 9 + 1} sets of:", "A."
    ),
    "connectors": _day(lambda k: f"At {k % 50 + 5}:00, perform:", "A."),
    "connectors above labels": _day(lambda k: ("At 10:00...", "At 10:00...", "B.")[k % 3], "A."),
    "continuations": _day(lambda k: ("+ Snatch", "+ Clean +")[k % 2], "A.", "5 sets of:", "Back Squat +"),
    "built to a maximum": _day(lambda k: ("Build to a 1-RM Back Squat", "Then 3 sets @ 80%")[k % 2], "A."),
    "tables": _day(lambda k: f"{k + 1} | {k % 9 + 1} | {50 + k % 40}%", "A.", "Back Squat", "Set | Reps | %"),
    "links": _day(lambda k: f'<a href="https://video.example/{k}">video {k}</a>'),
    "links on one line": lambda n: lines(
        [
            "Monday",
            "A.",
            "".join(f'<a href="https://v.example/{k}">{k}</a> ' for k in range(n)),
            "Back Squat x 3",
        ]
    ),
    "several exercises a line": _day("Snatch x {0}, Clean x {0}, Jerk x {0}, Back Squat x {0}".format),
    "mixed": _mixed,
    "one word": _line("x"),
    "one line of words": _line("x "),
    "digits": _line("1"),
    "digits and commas": _line("1,"),
    "numbers": _line("1 "),
    "percents": _line("@ 70% "),
    "dashes": _line("-"),
    "spaced dashes": _line("- "),
    "brackets": _line("("),
    "commas": _line(","),
    "stars": _line("* "),
    "bullets": _line("• "),
    "plus signs": _line("Snatch + "),
    "number words": _line("one-"),
    "emoji": _line("\U0001f600 "),
    "combining": _line("a\u0301"),
    "short lines of brackets": _day(lambda k: f"{'(' * 300}{k}"),
    "short lines of commas": _day(lambda k: f"Snatch {'x, ' * 150}{k}"),
    "short lines of percents": _day(lambda k: f"Snatch @ {'70% ' * 100}{k}"),
    "short lines of plus signs": _day(lambda k: f"{'Snatch + ' * 60}{k}"),
    "short lines of digits": _day(lambda k: f"Snatch {'1' * 500}{k}"),
    "short lines of numbers": _day(lambda k: f"Snatch x {'1-' * 200}{k}"),
    "short lines of spaces": _day(lambda k: f"Snatch {'x ' * 200}{k}"),
}
"""Posts of about so many lines (or so many pieces of one line)."""
