"""What every fixture becomes at each asset, as digests pinned under the code versions that made them.

`pinned_outputs.txt` has a line for each fixture: its name, the digest of its posts, and that of each asset's value;
`-` where there is none. The second line holds the code versions. After a change of outputs that is meant, raise the
version (`PARSER_VERSION`, or that of the asset in `CODE_VERSIONS`), write the file anew with
``python -m wod_pipeline_tests.pinned_outputs``, and commit the difference. The command refuses outputs that differ
under the same version.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from wod_pipeline.assets import CODE_VERSIONS
from wod_pipeline.assets.posts import plain_week
from wod_pipeline.assets.sessions import outlined_week, parsed_week
from wod_pipeline.demo import sample_posts
from wod_pipeline.parsing import week_of
from wod_pipeline.program import Outcome, RawPost, Weekly, WeekRecords, encode, sha256_of
from wod_pipeline.reading.calendar import week_calendar
from wod_pipeline.reading.load import doses_in, load_frame
from wod_pipeline.records import records_of
from wod_pipeline.training import SessionDoses
from wod_pipeline.vocabulary import MOVEMENTS
from wod_pipeline.wordpress import decode_post
from wod_pipeline_tests.hostile import hostile_post
from wod_pipeline_tests.parsing.forms import ABOVE_WORK, POSTS, WORK, lines_of
from wod_pipeline_tests.parsing.reading import post

FILE = Path(__file__).with_name("pinned_outputs.txt")
FIXTURES = Path(__file__).with_name("posts")
ZONE = "America/Los_Angeles"
SAMPLE_DAY = dt.date(2026, 3, 4)
"""The day for which the sample program is laid out."""

ASSETS = tuple(CODE_VERSIONS)
Doses = dict[dt.date, Sequence[SessionDoses]]
DERIVED = ("training_load", "session_calendar")
"""Assets that no other one is made from."""
NONE = "-"


class Outputs(NamedTuple):
    """The digest of a fixture's posts, and that of what each asset makes of them."""

    posts: str
    of_asset: Mapping[str, str]


class Pinned(NamedTuple):
    """Code versions by asset, and outputs by the fixture's name."""

    versions: Mapping[str, str]
    outputs: Mapping[str, Outputs]


# ------------------------------------------------------------------------------------------------- the outputs
def current() -> Pinned:
    """The outputs of this program."""
    outputs = {"vocabulary": _vocabulary(), "a hostile post": _outputs([hostile_post()])}
    outputs |= {f"post: {path.name.split('.')[0]}": _of_file(path) for path in FIXTURES.glob("*.post.json")}
    outputs |= _sample()
    outputs |= {f"form: {name}": _of_form(text) for name, (text, *_) in POSTS.items()}
    outputs |= {f"work: {name}": _of_form(text, *ABOVE_WORK) for name, (text, *_) in WORK.items()}
    return Pinned(CODE_VERSIONS, dict(sorted(outputs.items())))


def _of_file(path: Path) -> Outputs:
    value = json.loads(path.read_bytes())
    outputs = _outputs([decode_post(value)])
    return outputs._replace(posts=_digest(json.dumps(value, sort_keys=True).encode()))


def _of_form(text: str, *above: str) -> Outputs:
    return _outputs([post([*above, *lines_of(text)])], derived=False)


def _sample() -> dict[str, Outputs]:
    """Each week of the sample program; its training load is compared with that of the week before."""
    posts = sorted(sample_posts(SAMPLE_DAY, ZONE), key=week_of)
    doses: Doses = {}
    return {
        f"sample: {week}": _outputs(list(of_week), doses) for week, of_week in groupby(posts, key=week_of)
    }


def _vocabulary() -> Outputs:
    """Any movement may be in a post, so the whole vocabulary counts: names for the parser, families for the load."""
    names = sha256_of([(m.id, m.name, m.aliases, m.ref_chain) for m in MOVEMENTS.values()])[:12]
    families = sha256_of([(m.id, m.family) for m in MOVEMENTS.values()])[:12]
    of_asset = {"segmented_exercises": names, "session_records": names, "training_load": families}
    return Outputs(NONE, of_asset)


def _outputs(posts: list[RawPost], doses: Doses | None = None, *, derived: bool = True) -> Outputs:
    week = week_of(posts[0])
    raw = Weekly(week, Outcome.PUBLISHED, posts)
    plain = plain_week(raw)
    outlined = outlined_week(plain)
    parsed = parsed_week(outlined)
    records = records_of(parsed)
    values = dict(zip(ASSETS, map(_unstamped, (raw, plain, outlined, parsed, records)), strict=False))
    of_asset = {asset: _digest(encode(value)) for asset, value in values.items()}
    return Outputs(of_asset["raw_posts"], of_asset | (_derived(records, doses) if derived else {}))


