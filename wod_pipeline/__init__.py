"""A coach's weekly weightlifting posts as structured, dated training sessions: a Dagster data platform.

The map of the package. A room may import only rooms above it; a room called pure knows no Dagster, network or
storage. The README shows the same map::

    errors.py        every error, and whether a rerun can clear it; pure
    bounds.py        the bounds on how much of a site, post and stored object is read and shown; pure
    bounded_json.py  JSON from outside, decoded within bounds, with one error; pure
    wording.py       counts, days, long texts and addresses as people read them; pure
    pacing.py        how much to ask for at once, and how long to wait before asking again; pure
    removals.py      what is kept of a post that was taken out of its week; pure
    post_times.py    the times of a WordPress post, as text and as moments; pure
    date_habits.py   what a program's posts leave unsaid of their dates; pure
    parser_version.py  which version of the parser made a stored value; pure
    program.py       the data model: a post at each stage, ParsedPost and all it holds, SessionRecord; pure
    unread_text.py   the quotes of words that were not understood, written and read; pure
    weeks.py         training weeks and wall clocks: Mondays, ranges, chunks, cut-off times; pure
    terminal.py      the one writer of the command line: cleaned of control characters, logins hidden
    vocabulary/      the movements, and how a written name becomes one of them; pure
    parsing/         a post's HTML → a ParsedPost; its days and blocks, and the grammar of a line; pure
    records.py       a ParsedPost → one record per session; pure
    training/        lifts and training load, working weights, plates; pure
    quality/         claims about a week, their severities and thresholds, and the verdicts; pure
    status.py        where each week stands, judged from what is stored; pure
    looks.py         the looks at the site: when it was read, and why it could not be; pure
    absence.py       why a day or week has no session, in words; pure
    small_files.py   the start of a file that a person wrote, within bounds of size and time
    own_files.py     who may read what is made in the data folder
    deadline.py      ends the connections of an exchange with a server when its time is over
    athlete.py       the athlete's file of maxes, plates and smallest step; pure
    rendering/       one view of a session for terminal, Markdown and page; pure
    watching/        when to look, when to alert: the decisions of schedule and sensors; pure
    aws/             the one way to AWS: clients, failures in words, the account's set-up
    storage/         lake (folder | S3), session table and ledger (SQLite | DynamoDB): protocols and adapters
    wordpress/       where posts come from: a site's REST API, or a folder of posts; the site's login and lock
    feed_key.py      the key that signs personal calendars: a setting's, a file's or a secret's
    demo/            the bundled sample program, one editable text file per week
    messages/        what is said to people, and its delivery, once: SNS or the console
    reading/         stored sessions as asked for: history and search, JSON answers, calendar, load, CSV, Parquet
    settings/        the one reader of the environment; reports every problem at once
    adapters.py      from settings to the adapters they name
    resources/       Dagster's shells: resources and IO managers
    assets/          the assets, their partitions, checks and previews
    jobs.py          the jobs a person or a schedule launches, and the tags of their runs
    sensors/         new and edited posts, old load and calendar, freshness, run and daily messages
    schedules.py     the weekly schedule
    definitions.py   build_defs(settings, **overrides)
    running/         the job run from the command line, with its progress
    web/             the athlete's page and the API
    cli/             wod …, one module per family of commands
"""

__version__ = "0.1.0"
