"""Delivering each message once: to the console, an SNS topic or a phone.

Here a message is fitted to the limits of its channel and kept from being sent twice: its identifier is reserved in
the ledger before it is sent, and released when sending fails. If the ledger cannot be used, the message is sent
all the same, with a warning: sending twice is better than not at all.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from wod_pipeline.errors import AlertError, StorageError
from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import SMS_CHARACTERS
from wod_pipeline.storage import Ledger
from wod_pipeline.wording import normalized, shorten

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

Warn = Callable[[str], None]

OPERATION = "alert"
"""The operation under which identifiers are reserved in the ledger."""
SUBJECT_CHARACTERS = 100
"""SNS takes no longer subject."""
BODY_BYTES = 256 * 1024
"""SNS takes no larger message."""
_SHORT_TEXT = 8_000
"""Characters of text kept when a body is too large: few enough to fit whatever they are and however escaped."""
_ASCII = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "…": "..."})


class Notifier(Protocol):
    """Where messages go."""

    def send(self, message: Message) -> bool:
        """Deliver the message; False when it was delivered before.

        Raises `AlertError` when delivery fails; it may then be tried again.
        """
        ...

    def check(self) -> str:
        """Say in a sentence where messages go. Raises `AlertError` when that place cannot be used."""
        ...


class ConsoleNotifier:
    """Messages printed as lines of text, for an installation without SNS."""

    def __init__(self, write: Callable[[str], None], ledger: Ledger, warn: Warn | None = None) -> None:
        self._write = write
        self._ledger = ledger
        self._warn = warn or write

    def send(self, message: Message) -> bool:
        """Print the message."""
        line = f"[{message.severity}] {one_line(message.subject)}\n{message.text}"
        return _deliver_once(self._ledger, self._warn, message, lambda: self._write(line))

    def check(self) -> str:
        """Say that messages are printed, and how to have them sent."""
        return "messages are printed; set WOD_SNS_TOPIC_ARN or WOD_SNS_PHONE to have them sent"


class SnsNotifier:
    """Messages to an SNS topic, or straight to a phone number. Raises `ValueError` unless given exactly one."""

    def __init__(
        self, client: SNSClient, ledger: Ledger, warn: Warn, *, topic_arn: str = "", phone_number: str = ""
    ) -> None:
        if bool(topic_arn) == bool(phone_number):
            raise ValueError("give either topic_arn or phone_number")
        self._client = client
        self._ledger = ledger
        self._warn = warn
        self._topic_arn = topic_arn
        self._phone_number = phone_number

    def send(self, message: Message) -> bool:
        """Publish the message."""
        return _deliver_once(self._ledger, self._warn, message, lambda: self._publish(message))

    def check(self) -> str:
        """Ask SNS for the topic. A phone number cannot be verified without sending to it."""
        if not self._topic_arn:
            return f"messages go to {self._target}; not tried"
        with self._aws_failure_as_alert_error(f"{self._target} cannot be used"):
            self._client.get_topic_attributes(TopicArn=self._topic_arn)
        return f"messages go to {self._target}"

    @property
    def _target(self) -> str:
        """What to call the target in texts; a phone number is personal and never written in full."""
        return self._topic_arn or f"the phone number ending in {self._phone_number[-2:]}"

    @contextlib.contextmanager
    def _aws_failure_as_alert_error(self, doing: str) -> Iterator[None]:
        from wod_pipeline import aws  # imports boto3, which takes long and is not needed without SNS

        try:
            yield
        except aws.AwsFailure as error:
            failure = aws.in_words(error, doing)
            raise AlertError(failure.what, fix=failure.fix) from error

    def _publish(self, message: Message) -> None:
        subject = one_line(message.subject)
        with self._aws_failure_as_alert_error(f"The message “{subject}” could not be sent to {self._target}"):
            if self._topic_arn:
                self._client.publish(TopicArn=self._topic_arn, **for_topic(message))
            else:
                self._client.publish(PhoneNumber=self._phone_number, **for_phone(message))


def for_topic(message: Message) -> dict[str, Any]:
    """The arguments of SNS `Publish` to a topic: text for people, JSON for programs, attributes to filter by."""
    return {
        "Subject": _first_line(message.subject, message.kind),
        "Message": _body(message),
        "MessageStructure": "json",
        "MessageAttributes": _attributes(message),
    }


def for_phone(message: Message) -> dict[str, Any]:
    """The arguments of SNS `Publish` to a phone: a text of one part; *transactional* is the priority of alerts."""
    return {"Message": _sms(message), "MessageAttributes": {"AWS.SNS.SMS.SMSType": _string("Transactional")}}


def one_line(text: str, limit: int = SUBJECT_CHARACTERS) -> str:
    """The text as one line of printable ASCII, cut at a word when longer than `limit`."""
    decomposed = normalized("NFKD", text.translate(_ASCII))
    plain = "".join(char for char in decomposed if char.isspace() or (char.isascii() and char.isprintable()))
    words = " ".join(plain.split())
    # "…" becomes three characters of ASCII, two more than `shorten` counts.
    return words if len(words) <= limit else shorten(words, limit - 2).translate(_ASCII)


def _deliver_once(ledger: Ledger, warn: Warn, message: Message, deliver: Callable[[], None]) -> bool:
    try:
        if not ledger.reserve(OPERATION, message.identifier):
            return False
    except StorageError as error:
        warn(f"Sent without knowing whether it was sent before: {error}")
    try:
        deliver()
    except BaseException:  # an interrupt, too, leaves the message unsent
        _release(ledger, warn, message)
        raise
    return True


def _release(ledger: Ledger, warn: Warn, message: Message) -> None:
    try:
        ledger.release(OPERATION, message.identifier)
    except StorageError as error:
        warn(f"An unsent message stays marked as sent until the mark expires: {error}")


def _sms(message: Message) -> str:
    return _first_line(message.sms, message.subject, message.kind, limit=SMS_CHARACTERS)


def _first_line(*texts: str, limit: int = SUBJECT_CHARACTERS) -> str:
    """The first text that is not empty as one line of ASCII: SNS refuses an empty subject or message."""
    return next(filter(None, (one_line(text, limit) for text in texts)), "message")


def _body(message: Message) -> str:
    """Every protocol's form in one JSON object; one that is too large loses its data and the end of its text."""
    whole = _forms(message, message.text, {"data": message.data})
    if len(whole.encode()) <= BODY_BYTES:
        return whole
    return _forms(message, f"{message.text[:_SHORT_TEXT]}\n(cut)", {"data_omitted": True})


def _forms(message: Message, text: str, data: Mapping[str, Any]) -> str:
    """SNS sends each protocol its own entry of this object, and `default` to any other protocol."""
    facts = {
        "kind": message.kind,
        "severity": message.severity,
        "week": message.week,
        "subject": message.subject,
        "text": text,
        "identifier": message.identifier,
        **data,
    }
    machine = _json(facts)
    forms = {"default": text, "email": text, "sms": _sms(message), "sqs": machine, "lambda": machine}
    return _json(forms)


def _attributes(message: Message) -> dict[str, Any]:
    named = {"kind": message.kind, "severity": message.severity, "week": message.week}
    return {name: _string(value) for name, value in named.items() if value}


def _string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def _json(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted", enc_hook=str).decode()
