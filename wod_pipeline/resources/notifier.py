"""Where messages to people go, as Dagster resources."""

import logging
from abc import abstractmethod
from pathlib import Path

import dagster as dg

from wod_pipeline.alerts import ConsoleNotifier, Notifier
from wod_pipeline.storage._sqlite import SqliteLedger


class NotifierResource(dg.ConfigurableResource[Notifier]):
    """Somewhere to send messages, each only once."""

    @abstractmethod
    def open(self) -> Notifier:
        """Return the notifier, ready to send."""


class ConsoleNotifierResource(NotifierResource):
    """Writes messages to the log: what is used when no SNS topic or phone is set."""

    ledger_path: str

    def open(self) -> Notifier:
        """Return a notifier that logs."""
        return ConsoleNotifier(
            logging.getLogger("wod_pipeline.alerts").warning, SqliteLedger(Path(self.ledger_path))
        )
