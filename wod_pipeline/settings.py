"""The one reader of the environment: every setting with its name, meaning, default and check.

`VARIABLES` is the whole list; `load_settings` reads it once and reports every problem together. What the
settings lead to (which store, which source) is decided in `adapters`, not here.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from wod_pipeline.errors import SettingsError
from wod_pipeline.weeks import WEEK, WeeklyTime, monday_of, parse_weekly_time

SAMPLE = "sample"
WORDPRESS = "wordpress"


@dataclass(frozen=True)
class Settings:
    """Every setting, checked. Fields are named as the variables, without `WOD_`."""

    storage: str
    data_dir: Path
    source: str
    sample_date: dt.date | None
    wordpress_url: str
    wordpress_category: int
    wordpress_user: str
    wordpress_password: str = field(repr=False)
    wordpress_user_agent: str
    wordpress_pause_s: float
    timezone: str
    start_week: dt.date | None
    s3_bucket: str
    s3_prefix: str
    sessions_table: str
    ledger_table: str
    sns_topic_arn: str
    sns_phone: str
    secret_name: str
    base_url: str
    automation: str
    publish_cron: str
    recheck_cron: str
    deadline: WeeklyTime
    critical_from: WeeklyTime
    sensor_interval_s: int
    daily_message_hour: int | None
    athlete_file: Path | None
    aws_region: str
    aws_endpoint_url: str

    @property
    def zone(self) -> ZoneInfo:
        """The program's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def on_aws(self) -> bool:
        """Whether values are kept on AWS."""
        return self.storage == "aws"

    @property
    def source_path(self) -> Path:
        """The folder of posts, when the source is one."""
        return Path(self.source).expanduser()

    @property
    def lake_path(self) -> Path:
        """The folder of the local lake."""
        return self.data_dir / "lake"

    @property
    def database_path(self) -> Path:
        """The SQLite file of the local session table and ledger."""
        return self.data_dir / "sessions.sqlite"

    @property
    def dagster_home(self) -> Path:
        """The folder of the Dagster instance: run history, schedules, sensor cursors."""
        return self.data_dir.resolve() / "dagster"

    @property
    def athlete_path(self) -> Path:
        """The athlete file: as set, else `athlete.toml` in the data folder."""
        return self.athlete_file or self.data_dir / "athlete.toml"


@dataclass(frozen=True)
class Variable:
    """One environment variable: what it means and how its text is read.

    `read` turns the text into the value and raises `ValueError` saying what would be right. An empty variable
    counts as not set. `names` after the first are read when the ones before are not set.
    """

    names: tuple[str, ...]
    meaning: str
    default: str
    read: Callable[[str], Any] = str
    example: str = ""

    @property
    def name(self) -> str:
        """The name to tell people."""
        return self.names[0]

    @property
    def field(self) -> str:
        """The name of the `Settings` field."""
        return self.name.removeprefix("WOD_").lower()

    def text_in(self, environ: Mapping[str, str]) -> str:
        """What the environment says, else the default."""
        return next((environ[name] for name in self.names if environ.get(name)), self.default)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"use one of: {', '.join(allowed)}")
        return text

    return read


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("use a web address such as https://www.example.com")
    if parts.username or parts.password:
        raise ValueError("leave user and password out of the address; they have settings of their own")
    return text.rstrip("/")


def _optional(read: Callable[[str], Any], absent: Any = None) -> Callable[[str], Any]:
    return lambda text: read(text) if text else absent


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("use a date such as 2020-12-21") from None


def _monday(text: str) -> dt.date:
    day = _day(text)
    if day.weekday():
        before = monday_of(day)
        raise ValueError(f"use a Monday: {before} or {before + WEEK}")
    return day


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("use an IANA time zone such as America/Los_Angeles or Europe/Berlin") from None
    return text


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"use a whole number from {least} to {most}")
        return int(text)

    return read


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text):
        raise ValueError("use a number of seconds such as 0.5")
    return float(text)


def _source(text: str) -> str:
    if text not in {SAMPLE, WORDPRESS} and not Path(text).expanduser().is_dir():
        raise ValueError(f"use {SAMPLE}, {WORDPRESS} or a folder of post JSON files (no such folder here)")
    return text


def _phone(text: str) -> str:
    if text and not re.fullmatch(r"\+[1-9]\d{6,14}", text):
        raise ValueError("use the international form such as +16195550123")
    return text


