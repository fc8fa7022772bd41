"""What the schedule and the sensors decide, as pure functions over values.

- `freshness`: which weeks are missing or wrong at their deadlines, and which messages are due about them
- `posts`: which weeks to run again, and which stored posts the site lists no longer
- `derived`: which weeks' load and calendar to make again
- `gone`: which absent posts ask for a run of their week, and when the site's listing is in doubt
- `outage`: when to ask a failing site again, and when to alert people that it fails
- `runs`: why a run failed, and whether running it again helps

They know no Dagster, network, storage or clock: the time is an argument. Sensors and schedules (`sensors`,
`schedules`) fetch the values and act on the answers; `messages` words what people are told.
"""