def _unstamped(value: Any) -> Any:
    """The week at a stage without the version of the parser, so that raising it is no difference by itself."""
    if not isinstance(value, WeekRecords):
        return replace(value, parser=0)
    posts, records = ([replace(one, parser=0) for one in stamped] for stamped in (value.posts, value.records))
    return replace(value, posts=posts, records=records)


def _derived(records: WeekRecords, doses: Doses | None) -> dict[str, str]:
    doses = {} if doses is None else doses
    doses[records.week] = doses_in(records)
    frame = load_frame(doses, records.week)
    rows = frame.to_csv(index=False, lineterminator="\n") + f"{list(map(str, frame.dtypes))}"
    calendar = week_calendar(records.week, records, b"", ZoneInfo(ZONE))
    return {"training_load": _digest(rows.encode()), "session_calendar": _digest(calendar)}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


# ------------------------------------------------------------------------------------------------ the comparison
def unraised(pinned: Pinned, now: Pinned) -> list[str]:
    """Every output that differs from the pinned one although no version it depends on was raised.

    A fixture that is new, or whose posts are others than before, has nothing to be compared with.
    """
    lowered = [asset for asset in ASSETS if _number(now, asset) < _number(pinned, asset)]
    return [f"the version of {asset} was lowered" for asset in lowered] + [
        f"{asset} of {name}"
        for name, outputs in now.outputs.items()
        if (before := pinned.outputs.get(name)) and before.posts == outputs.posts
        for asset in ASSETS
        if before.of_asset.get(asset) != outputs.of_asset.get(asset) and not _is_raised(asset, pinned, now)
    ]


def _is_raised(asset: str, pinned: Pinned, now: Pinned) -> bool:
    """Whether the version of the asset, or of one it is made from, is higher than the pinned one."""
    made_from = [one for one in ASSETS[: ASSETS.index(asset)] if one not in DERIVED]
    return any(_number(now, one) > _number(pinned, one) for one in (*made_from, asset))


def _number(pinned: Pinned, asset: str) -> int:
    return int(pinned.versions.get(asset, 0))


def advice(pinned: Pinned, now: Pinned) -> str:
    """What to do about a difference."""
    differing = unraised(pinned, now)
    renew = "write the pinned outputs anew: python -m wod_pipeline_tests.pinned_outputs"
    if not differing:
        return f"Outputs, fixtures or versions are not the pinned ones; {renew}"
    return (
        f"{len(differing)} outputs differ from those pinned under the same code versions, such as "
        f"{'; '.join(differing[:5])}. Raise PARSER_VERSION in wod_pipeline/parser_version.py (for raw_posts, "
        f"training_load and session_calendar: their version in CODE_VERSIONS), then {renew}"
    )


# ------------------------------------------------------------------------------------------------------ the file
def as_text(pinned: Pinned) -> str:
    """The file's text: tab-separated, a line for each fixture."""
    rows = [
        ("fixture", "posts", *ASSETS),
        ("code versions", NONE, *(pinned.versions[asset] for asset in ASSETS)),
        *(
            (name, outputs.posts, *(outputs.of_asset.get(asset, NONE) for asset in ASSETS))
            for name, outputs in pinned.outputs.items()
        ),
    ]
    return "".join("\t".join(row) + "\n" for row in rows)


def from_text(text: str) -> Pinned:
    """What the file's text says."""
    (_, _, *assets), (_, _, *versions), *rows = (line.split("\t") for line in text.splitlines())
    outputs = {name: Outputs(posts, dict(_known(assets, digests))) for name, posts, *digests in rows}
    return Pinned(dict(zip(assets, versions, strict=True)), outputs)


def _known(assets: Sequence[str], digests: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((asset, digest) for asset, digest in zip(assets, digests, strict=True) if digest != NONE)


def renew(file: Path = FILE, now: Pinned | None = None) -> None:
    """Write the file anew. Raises `SystemExit` instead when an output differs under the same version."""
    now = now or current()
    pinned = from_text(file.read_text(encoding="utf-8")) if file.exists() else Pinned({}, {})
    if unraised(pinned, now):
        sys.exit(advice(pinned, now))
    file.write_bytes(as_text(now).encode())


if __name__ == "__main__":
    renew()
