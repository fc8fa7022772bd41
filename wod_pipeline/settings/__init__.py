"""The one reader of the environment: every setting with its name, meaning, default and check.

A setting is declared once, as a field of `Settings`. `load_settings` reads all of them and reports every problem at
once. `adapters` opens the stores and sources they name.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from wod_pipeline.date_habits import US_WEEKLY, Cadence, DateHabits, DayOrder
from wod_pipeline.errors import SettingsError
from wod_pipeline.feed_key import validate_key
from wod_pipeline.own_files import make_data_folder, narrow_umask
from wod_pipeline.settings._declaring import Variable, endpoint, setting
from wod_pipeline.settings._dotenv import read_dotenv
from wod_pipeline.settings._hosts import (
    ANY_HOST,
    normal_address,
    normal_host,
    read_host,
    read_hosts,
    read_networks,
)
from wod_pipeline.settings._instance_config import INSTANCE_CONFIG, write_instance_config
from wod_pipeline.settings._readers import (
    SAMPLE,
    WORDPRESS,
    one_of,
    optional,
    read_bucket_owner,
    read_cron,
    read_day,
    read_monday,
    read_origins,
    read_page_url,
    read_path,
    read_phone,
    read_seconds,
    read_source,
    read_topic_arn,
    read_url,
    read_zone,
    whole_number,
)
from wod_pipeline.settings._unknown import warn_of_unknown
from wod_pipeline.weeks import WeeklyTime, parse_weekly_time
from wod_pipeline.wording import count

__all__ = [
    "ANY_HOST",
    "INSTANCE_CONFIG",
    "SAMPLE",
    "VARIABLES",
    "WORDPRESS",
    "WORDPRESS_FIRST_WEEK",
    "Settings",
    "env_example",
    "load_settings",
    "name_in_environment",
    "normal_address",
    "normal_host",
    "read_host",
    "refuses_colour",
    "use_dagster_home",
    "variable_of",
    "write_instance_config",
]

WORDPRESS_FIRST_WEEK = dt.date(2016, 1, 4)
"""Where the archive of a site starts when WOD_START_WEEK does not say."""


@dataclass(frozen=True)
class Settings:
    """Every setting, checked."""

    storage: str = setting(
        "where values are kept: a folder and SQLite (local), or S3 and DynamoDB (aws)",
        default="local",
        read=one_of("local", "aws"),
    )
    data_dir: Path = setting(
        "the folder of local storage and of the Dagster instance", default=".wod", read=read_path
    )
    source: str = setting(
        "where posts come from: the bundled sample program (sample), a WordPress site (wordpress), or a folder",
        default=SAMPLE,
        read=read_source,
    )
    sample_date: dt.date | None = setting(
        "the day around which the sample program is laid out; today if not set",
        read=optional(read_day),
        example="2026-03-04",
    )
    wordpress_url: str = setting(
        "base address of the WordPress site", default="https://www.crossfitinvictus.com", read=read_url
    )
    wordpress_category: int = setting(
        "id of the program's category on the site", default="213", read=whole_number(1, 10**9)
    )
    wordpress_child_categories: str = setting(
        "whether posts of categories below that one are read too (on or off)",
        default="off",
        read=one_of("on", "off"),
    )
    wordpress_user: str = setting("user for a site that needs a login", example="coach")
    wordpress_password: str = setting(
        "application password of that user (better: WOD_SECRET_NAME)",
        example="abcd efgh ijkl mnop",
        secret=True,
    )
    wordpress_user_agent: str = setting(
        "User-Agent sent to the site; some sites refuse one that is unlike a browser's",
        default="Mozilla/5.0 (compatible; wod_pipeline)",
    )
    wordpress_pause_s: float = setting(
        "seconds to wait between two requests for pages of posts", default="0.5", read=read_seconds
    )
    timezone: str = setting(
        "the program's time zone, in which its weeks start", default="America/Los_Angeles", read=read_zone
    )
    start_week: dt.date | None = setting(
        "Monday of the first week; if not set, the sample's first, that of the folder's oldest post, or "
        f"{WORDPRESS_FIRST_WEEK}",
        read=optional(read_monday),
        example="2020-12-21",
    )
    date_order: DayOrder = setting(
        "how the coach writes dates in figures: 6/3 is June 3 (month_first) or 6 March (day_first)",
        default=US_WEEKLY.order,
        read=one_of("month_first", "day_first"),
    )
    cadence: Cadence = setting(
        "what a post is for that names no date: the week it is published for (weekly), or that day (daily)",
        default=US_WEEKLY.cadence,
        read=one_of("weekly", "daily"),
    )
    s3_bucket: str = setting("bucket of the lake (aws)", example="my-wod-lake")
    s3_prefix: str = setting("prefix of every key in the bucket (aws)", default="wod")
    s3_bucket_owner: str = setting(
        "number of the AWS account that must own the bucket: S3 refuses every request to a bucket of another. If not "
        "set, the account of the login, asked of STS when S3 is AWS's own; any for no comparison (aws)",
        read=optional(read_bucket_owner, ""),
        example="123456789012",
    )
    sessions_table: str = setting("DynamoDB table of the sessions (aws)", default="wod-sessions")
    ledger_table: str = setting("DynamoDB table of what was already sent (aws)", default="wod-ledger")
    sns_topic_arn: str = setting(
        "SNS topic for alerts and messages, which are printed if neither topic nor phone is set",
        read=read_topic_arn,
        example="arn:aws:sns:us-west-2:123456789012:wod",
    )
    sns_phone: str = setting(
        "phone number for alerts and messages, instead of a topic", read=read_phone, example="+16195550123"
    )
    secret_name: str = setting(
        "name of the Secrets Manager secret with the site's username and password", example="wod/wordpress"
    )
    base_url: str = setting(
        "address of the Dagster UI, for links in messages",
        read=optional(read_url, ""),
        example="http://127.0.0.1:3000",
    )
    code_url: str = setting(
        "address under which the files of this project can be read, for links in the Dagster UI; if not set, they "
        "open the files of this machine",
        read=optional(read_url, ""),
        example="https://github.com/you/wod_pipeline/blob/main",
    )
    api_origins: tuple[str, ...] = setting(
        "web origins whose pages may read the API from a browser, separated by commas, or * for every origin; none "
        "if not set",
        read=read_origins,
        example="https://app.example.com,http://localhost:5173",
    )
    page_url: str = setting(
        "address at which people open the athlete's page, for links in calendars; needed behind a proxy. If it has a "
        "path, the page is served below that",
        read=optional(read_page_url, ""),
        example="https://training.example.com",
    )
    allowed_hosts: tuple[str, ...] = setting(
        "names and addresses, separated by commas, by which the athlete's page may be opened, beside localhost, the "
        "address it listens on and the host of WOD_PAGE_URL; * for every one",
        read=read_hosts,
        example="training.example.com,192.168.1.20",
    )
    trusted_proxies: tuple[str, ...] = setting(
        "addresses or networks, separated by commas, of the proxies in front of the athlete's page whose headers "
        "X-Forwarded-For and X-Forwarded-Proto are believed; none if not set",
        read=read_networks,
        example="127.0.0.1,10.0.0.0/8",
    )
    feed_key: str = setting(
        "key that signs personal calendars; if not set, it is made once in WOD_DATA_DIR (local), or read from "
        "WOD_FEED_SECRET_NAME (aws)",
        read=optional(validate_key, ""),
        example="32 random characters or more",
        secret=True,
    )
    feed_secret_name: str = setting(
        "name of the Secrets Manager secret with the key of personal calendars (aws)",
        default="wod/feed-key",
    )
    automation: str = setting(
        "whether schedule and sensors run from the start (on) or wait to be started in the UI (off)",
        default="on",
        read=one_of("on", "off"),
    )
    publish_cron: str = setting(
        "when to look for the week that starts next, as a cron line in the program's time zone",
        default="0 18,20 * * 0",
        read=read_cron,
    )
    recheck_cron: str = setting(
        "when to look again, for a week that is late or edited, as a cron line in the program's time zone",
        default="0 6,18 * * 1-6",
        read=read_cron,
    )
    deadline: WeeklyTime = setting(
        "when a warning is sent if the week is not stored; Friday to Sunday are those before the week",
        default="sun 21:00",
        read=parse_weekly_time,
    )
    critical_from: WeeklyTime = setting(
        "when a critical alert is sent if the week is not stored", default="mon 05:00", read=parse_weekly_time
    )
    sensor_interval_s: int = setting(
        "seconds between two evaluations of the sensors that look at the site and at the stored weeks",
        default="300",
        read=whole_number(5, 86_400),
    )
    daily_message_hour: int | None = setting(
        "hour at which the next day's training is sent, in the program's time zone; never sent if not set",
        read=optional(whole_number(0, 23)),
        example="19",
    )
    athlete_file: Path | None = setting(
        "file of the athlete's maxes; athlete.toml in WOD_DATA_DIR if not set",
        read=optional(read_path),
        example="athlete.toml",
    )
    aws_region: str = setting("AWS region", example="us-west-2", names=("AWS_REGION", "AWS_DEFAULT_REGION"))
    aws_endpoint_url: str = setting(
        "address used for every AWS service, such as that of a test server",
        read=optional(read_url, ""),
        example="http://127.0.0.1:5000",
        names=("AWS_ENDPOINT_URL",),
    )
    aws_endpoint_url_s3: str = endpoint("S3")
    aws_endpoint_url_dynamodb: str = endpoint("DynamoDB")
    aws_endpoint_url_sns: str = endpoint("SNS")
    aws_endpoint_url_secrets_manager: str = endpoint("Secrets Manager")

    def with_absolute_paths(self) -> Settings:
        """The same settings for use after the current folder has changed, as in Dagster's processes."""
        source = self.source if self.source in {SAMPLE, WORDPRESS} else str(self.source_path)
        return dataclasses.replace(self, data_dir=self.data_dir.resolve(), source=source)

    @property
    def zone(self) -> ZoneInfo:
        """The program's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def date_habits(self) -> DateHabits:
        """What the program's posts leave unsaid of their dates."""
        return DateHabits(self.date_order, self.cadence)

    @property
    def on_aws(self) -> bool:
        """Whether values are kept on AWS."""
        return self.storage == "aws"

    def endpoint_of(self, service: str) -> str:
        """The address of an AWS service by boto3's name: its own, otherwise that of all; empty for AWS itself."""
        own = {
            "s3": self.aws_endpoint_url_s3,
            "dynamodb": self.aws_endpoint_url_dynamodb,
            "sns": self.aws_endpoint_url_sns,
            "secretsmanager": self.aws_endpoint_url_secrets_manager,
        }
        return own.get(service) or self.aws_endpoint_url

    @property
    def source_path(self) -> Path:
        """The folder of posts, when the source is one."""
        return Path(self.source).expanduser().absolute()

    @property
    def lake_path(self) -> Path:
        """The folder of the local lake."""
        return self.data_dir.resolve() / "lake"

    @property
    def database_path(self) -> Path:
        """The SQLite file of the local session table and ledger."""
        return self.data_dir.resolve() / "sessions.sqlite"

    @property
    def feed_key_path(self) -> Path:
        """The file of the key that signs personal calendars."""
        return self.data_dir.resolve() / "feed.key"

    @property
    def site_locks_path(self) -> Path:
        """The folder of the locks by which one process at a time asks a site."""
        return self.data_dir.resolve() / "site_locks"

    @property
    def dagster_home(self) -> Path:
        """The folder of the Dagster instance: run history, schedules, sensor cursors."""
        return self.data_dir.resolve() / "dagster"

    @property
    def athlete_path(self) -> Path:
        """The athlete file: as set, otherwise `athlete.toml` in the data folder."""
        return self.athlete_file or self.data_dir / "athlete.toml"


