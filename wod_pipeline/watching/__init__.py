"""Pure decisions of a platform that keeps itself current: what is due, what is new, what is worth telling.

- `freshness`: from what is stored to alerts, one an episode and severity, and a recovery
- `posts`: from what the site lists to the weeks to run again, and the posts that are gone
- `outage`: when to ask a site that fails again, and when to say so
- `runs`: which runs are worth a message, and what a failure means

Values in, values out: no Dagster, no network, no storage, no clock of its own. The shells are in `sensors`
and `schedules`; the wording is in `messages`.
"""
