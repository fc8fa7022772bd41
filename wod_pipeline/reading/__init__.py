"""Stored sessions searched, counted, and in the formats of other programs.

What all sessions are needed for:

- `entries`: what the index keeps of a session
- `stored_index`: the index as objects in the lake
- `index`: an index over the session table for history, search and load
- `matches`: what a search finds, best first

Days:

- `day`: the sessions of a day, and those of its week without one
- `undated`: sessions without a day, and the weekdays chosen for them
- `upcoming`: the next training day
- `sound`: the sessions of many days, without weeks that cannot be read
- `absence`: why a day or week has no session

Formats:

- `answers`: the JSON of `wod … --json` and of the API
- `calendar`: sessions as calendar events
- `published`: the events of a calendar published before
- `folding`: a calendar as bytes
- `load`: the training load of a week as a table
- `columns`: the columns of CSV and Parquet about sessions, segments, blocks and exercises
- `load_columns`: those about sets, loads and working weights
- `rows`: sessions as rows under these columns
- `export`: rows as CSV and Parquet
- `derived`: what the stored load and calendar of a week were made from, and which of them are old

How a session is shown to a person is in `rendering`, where it is kept in `storage`.
"""