def _variable(field: dataclasses.Field[Any]) -> Variable:
    variable: Variable = field.metadata["variable"]
    names = variable.names or (f"WOD_{field.name.upper()}",)
    return dataclasses.replace(variable, field=field.name, names=names)


VARIABLES = tuple(map(_variable, dataclasses.fields(Settings)))
"""Every environment variable that is read."""
_BY_FIELD = {variable.field: variable for variable in VARIABLES}
_NAMES = frozenset(name for variable in VARIABLES for name in variable.names)


def variable_of(field: str) -> Variable:
    """The variable that a field of `Settings` is read from."""
    return _BY_FIELD[field]


def name_in_environment(settings: Settings, field: str) -> str:
    """The variable of this process that holds a setting exactly as it is used; empty when none does.

    A setting may be from `.env` instead, have its default, or be written differently there.
    """
    names = [name for name in variable_of(field).names if os.environ.get(name)]
    return names[0] if names and os.environ[names[0]] == str(getattr(settings, field)) else ""


def load_settings(
    environ: Mapping[str, str] | None = None, *, dotenv: Path | None = None, no_source: bool = False
) -> Settings:
    """Read and check every setting from `environ` (default: the process's) and from a `.env` file.

    `dotenv` defaults to `.env` in the current folder. The environment takes precedence over it. `no_source` is for
    what reads only what is stored: the source of posts is not checked, its folder may be gone. Raises
    `SettingsError` that lists every wrong setting with its meaning, its default and what to write instead, or every
    line of `.env` that cannot be read. A name that looks like a setting and is none is logged, once.
    """
    texts = {**read_dotenv(dotenv or Path(".env")), **(os.environ if environ is None else environ)}
    warn_of_unknown(texts, _NAMES)
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = variable.text_in(texts)
        try:
            unchecked = no_source and variable.field == "source"
            values[variable.field] = text if unchecked else variable.read(text)
        except ValueError as error:
            problems.append(_problem(variable, text, str(error)))
    problems += [] if problems else _contradictions(values)
    if problems:
        raise SettingsError(
            f"{count(problems, 'setting')} {'is' if len(problems) == 1 else 'are'} wrong:\n"
            + "\n".join(f"- {problem}" for problem in problems),
            fix="Set them in the environment or in .env in this folder; .env.example lists all settings.",
        )
    return Settings(**values)


