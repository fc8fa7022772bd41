"""`wod aws init`: create what the platform needs on AWS, and print what is still missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.output import no_colour_option
from wod_pipeline.errors import SettingsError, StorageError
from wod_pipeline.terminal import Colour, styled, write

if TYPE_CHECKING:
    from wod_pipeline.aws.setup import SetupStep
    from wod_pipeline.settings import Settings

COLOURS: dict[str, Colour] = {
    "created": "green",
    "missing": "yellow",
    "failed": "red",
    "skipped": "yellow",
}


ANY_KEY = "-"
"""What stands for `--encrypt-topic` without a key: no id, ARN or alias is written so."""
_KEYS = r"alias/[\w/-]+|arn:aws[\w-]*:kms:[\w-]+:\d{12}:(key|alias)/[\w/-]+|[0-9a-f-]{36}|mrk-[0-9a-f]{32}"


def _check_key(_context: click.Context, _option: click.Parameter, key: str) -> str:
    if key and key != ANY_KEY and not re.fullmatch(_KEYS, key):
        raise click.BadParameter(f"{key!r} is not the id, the ARN or the alias (alias/NAME) of a KMS key")
    return key


@click.group()
def aws() -> None:
    """Set up what the platform needs on AWS."""


@aws.command()
@click.option("--bucket", default="", help="Bucket of the lake; default: WOD_S3_BUCKET.")
@click.option(
    "--topic",
    default="wod-alerts",
    show_default=True,
    help="Name of the topic, unless WOD_SNS_TOPIC_ARN is set.",
)
@click.option(
    "--encrypt-topic",
    "key",
    is_flag=False,
    flag_value=ANY_KEY,
    default="",
    metavar="[KEY]",
    callback=_check_key,
    help="Encrypt the topic with a KMS key (id, ARN or alias/NAME; if left out, AWS's own for SNS). "
    "With a key of yours, whoever publishes needs kms:GenerateDataKey* and kms:Decrypt on it.",
)
@no_colour_option
def init(bucket: str, topic: str, key: str) -> None:
    """Create the bucket, the tables, the topic and the key of personal calendars, or complete them.

    Running it again is safe; policies and rules of yours are kept.

    \b
    AWS_REGION=us-west-2 wod aws init --bucket my-wod-lake
    wod aws init               with AWS_REGION and WOD_S3_BUCKET set
    """
    from wod_pipeline.settings import load_settings

    settings = load_settings(no_source=True)
    bucket = bucket or settings.s3_bucket
    if not bucket or not settings.aws_region:
        raise SettingsError(
            "The bucket or its region is not set.",
            fix="Set AWS_REGION, and WOD_S3_BUCKET or the option: wod aws init --bucket NAME.",
        )
    if key and settings.sns_phone:
        raise SettingsError(
            "--encrypt-topic is given, but messages go to WOD_SNS_PHONE and no topic is made.",
            fix="Leave out the option, or set WOD_SNS_TOPIC_ARN instead of the phone.",
        )
    environment = {"WOD_STORAGE": "aws", "AWS_REGION": settings.aws_region, "WOD_S3_BUCKET": bucket}
    failures = [_set_up(part) for part in _stores(settings, bucket)]
    if not settings.sns_phone:
        failures.append(_set_up(partial(_topic, settings, topic, key, environment)))
    if settings.secret_name:
        failures.append(_set_up(partial(_secret, settings)))
    if not settings.feed_key:
        failures.append(_set_up(partial(_feed_key, settings)))
    write("\nTo use them, set in the environment or in .env:")
    write("".join(f"  {name}={value}\n" for name, value in environment.items()) + "Then run: wod doctor")
    if any(failures):
        raise click.exceptions.Exit(1)


def _stores(settings: Settings, bucket: str) -> list[Callable[[], Iterable[SetupStep]]]:
    from wod_pipeline.adapters import aws_client, open_s3
    from wod_pipeline.aws import setup

    return [
        lambda: setup.ensure_bucket(
            open_s3(settings), bucket, settings.aws_region, prefix=settings.s3_prefix
        ),
        lambda: setup.ensure_sessions_table(aws_client(settings, "dynamodb"), settings.sessions_table),
        lambda: setup.ensure_ledger_table(aws_client(settings, "dynamodb"), settings.ledger_table),
    ]


def _topic(settings: Settings, name: str, key: str, environment: dict[str, str]) -> Iterable[SetupStep]:
    from wod_pipeline.adapters import aws_client
    from wod_pipeline.aws.topic import ensure_topic, ensure_topic_encryption

    client = aws_client(settings, "sns")
    arn, steps = ensure_topic(client, arn=settings.sns_topic_arn, name=name)
    environment["WOD_SNS_TOPIC_ARN"] = arn
    yield from steps
    if key:
        yield ensure_topic_encryption(client, arn, "" if key == ANY_KEY else key)


def _secret(settings: Settings) -> Iterable[SetupStep]:
    from wod_pipeline.adapters import aws_client
    from wod_pipeline.aws.setup import find_secret

    return [find_secret(aws_client(settings, "secretsmanager"), settings.secret_name)]


def _feed_key(settings: Settings) -> Iterable[SetupStep]:
    from wod_pipeline.adapters import aws_client
    from wod_pipeline.aws.setup import ensure_feed_key
    from wod_pipeline.feed_key import new_key

    return [ensure_feed_key(aws_client(settings, "secretsmanager"), settings.feed_secret_name, new_key())]


def _set_up(part: Callable[[], Iterable[SetupStep]]) -> bool:
    """Set up one part and print its steps. True when it failed, so that the others are still set up."""
    try:
        for step in part():
            _print(step.state, f"{step.what}{': ' if step.fix else ''}{step.fix}")
    except StorageError as error:
        _print("failed", str(error))
        return True
    return False


def _print(state: str, text: str) -> None:
    write(styled(f"{state:8}", COLOURS.get(state)), f" {text}")
