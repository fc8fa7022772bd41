"""The permission to leave a week without sessions, as a Dagster resource: one value for checks and IO manager."""

from collections.abc import Sized
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from wod_pipeline.errors import SettingsError
from wod_pipeline.wording import count

EMPTY_WEEKS = "empty_weeks"
"""The resource's key, as a person writes it in the launchpad."""
_BACKFILL = "dagster/backfill"


class EmptyWeeksResource(dg.ConfigurableResource[Any]):
    """Whether a week that has sessions may be left without any, which is refused otherwise.

    A person decides that for one week they have looked at, so a run over several weeks is refused with it.
    """

    allow_empty: bool = Field(
        default=False, description="Let the week of this run lose all its sessions. For a run over one week."
    )
    several_weeks: bool = Field(
        default=False, description="With allow_empty: also in a run over several weeks, or in a backfill."
    )

    _is_of_backfill: bool = PrivateAttr(default=False)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Note whether the run is one of a backfill."""
        self._is_of_backfill = bool(context.run and _BACKFILL in context.run.tags)

    def may_empty(self, weeks: Sized) -> bool:
        """Whether a run over these weeks may empty one. Raises `SettingsError` when they are too many."""
        if not self.allow_empty or self.several_weeks:
            return self.allow_empty
        if len(weeks) > 1 or self._is_of_backfill:
            run = "is one of a backfill" if self._is_of_backfill else f"covers {count(weeks, 'week')}"
            raise SettingsError(
                f"{EMPTY_WEEKS}: allow_empty is for a run over one week, and this run {run}.",
                fix="Launch each week alone, or set several_weeks too, which lets each week of the run become empty.",
            )
        return True
