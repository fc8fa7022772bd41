"""A coach's weekly weightlifting posts as structured, dated training sessions: a Dagster data platform.

The map of the house; imports point from later lines to earlier ones::

    program, errors      the data model and the error tree
    weeks                training weeks and wall clocks: pure
    vocabulary           the movements, and how a written name becomes one of them: pure
    parsing              a post's HTML → a structured ParsedPost: pure
    records, quality     a ParsedPost → one record a session; claims about a week and their verdicts: pure
    training, rendering  working weights and training load; one view of a session for every medium: pure
    messages, watching   what is said to people, and the decisions when to say it: pure
    wordpress, demo      where posts come from: a site, a folder, the bundled sample program
    storage, alerts      lake, session table and ledger, each local and on AWS; messages through SNS
    reading              stored sessions found, counted, and as JSON, calendars and tables
    settings, adapters   the environment, read once; the adapters it names
    resources            Dagster's shells over the adapters: resources and IO managers
    assets               raw_posts → plain_text_posts → daily_sessions → segmented_exercises → session_records
    schedules, sensors   what launches runs and sends messages
    definitions          all of it put together: what Dagster loads
    cli, web             `wod` and the athlete's page; no Dagster needed
"""

__version__ = "0.1.0"
