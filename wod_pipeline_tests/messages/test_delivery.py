"""Messages: fitted to their channel, sent once, never silenced by the ledger."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.aws.setup import ensure_ledger_table
from wod_pipeline.errors import AlertError, StorageUnavailable
from wod_pipeline.messages import Message
from wod_pipeline.messages.delivery import (
    BODY_BYTES,
    ConsoleNotifier,
    SnsNotifier,
    for_phone,
    for_topic,
    one_line,
)
from wod_pipeline.storage.dynamodb import DynamoLedger
from wod_pipeline_tests.servers.aws import AwsServer, aws, aws_environment, moto_server

__all__ = ["aws", "aws_environment", "moto_server"]

LATE = Message(
    kind="week_late",
    severity="critical",
    week="2021-03-01",
    subject="The week of 1 March is not there",
    text="Nothing was published for the week of 1 March 2021.\nLooked last at 18:00.",
    sms="WOD: week of 1 March missing",
    data={"checked": 3},
    identifier="week_late/2021-03-01/1",
)


class MemoryLedger:
    """A ledger that can be out of order."""

    def __init__(self, *, down: bool = False) -> None:
        self.reserved: set[tuple[str, str]] = set()
        self.down = down

    def reserve(self, operation: str, identifier: str, *, ttl_s: int = 86_400) -> bool:
        self._check()
        new = (operation, identifier) not in self.reserved
        self.reserved.add((operation, identifier))
        return new

    def release(self, operation: str, identifier: str) -> None:
        self._check()
        self.reserved.discard((operation, identifier))

    def _check(self) -> None:
        if self.down:
            raise StorageUnavailable("The ledger is down.")


class Inbox:
    """A topic with a queue subscribed to it."""

    def __init__(self, aws: AwsServer) -> None:
        self.sns, self._sqs = aws.client("sns"), aws.client("sqs")
        self.topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    def messages(self) -> list[dict[str, Any]]:
        found = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"]) for one in found]


@pytest.fixture
def inbox(aws: AwsServer) -> Inbox:
    return Inbox(aws)


def test_a_message_reaches_a_subscribed_queue_once_however_often_it_is_sent(inbox: Inbox) -> None:
    notifier = SnsNotifier(inbox.sns, MemoryLedger(), pytest.fail, topic_arn=inbox.topic)
    assert [notifier.send(LATE), notifier.send(LATE)] == [True, False]
    (received,) = inbox.messages()
    assert received["Subject"] == "The week of 1 March is not there"
    assert {name: one["Value"] for name, one in received["MessageAttributes"].items()} == {
        "kind": "week_late",
        "severity": "critical",
        "week": "2021-03-01",
    }
    facts = json.loads(received["Message"])
    assert (facts["data"], facts["identifier"], facts["text"]) == ({"checked": 3}, LATE.identifier, LATE.text)


def test_a_phone_gets_the_short_text(aws: AwsServer) -> None:
    sent: list[dict[str, Any]] = []
    sns = aws.client("sns")
    sns.meta.events.register("before-parameter-build.sns.Publish", lambda params, **_: sent.append(params))
    assert SnsNotifier(sns, MemoryLedger(), pytest.fail, phone_number="+15550100").send(LATE)
    assert sent[0]["PhoneNumber"] == "+15550100"
    assert sent[0]["Message"] == "WOD: week of 1 March missing"


def test_a_message_that_could_not_be_sent_can_be_sent_again(inbox: Inbox) -> None:
    ledger = MemoryLedger()
    missing = SnsNotifier(inbox.sns, ledger, pytest.fail, topic_arn=inbox.topic + "-gone")
    with pytest.raises(AlertError, match=r"alerts-gone: NotFound.*wod aws init"):
        missing.send(LATE)
    assert SnsNotifier(inbox.sns, ledger, pytest.fail, topic_arn=inbox.topic).send(LATE)


def test_a_failed_phone_message_does_not_tell_the_whole_number(aws_environment: None) -> None:
    unreachable = AwsServer("http://127.0.0.1:9").client("sns", max_attempts=1, connect_timeout_s=0.2)
    with pytest.raises(AlertError, match="ending in 00: AWS could not be reached") as caught:
        SnsNotifier(unreachable, MemoryLedger(), pytest.fail, phone_number="+15550100").send(LATE)
    assert "1555" not in str(caught.value)


def test_a_ledger_that_is_down_does_not_silence_an_alert() -> None:
    lines: list[str] = []
    warnings: list[str] = []
    assert ConsoleNotifier(lines.append, MemoryLedger(down=True), warnings.append).send(LATE)
    assert lines == [f"[critical] {LATE.subject}\n{LATE.text}"]
    assert warnings == [
        "Sent without knowing whether it was sent before: The ledger is down. A rerun can clear this."
    ]


def test_the_console_shows_the_same_event_once() -> None:
    lines: list[str] = []
    notifier = ConsoleNotifier(lines.append, MemoryLedger())
    assert [notifier.send(LATE), notifier.send(LATE)] == [True, False]
    assert len(lines) == 1


def test_a_reservation_that_cannot_be_released_is_said() -> None:
    ledger = MemoryLedger()
    warnings: list[str] = []

    def fails(_: str) -> None:
        ledger.down = True
        raise AlertError("no console")

    with pytest.raises(AlertError):
        ConsoleNotifier(fails, ledger, warnings.append).send(LATE)
    assert warnings[0].startswith("An unsent message stays marked as sent")


def test_a_notifier_has_one_target() -> None:
    for both in ("", "x"):
        with pytest.raises(ValueError, match=r"^give either topic_arn or phone_number$"):
            SnsNotifier(None, MemoryLedger(), pytest.fail, topic_arn=both, phone_number=both)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The week – “late”\n× 3…", 'The week - "late" x 3...'),
        ("Übung café 日本", "Ubung cafe"),
        ("word " * 40, "word " * 18 + "word..."),
        ("x" * 120, "x" * 97 + "..."),
    ],
)
def test_a_subject_is_one_ascii_line_of_at_most_100_characters(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(max_size=400))
def test_any_text_fits_subject_and_sms(text: str) -> None:
    message = late(subject=text, sms=text)
    subject = for_topic(message)["Subject"]
    sms = for_phone(message)["Message"]
    assert len(subject) <= 100
    assert len(sms) <= 140
    assert subject
    assert sms
    assert subject.isascii()
    assert "\n" not in subject + sms


@pytest.mark.parametrize("character", ["a", '"', "\x01", "日", "💪"])
def test_a_message_too_large_for_sns_is_cut_and_says_so(character: str) -> None:
    body = for_topic(late(text=character * 300_000))["Message"]
    assert len(body.encode()) <= BODY_BYTES
    forms = json.loads(body)
    assert forms["email"].endswith("(cut)")
    assert json.loads(forms["sqs"])["data_omitted"] is True
    assert set(forms) == {"default", "email", "sms", "sqs", "lambda"}


def late(**changes: Any) -> Message:

    return dataclasses.replace(LATE, **changes)


def test_two_processes_with_the_same_event_send_one_message(inbox: Inbox, aws: AwsServer) -> None:
    client = aws.client("dynamodb")
    ensure_ledger_table(client, "ledger")
    sent = [
        SnsNotifier(inbox.sns, DynamoLedger(client, "ledger"), pytest.fail, topic_arn=inbox.topic).send(LATE)
        for _ in range(2)
    ]
    assert sent == [True, False]
    assert len(inbox.messages()) == 1


def test_the_topic_is_looked_for_without_sending_anything(inbox: Inbox) -> None:
    notifier = SnsNotifier(inbox.sns, MemoryLedger(), pytest.fail, topic_arn=inbox.topic)
    assert notifier.check() == f"messages go to {inbox.topic}"
    with pytest.raises(AlertError, match="NotFound"):
        SnsNotifier(inbox.sns, MemoryLedger(), pytest.fail, topic_arn=inbox.topic + "-gone").check()
    assert inbox.messages() == []


def test_a_topic_gets_text_for_people_facts_for_programs_and_attributes_to_filter_by() -> None:
    request = for_topic(LATE)
    forms = json.loads(request.pop("Message"))
    facts = {
        "kind": "week_late",
        "severity": "critical",
        "week": "2021-03-01",
        "subject": LATE.subject,
        "text": LATE.text,
        "identifier": LATE.identifier,
        "data": {"checked": 3},
    }

    assert json.loads(forms["sqs"]) == json.loads(forms["lambda"]) == facts
    assert {name: forms[name] for name in ("default", "email", "sms")} == {
        "default": LATE.text,
        "email": LATE.text,
        "sms": LATE.sms,
    }
    assert set(forms) == {"default", "email", "sms", "sqs", "lambda"}
    assert request == {
        "Subject": "The week of 1 March is not there",
        "MessageStructure": "json",
        "MessageAttributes": {
            "kind": {"DataType": "String", "StringValue": "week_late"},
            "severity": {"DataType": "String", "StringValue": "critical"},
            "week": {"DataType": "String", "StringValue": "2021-03-01"},
        },
    }


def test_facts_that_are_no_json_values_are_sent_as_text_and_equal_facts_as_equal_bytes() -> None:
    odd = late(data={"b": Path("/x"), "a": 1})
    body = for_topic(odd)["Message"]

    assert json.loads(json.loads(body)["sqs"])["data"] == {"a": 1, "b": "/x"}
    assert for_topic(late(data={"a": 1, "b": Path("/x")}))["Message"] == body


def test_an_sns_message_is_sent_with_a_warning_when_the_ledger_is_down(inbox: Inbox) -> None:
    warnings: list[str] = []
    notifier = SnsNotifier(inbox.sns, MemoryLedger(down=True), warnings.append, topic_arn=inbox.topic)

    assert notifier.send(LATE)
    assert len(inbox.messages()) == len(warnings) == 1


def test_a_message_about_no_single_week_has_no_attribute_for_it() -> None:
    assert set(for_topic(late(week=None))["MessageAttributes"]) == {"kind", "severity"}


def test_a_phone_message_is_transactional() -> None:
    assert for_phone(LATE) == {
        "Message": "WOD: week of 1 March missing",
        "MessageAttributes": {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
        },
    }


def test_a_text_that_leaves_no_ascii_falls_back_to_subject_kind_and_a_word() -> None:
    assert for_phone(late(sms="日本"))["Message"] == LATE.subject
    assert for_phone(late(sms="日本", subject="💪"))["Message"] == "week_late"
    assert for_phone(late(sms="日本", subject="💪", kind="日"))["Message"] == "message"
    assert for_topic(late(subject="💪"))["Subject"] == "week_late"
    assert for_topic(late(subject="💪", kind="日"))["Subject"] == "message"


def test_a_body_is_cut_only_beyond_the_limit_of_sns_and_to_eight_thousand_characters() -> None:
    fixed = len(for_topic(late(text=""))["Message"].encode())
    fits = (BODY_BYTES - fixed) // 4  # the text is in there four times
    whole = for_topic(late(text="x" * fits))["Message"]
    assert BODY_BYTES - 4 < len(whole.encode()) <= BODY_BYTES
    assert json.loads(whole)["email"] == "x" * fits

    cut = json.loads(for_topic(late(text="x" * (fits + 1)))["Message"])
    assert cut["email"] == "x" * 8_000 + "\n(cut)"
    assert json.loads(cut["sqs"]) == {
        "kind": "week_late",
        "severity": "critical",
        "week": "2021-03-01",
        "subject": LATE.subject,
        "text": cut["email"],
        "identifier": LATE.identifier,
        "data_omitted": True,
    }


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("exactly ten", 11, "exactly ten"),
        ("exactly ten", 10, "exactly..."),
        ("a b c d e f", 8, "a b..."),
        ("abcdefghij", 8, "abcde..."),
        ("one‘two’ “three” — four–five\tsix\x00", 100, "one'two' \"three\" - four-five six"),
    ],
)
def test_a_line_is_cut_at_a_word_within_its_limit(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line


def test_each_notifier_says_where_its_messages_go() -> None:
    phone = SnsNotifier(None, MemoryLedger(), pytest.fail, phone_number="+15550100")  # type: ignore[arg-type]

    assert phone.check() == "messages go to the phone number ending in 00; not tried"
    assert ConsoleNotifier(pytest.fail, MemoryLedger()).check() == (
        "messages are printed; set WOD_SNS_TOPIC_ARN or WOD_SNS_PHONE to have them sent"
    )


def test_an_undelivered_message_is_released_in_the_ledger_and_the_failure_passed_on() -> None:
    ledger = MemoryLedger()

    def interrupted(_: str) -> None:
        assert ledger.reserved == {("alert", LATE.identifier)}
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ConsoleNotifier(interrupted, ledger, pytest.fail).send(LATE)
    assert ledger.reserved == set()


def test_a_console_without_a_channel_for_warnings_prints_them() -> None:
    lines: list[str] = []
    assert ConsoleNotifier(lines.append, MemoryLedger(down=True)).send(late(subject="Léa"))
    assert lines == [
        "Sent without knowing whether it was sent before: The ledger is down. A rerun can clear this.",
        f"[critical] Lea\n{LATE.text}",
    ]


def test_a_failed_topic_message_names_message_target_and_remedy(inbox: Inbox) -> None:
    notifier = SnsNotifier(inbox.sns, MemoryLedger(), pytest.fail, topic_arn=inbox.topic + "-gone")
    with pytest.raises(AlertError) as sending:
        notifier.send(LATE)
    with pytest.raises(AlertError) as checking:
        notifier.check()
    assert sending.value.what.startswith(
        f"The message “{LATE.subject}” could not be sent to {inbox.topic}-gone: NotFound"
    )
    assert checking.value.what.startswith(f"{inbox.topic}-gone cannot be used: NotFound")
    assert "wod aws init" in sending.value.fix


def test_a_text_message_longer_than_a_subject_is_sent_whole() -> None:
    text = "word " * 27 + "ends!"

    assert for_phone(late(sms=text))["Message"] == text
    assert json.loads(for_topic(late(sms=text))["Message"])["sms"] == text


def test_a_body_of_exactly_the_size_that_sns_takes_is_sent_whole() -> None:
    fixed = len(for_topic(late(text="", sms="x"))["Message"].encode())
    quarters, rest = divmod(BODY_BYTES - fixed, 4)
    body = for_topic(late(text="x" * quarters, sms="x" * (1 + rest)))["Message"]

    assert len(body.encode()) == BODY_BYTES
    assert json.loads(body)["email"] == "x" * quarters