_MAY_HOLD_LOGIN = re.compile(r"[@\uff20\ufe6b]|%(25)*40|://.*\?", re.DOTALL)
"""An @ in any form that an address may have it in, or an address with a query, where keys are put too."""


def _problem(variable: Variable, text: str, fix: str) -> str:
    shown = "(hidden)" if variable.secret or _MAY_HOLD_LOGIN.search(text) else repr(text)
    return f"{variable.name} = {shown}: {fix}. Meaning: {variable.meaning}. Default: {variable.default or 'none'}."


def _contradictions(values: Mapping[str, Any]) -> list[str]:
    """What is wrong with settings that are right one by one but not together."""
    rules = (
        (
            values["storage"] == "aws" and not values["s3_bucket"],
            "WOD_S3_BUCKET is not set, but WOD_STORAGE is aws: name a bucket; `wod aws init` creates it",
        ),
        (
            values["storage"] == "aws" and not values["aws_region"],
            "AWS_REGION is not set, but WOD_STORAGE is aws: name the region, such as us-west-2",
        ),
        (
            bool(values["sns_topic_arn"] and values["sns_phone"]),
            "WOD_SNS_TOPIC_ARN and WOD_SNS_PHONE are both set: set only one of them",
        ),
        (
            bool(values["wordpress_user"]) != bool(values["wordpress_password"]),
            "WOD_WORDPRESS_USER and WOD_WORDPRESS_PASSWORD belong together: set both or neither",
        ),
    )
    return [sentence for broken, sentence in rules if broken]


