"""What the UI shows of private settings: paths, phone number, topic, bucket and tables.

Dagster shows a resource's configuration to everybody who sees the UI, and keeps what the launchpad scaffolds with
each run. So a private value is not part of it: the field has the name of the variable, for Dagster to look up when a
run starts, or is empty, and `open()` takes the value from the settings that the resource holds beside its
configuration. A value that a person writes into the launchpad takes precedence.
"""

import dagster as dg

from wod_pipeline.settings import Settings, name_in_environment, variable_of


def shown_of(settings: Settings, field: str) -> str:
    """A private setting as configuration: its variable's name if that is set, a default of the project as it is.

    Empty otherwise, since Dagster fails a run that names a variable which is not set, and knows no `.env`.
    """
    name = name_in_environment(settings, field)
    if name:
        return dg.EnvVar(name)
    default = variable_of(field).default
    return default if getattr(settings, field) == default else ""