def _topic_arn(text: str) -> str:
    if text and not re.fullmatch(r"arn:aws[\w-]*:sns:[\w-]+:\d+:[\w.-]+", text):
        raise ValueError("use the topic's ARN: arn:aws:sns:REGION:ACCOUNT:NAME")
    return text


def _cron(text: str) -> str:
    if not re.fullmatch(r"[\d*,/-]+( [\d*,/-]+){3} [\w*,/-]+", text):
        raise ValueError("use a cron line of five fields such as 0 18 * * 0")
    return text


def _path(text: str) -> Path:
    return Path(text).expanduser()


VARIABLES: tuple[Variable, ...] = (
    Variable(
        ("WOD_STORAGE",),
        "where values are kept: a folder and SQLite (local), or S3 and DynamoDB (aws)",
        "local",
        _one_of("local", "aws"),
    ),
    Variable(("WOD_DATA_DIR",), "the folder of local storage and of the Dagster instance", ".wod", _path),
    Variable(
        ("WOD_SOURCE",),
        "where posts come from: the bundled sample program (sample), a WordPress site (wordpress), or a folder",
        SAMPLE,
        _source,
    ),
    Variable(
        ("WOD_SAMPLE_DATE",),
        "the day around which the sample program is laid out; not set: today",
        "",
        _optional(_day),
        "2026-03-04",
    ),
    Variable(
        ("WOD_WORDPRESS_URL",),
        "base address of the WordPress site",
        "https://www.crossfitinvictus.com",
        _url,
    ),
    Variable(
        ("WOD_WORDPRESS_CATEGORY",), "id of the program's category on the site", "213", _whole(1, 10**9)
    ),
    Variable(("WOD_WORDPRESS_USER",), "user for a site that needs a login", "", str, "coach"),
    Variable(
        ("WOD_WORDPRESS_PASSWORD",),
        "application password of that user (better: WOD_SECRET_NAME)",
        "",
        str,
        "abcd efgh ijkl mnop",
    ),
    Variable(
        ("WOD_WORDPRESS_USER_AGENT",),
        "User-Agent sent to the site; some refuse one that no browser would send",
        "Mozilla/5.0 (compatible; wod_pipeline)",
    ),
    Variable(("WOD_WORDPRESS_PAUSE_S",), "seconds to wait between two pages of the site", "0.5", _seconds),
    Variable(("WOD_TIMEZONE",), "the program's time zone: when a week starts", "America/Los_Angeles", _zone),
    Variable(
        ("WOD_START_WEEK",),
        "Monday of the first week; not set: the sample's first week, the folder's oldest post, or 2016-01-04",
        "",
        _optional(_monday),
        "2020-12-21",
    ),
    Variable(("WOD_S3_BUCKET",), "bucket of the lake (aws)", "", str, "my-wod-lake"),
    Variable(("WOD_S3_PREFIX",), "prefix of every key in the bucket (aws)", "wod"),
    Variable(("WOD_SESSIONS_TABLE",), "DynamoDB table of the sessions (aws)", "wod-sessions"),
    Variable(("WOD_LEDGER_TABLE",), "DynamoDB table of what was already sent (aws)", "wod-ledger"),
    Variable(
        ("WOD_SNS_TOPIC_ARN",),
        "SNS topic for alerts and messages; not set: they are printed",
        "",
        _topic_arn,
        "arn:aws:sns:us-west-2:123456789012:wod",
    ),
    Variable(("WOD_SNS_PHONE",), "phone number for alerts, instead of a topic", "", _phone, "+16195550123"),
    Variable(
        ("WOD_SECRET_NAME",),
        "name of the Secrets Manager secret with the site's username and password",
        "",
        str,
        "wod/wordpress",
    ),
    Variable(
        ("WOD_BASE_URL",),
        "address of the Dagster UI, for links in messages",
        "",
        _optional(_url, ""),
        "http://127.0.0.1:3000",
    ),
    Variable(
        ("WOD_AUTOMATION",),
        "whether schedule and sensors run from the start (on) or wait to be started in the UI (off)",
        "on",
        _one_of("on", "off"),
    ),
    Variable(
        ("WOD_PUBLISH_CRON",),
        "when to look for the week that starts next, in the program's time zone",
        "0 18,20 * * 0",
        _cron,
    ),
    Variable(
        ("WOD_RECHECK_CRON",),
        "when to look again for the week that matters: not there yet, or edited",
        "0 6,18 * * 1-6",
        _cron,
    ),
    Variable(
        ("WOD_DEADLINE",),
        "when a week must be stored, else people are warned; Friday to Sunday lie before the week",
        "sun 21:00",
        parse_weekly_time,
    ),
    Variable(
        ("WOD_CRITICAL_FROM",),
        "from when on a week that is not stored is critical",
        "mon 05:00",
        parse_weekly_time,
    ),
    Variable(
        ("WOD_SENSOR_INTERVAL_S",),
        "seconds between two looks at the site for new and edited posts, and of the other sensors",
        "300",
        _whole(5, 86_400),
    ),
    Variable(
        ("WOD_DAILY_MESSAGE_HOUR",),
        "hour of the day at which the next day's training is sent, in the program's time zone; not set: never",
        "",
        _optional(_whole(0, 23)),
        "19",
    ),
    Variable(
        ("WOD_ATHLETE_FILE",),
        "the athlete's maxes; not set: athlete.toml in WOD_DATA_DIR",
        "",
        _optional(_path),
        "athlete.toml",
    ),
    Variable(("AWS_REGION", "AWS_DEFAULT_REGION"), "AWS region", "", str, "us-west-2"),
    Variable(
        ("AWS_ENDPOINT_URL",),
        "another address for every AWS service, such as a test server",
        "",
        _optional(_url, ""),
        "http://127.0.0.1:5000",
    ),
)