def use_dagster_home(settings: Settings) -> Path:
    """Set DAGSTER_HOME to the instance in the data folder, unless it is set; return the folder, created if needed.

    What Dagster makes from here on is as closed as the folder above: `dagster.yaml` names classes that are loaded.
    Raises `SettingsError` when it cannot be created or used.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or settings.dagster_home).expanduser().absolute()
    if "?" in str(home):
        # Dagster puts the path into the address of its database, where a question mark ends the path.
        raise SettingsError(
            f"The folder of the Dagster instance, {home}, has a question mark in its path: Dagster would put its "
            "database elsewhere.",
            fix="Set WOD_DATA_DIR, or DAGSTER_HOME, to a folder without one.",
        )
    try:
        make_data_folder(home.parent)
        narrow_umask(home.parent)
        home.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The folder of the Dagster instance, {home}, cannot be created: {error.strerror}.",
            fix="Set WOD_DATA_DIR to a folder that can be written.",
        ) from error
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def refuses_colour(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for output without colours: by NO_COLOR (see no-color.org) or TERM=dumb."""
    return bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"


def env_example() -> str:
    """The text of `.env.example`: every variable with its meaning, commented out, at its default or an example."""
    head = (
        "# Every setting with its default or an example. Copy to .env and remove the # of those you change.\n"
    )
    return head + "".join(
        f"\n# {variable.meaning}\n#{variable.name}={variable.default or variable.example}\n"
        for variable in VARIABLES
    )
