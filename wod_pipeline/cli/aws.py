"""`wod aws init`: create what the platform needs on AWS, and print what is still missing."""

from __future__ import annotations

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

COLOURS: dict[str, Colour] = {"created": "green", "missing": "yellow", "failed": "red"}


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
@no_colour_option
def init(bucket: str, topic: str) -> None:
    """Create the bucket, the tables, the topic and the key of personal calendars, or complete them.

    Running it again is safe.

    \b
    AWS_REGION=us-west-2 wod aws init --bucket my-wod-lake
    wod aws init               with AWS_REGION and WOD_S3_BUCKET set
    """
    from wod_pipeline.settings import load_settings

    settings = load_settings()
    bucket = bucket or settings.s3_bucket
    if not bucket or not settings.aws_region:
        raise SettingsError(
            "The bucket or its region is not set.",
            fix="Set AWS_REGION, and WOD_S3_BUCKET or the option: wod aws init --bucket NAME.",
        )
    environment = {"WOD_STORAGE": "aws", "AWS_REGION": settings.aws_region, "WOD_S3_BUCKET": bucket}
    failures = [_set_up(part) for part in _stores(settings, bucket)]
    if not settings.sns_phone:
        failures.append(_set_up(partial(_topic, settings, topic, environment)))
    if settings.secret_name:
        failures.append(_set_up(partial(_secret, settings)))
    if not settings.feed_key:
        failures.append(_set_up(partial(_feed_key, settings)))
    write("\nTo use them, set in the environment or in .env:")
    write("".join(f"  {name}={value}\n" for name, value in environment.items()) + "Then run: wod doctor")
    if any(failures):
        raise click.exceptions.Exit(1)


def _stores(settings: Settings, bucket: str) -> list[Callable[[], Iterable[SetupStep]]]:
    from wod_pipeline.adapters import aws_client
    from wod_pipeline.aws import setup

    return [
        lambda: setup.ensure_bucket(
            aws_client(settings, "s3"), bucket, settings.aws_region, prefix=settings.s3_prefix
        ),
        lambda: setup.ensure_sessions_table(aws_client(settings, "dynamodb"), settings.sessions_table),
        lambda: setup.ensure_ledger_table(aws_client(settings, "dynamodb"), settings.ledger_table),
    ]


def _topic(settings: Settings, name: str, environment: dict[str, str]) -> Iterable[SetupStep]:
    from wod_pipeline.adapters import aws_client
    from wod_pipeline.aws.setup import ensure_topic

    arn, steps = ensure_topic(aws_client(settings, "sns"), arn=settings.sns_topic_arn, name=name)
    environment["WOD_SNS_TOPIC_ARN"] = arn
    return steps


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
