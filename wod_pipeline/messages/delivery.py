"""Delivering a message, once: to the console, an SNS topic or a phone.

What is worth a message, and its words, are decided elsewhere; here it is fitted to the limits of its channel
and kept from being sent twice. Each message has an identifier, claimed in the ledger before it is sent and
given back when it could not be. A ledger that cannot be asked never silences an alert: it is sent with a
warning.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from wod_pipeline.errors import AlertError, StorageError
from wod_pipeline.messages._message import Message
from wod_pipeline.storage import Ledger, Warn

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

OPERATION = "alert"
SUBJECT_CHARACTERS = 100
SMS_CHARACTERS = 140
BODY_BYTES = 256 * 1024
_SHORT_TEXT = 8_000
"""Characters of text kept when a body is too large; fits whatever the characters are."""
_ASCII = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "…": "..."})


class Notifier(Protocol):
    """Where messages go."""

    def send(self, message: Message) -> bool:
        """True when delivered now, False when it had been already.

        Raises `AlertError` when it could not be; it may then be tried again.
        """
        ...

    def check(self) -> str:
        """Say in a sentence where messages would go, having asked whether it is there. Raises `AlertError`."""
        ...


class ConsoleNotifier:
    """Messages as lines of text, for a machine without a cloud."""

    def __init__(self, write: Callable[[str], None], ledger: Ledger, warn: Warn | None = None) -> None:
        self._write = write
        self._ledger = ledger
        self._warn = warn or write

    def send(self, message: Message) -> bool:
        """Print the message."""
        line = f"[{message.severity}] {one_line(message.subject)}\n{message.text}"
        return _once(self._ledger, self._warn, message, lambda: self._write(line))

    def check(self) -> str:
        """Name the console."""
        return "messages are printed; set WOD_SNS_TOPIC_ARN or WOD_SNS_PHONE to have them sent"


class SnsNotifier:
    """Messages to an SNS topic, or straight to a phone. Give one of the two."""

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
        return _once(self._ledger, self._warn, message, lambda: self._publish(message))

    def check(self) -> str:
        """Look for the topic; whether a phone would ring cannot be known without a message."""
        if not self._topic_arn:
            return f"messages go to {self._where}; not tried"
        with self._explained(f"{self._where} cannot be used"):
            self._client.get_topic_attributes(TopicArn=self._topic_arn)
        return f"messages go to {self._where}"

    @property
    def _where(self) -> str:
        return self._topic_arn or f"the phone number ending in {self._phone_number[-2:]}"

    @contextlib.contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        from wod_pipeline import aws

        try:
            yield
        except aws.AwsFailure as error:
            failure = aws.in_words(error, doing)
            raise AlertError(failure.what, fix=failure.fix) from error

    def _publish(self, message: Message) -> None:
        subject = one_line(message.subject)
        with self._explained(f"The message “{subject}” could not be sent to {self._where}"):
            if self._topic_arn:
                self._client.publish(TopicArn=self._topic_arn, **for_topic(message))
            else:
                self._client.publish(PhoneNumber=self._phone_number, **for_phone(message))


def for_topic(message: Message) -> dict[str, Any]:
    """The message as SNS takes it for a topic: words for people, JSON for machines, attributes to filter."""
    return {
        "Subject": _first_line(message.subject, message.kind),
        "Message": _body(message),
        "MessageStructure": "json",
        "MessageAttributes": _attributes(message),
    }


def for_phone(message: Message) -> dict[str, Any]:
    """The message as SNS takes it for a phone: a text of one part, sent at the priority of an alert."""
    return {
        "Message": _sms(message),
        "MessageAttributes": {"AWS.SNS.SMS.SMSType": _string("Transactional")},
    }


def one_line(text: str, limit: int = SUBJECT_CHARACTERS) -> str:
    """The text as one line of printable ASCII, cut at a word when longer than `limit`."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_ASCII))
    plain = "".join(char for char in decomposed if char.isspace() or (char.isascii() and char.isprintable()))
    words = " ".join(plain.split())
    if len(words) <= limit:
        return words
    cut = words[: limit - 3]
    return (cut.rpartition(" ")[0] or cut) + "..."


def _once(ledger: Ledger, warn: Warn, message: Message, deliver: Callable[[], None]) -> bool:
    try:
        if not ledger.claim(OPERATION, message.identifier):
            return False
    except StorageError as error:
        warn(f"Sent without knowing whether it had been sent before: {error}")
    try:
        deliver()
    except BaseException:
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
    """The first text that leaves something when made one line of ASCII: SNS takes no empty ones."""
    return next(filter(None, (one_line(text, limit) for text in texts)), "message")


def _body(message: Message) -> str:
    """Every protocol's form in one JSON object; too large a one loses its data and the end of its text."""
    whole = _forms(message, message.text, {"data": message.data})
    if len(whole.encode()) <= BODY_BYTES:
        return whole
    return _forms(message, f"{message.text[:_SHORT_TEXT]}\n(cut)", {"data_omitted": True})


def _forms(message: Message, text: str, data: Mapping[str, Any]) -> str:
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
