"""Where messages to people go, and the ledger that keeps each from going twice, as Dagster resources."""

from abc import abstractmethod
from pathlib import Path

import dagster as dg

from wod_pipeline.adapters import console_notifier
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.storage import Ledger
from wod_pipeline.storage.sqlite import SqliteLedger


class LedgerResource(dg.ConfigurableResource[Ledger]):
    """Somewhere to mark that a thing was done."""

    @abstractmethod
    def open(self) -> Ledger:
        """Return the ledger, ready to be asked."""


class SqliteLedgerResource(LedgerResource):
    """A ledger in a SQLite file of this machine."""

    path: str

    def open(self) -> Ledger:
        """Open the file; it is made when first written."""
        return SqliteLedger(Path(self.path))


class NotifierResource(dg.ConfigurableResource[Notifier]):
    """Somewhere to send messages, each only once."""

    @abstractmethod
    def open(self) -> Notifier:
        """Return the notifier, ready to send."""


class ConsoleNotifierResource(NotifierResource):
    """Writes messages to the log: what is used when no SNS topic or phone is set."""

    ledger: dg.ResourceDependency[LedgerResource]

    def open(self) -> Notifier:
        """Return a notifier that logs."""
        return console_notifier(self.ledger.open())
