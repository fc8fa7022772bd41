"""How the text of a setting becomes its value. Each reader raises `ValueError` with what to write instead."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wod_pipeline.weeks import WEEK, monday_of
from wod_pipeline.wording import is_site_address

SAMPLE = "sample"
WORDPRESS = "wordpress"


def one_of(*allowed: str) -> Callable[[str], str]:
    """A reader for one of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"use one of: {', '.join(allowed)}")
        return text

    return read


def read_url(text: str) -> str:
    """A site's http or https address, without login, query and fragment. A slash at its end is dropped."""
    if not is_site_address(text):
        raise ValueError(
            "leave user and password out of the address; WOD_WORDPRESS_USER and WOD_WORDPRESS_PASSWORD hold them"
            if "@" in text
            else "use a web address such as https://www.example.com"
        )
    return text.rstrip("/")


def read_page_url(text: str) -> str:
    """The address of the athlete's page, whose path goes into links, redirects and cookies as it is."""
    url = read_url(text)
    if not re.fullmatch(r"(/(?!\.\.?(/|$))[A-Za-z0-9._~-]+)*", urlsplit(url).path):
        raise ValueError("use letters, digits and . _ ~ - between the slashes of its path, such as /wod")
    return url


def read_origins(text: str) -> tuple[str, ...]:
    """Web origins (scheme, host and port, without a path) separated by commas, or `*` for every origin."""
    origins = [origin for part in text.split(",") if (origin := part.strip().lower())]
    for origin in origins:
        if origin != "*" and not (re.fullmatch(r"https?://[^\s/*]+", origin) and is_site_address(origin)):
            raise ValueError(
                "use origins such as https://app.example.com,http://localhost:5173 (no path, no slash at the end), "
                "or * for every origin"
            )
    return tuple(dict.fromkeys(map(_without_default_port, origins)))


def _without_default_port(origin: str) -> str:
    """The origin as a browser sends it: without the port that its scheme has anyway."""
    port = ":443" if origin.startswith("https:") else ":80"
    return origin.removesuffix(port)


def optional(read: Callable[[str], Any], absent: Any = None) -> Callable[[str], Any]:
    """A reader that returns `absent` for an empty text, and otherwise reads it with `read`."""
    return lambda text: read(text) if text else absent


def read_day(text: str) -> dt.date:
    """A calendar day such as 2020-12-21."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError("use a date such as 2020-12-21") from None


def read_monday(text: str) -> dt.date:
    """A calendar day that is a Monday."""
    day = read_day(text)
    if day.weekday():
        before = monday_of(day)
        raise ValueError(f"use a Monday: {before} or {before + WEEK}")
    return day


def read_zone(text: str) -> str:
    """The name of an IANA time zone."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("use an IANA time zone such as America/Los_Angeles or Europe/Berlin") from None
    return text


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A reader for a whole number from `least` to `most`, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"use a whole number from {least} to {most}")
        return int(text)

    return read


def read_seconds(text: str) -> float:
    """A number of seconds with at most three decimals."""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text):
        raise ValueError("use a number of seconds such as 0.5")
    return float(text)


def read_source(text: str) -> str:
    """`sample`, `wordpress`, or a folder that exists."""
    if text not in {SAMPLE, WORDPRESS} and not Path(text).expanduser().is_dir():
        raise ValueError(
            f"use {SAMPLE}, {WORDPRESS} or a folder of post JSON files (there is no such folder)"
        )
    return text


def read_phone(text: str) -> str:
    """A phone number in the international form."""
    if text and not re.fullmatch(r"\+[1-9]\d{6,14}", text):
        raise ValueError("use the international form such as +16195550123")
    return text


def read_bucket_owner(text: str) -> str:
    """The number of an AWS account, or `any`."""
    if text != "any" and not re.fullmatch(r"[0-9]{12}", text):
        raise ValueError("use the 12 digits of the account, or any")
    return text


def read_topic_arn(text: str) -> str:
    """An SNS topic's ARN."""
    if text and not re.fullmatch(r"arn:aws[\w-]*:sns:[\w-]+:\d+:[\w.-]+", text):
        raise ValueError("use the topic's ARN: arn:aws:sns:REGION:ACCOUNT:NAME")
    if text.lower().endswith(".fifo"):
        raise ValueError("use a standard topic: a FIFO topic delivers to queues only, not to people")
    return text


def read_cron(text: str) -> str:
    """A cron line of five fields."""
    if not re.fullmatch(r"[\d*,/-]+( [\d*,/-]+){3} [\w*,/-]+", text):
        raise ValueError("use a cron line of five fields such as 0 18 * * 0")
    return text


def read_path(text: str) -> Path:
    """A path, with `~` for the home folder."""
    try:
        text.encode()  # a name that is not UTF-8 cannot be put into an address or JSON
    except UnicodeEncodeError:
        raise ValueError("use a path whose letters are UTF-8") from None
    return Path(text).expanduser()