def load_settings(environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None) -> Settings:
    """Read and check every setting, from `environ` (default: the process's) over a `.env` file.

    `dotenv` defaults to `.env` in the current folder; the environment wins over it. Raises `SettingsError`
    that names every wrong setting with its meaning, its default and what to do.
    """
    found = {**_read_dotenv(dotenv or Path(".env")), **(os.environ if environ is None else environ)}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = variable.text_in(found)
        try:
            values[variable.field] = variable.read(text)
        except ValueError as error:
            problems.append(_problem(variable, text, str(error)))
    problems += [] if problems else _contradictions(values)
    if problems:
        raise SettingsError(
            f"{len(problems)} {'setting is' if len(problems) == 1 else 'settings are'} wrong:\n"
            + "\n".join(f"- {problem}" for problem in problems)
            + "\n",
            fix="Set them in the environment or in a .env file here (.env.example lists all).",
        )
    return Settings(**values)


def _read_dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _problem(variable: Variable, text: str, fix: str) -> str:
    shown = "(hidden)" if "PASSWORD" in variable.name or "@" in text else repr(text)
    default = f"default {variable.default}" if variable.default else "no default"
    return f"{variable.name} = {shown}: {fix}. It is {variable.meaning}; {default}."


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    """Settings that are fine each but not together."""
    rules = (
        (
            values["storage"] == "aws" and not values["s3_bucket"],
            "WOD_S3_BUCKET is not set, but WOD_STORAGE is aws: name it; `wod aws init` makes it if it is not there",
        ),
        (
            values["storage"] == "aws" and not values["aws_region"],
            "AWS_REGION is not set, but WOD_STORAGE is aws: name the region, such as us-west-2",
        ),
        (
            bool(values["sns_topic_arn"] and values["sns_phone"]),
            "WOD_SNS_TOPIC_ARN and WOD_SNS_PHONE are both set: keep one, messages go to one place",
        ),
        (
            bool(values["wordpress_user"]) != bool(values["wordpress_password"]),
            "WOD_WORDPRESS_USER and WOD_WORDPRESS_PASSWORD belong together: set both or neither",
        ),
    )
    return [sentence for broken, sentence in rules if broken]


def use_dagster_home(settings: Settings) -> Path:
    """Make the data folder's Dagster instance the process's own, unless DAGSTER_HOME names another; its folder."""
    home = Path(os.environ.get("DAGSTER_HOME") or settings.dagster_home)
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def env_example() -> str:
    """The text of `.env.example`: every variable with its meaning, commented out at its default."""
    head = "# Every setting, at its default. Copy to .env and take the '#' off what you change.\n"
    return head + "".join(
        f"\n# {variable.meaning}\n#{variable.name}={variable.default or variable.example}\n"
        for variable in VARIABLES
    )
