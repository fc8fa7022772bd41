"""Stored sessions as people and programs ask for them: found, counted, and in the formats of others.

- `journal`: an index over the session table for history, search and load
- `answers`: what is found, as JSON: the same for `wod … --json` and the API
- `calendar`: sessions as calendar events
- `export`: sessions as CSV, Parquet and JSON

How a session is shown to a person is `rendering`'s business; where it is stored, `storage`'s.
"""
