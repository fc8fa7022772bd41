"""The notifier, and the ledger that keeps a message from going out twice, as Dagster resources."""

from abc import abstractmethod
from pathlib import Path

import dagster as dg
from pydantic import Field

from wod_pipeline.adapters import console_notifier, sqlite_ledger
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Ledger


class LedgerResource(dg.ConfigurableResource[Ledger]):
    """Marks of side effects that must happen once."""

    @abstractmethod
    def open(self) -> Ledger:
        """Return the ledger, ready for use."""


class SqliteLedgerResource(LedgerResource):
    """A ledger in a SQLite file of this machine."""

    path: str = Field(default="", description="The file; if empty, sessions.sqlite in WOD_DATA_DIR.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> Ledger:
        """Open the file, which is made by the first write."""
        return sqlite_ledger(Path(self.path or self.settings.database_path))


class NotifierResource(dg.ConfigurableResource[Notifier]):
    """Sends messages to people, each only once."""

    @abstractmethod
    def open(self) -> Notifier:
        """Return the notifier, ready to send."""


class ConsoleNotifierResource(NotifierResource):
    """Writes messages to the log: used when neither an SNS topic nor a phone is set."""

    ledger: dg.ResourceDependency[LedgerResource]

    def open(self) -> Notifier:
        """Return a notifier that logs."""
        return console_notifier(self.ledger.open())
