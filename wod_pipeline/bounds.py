"""The bounds on how much of a site, a post and a stored object is read, stored and shown. Pure.

Each bound is declared here once, with what a person sees where it is met; docs/limits.md is made from these. They
are no settings: no post of a coach comes near one, and what is read of a post must not differ between machines. A
bound of a medium or a service (an event's text, an item of DynamoDB) belongs to its adapter.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from msgspec import Meta


class Bound(NamedTuple):
    """The most of something, why so many, what becomes of more, and what a person then sees."""

    most: int
    of: str
    why: str
    beyond: str
    seen: str


LARGEST_POST_ID = 2**63 - 1
"""The ids of posts are 1 to this, the largest number that SQLite holds."""
PostId = Annotated[int, Meta(ge=0, le=LARGEST_POST_ID)]
"""The id of a stored post; 0 where the site sent none."""

_POST_CUT = "diagnostic `post_cut`: a warning on the page, in the terminal, `wod status` and `wod check`"

_READING_REFUSED = "the reading is refused, nothing of it is stored; what was stored before stays"

POSTS_LISTED = Bound(
    50_000,
    "posts of one reading of a site, as announced or received",
    "a coach who posts every day for 50 years has 18,000",
    _READING_REFUSED,
    "an error that names the site and the number it announced",
)
PAGES_LISTED = Bound(
    500,
    "pages of one reading of a site, as announced",
    "a page has 100 posts, on a site that allows fewer perhaps 20",
    _READING_REFUSED,
    "an error that names the site and the number it announced",
)
BYTES_LISTED = Bound(
    2**28,
    "bytes of the pages of one reading of a site, decompressed",
    "ten years of posts have some 10,000,000",
    _READING_REFUSED,
    "an error that names the site",
)
SECONDS_LISTED = Bound(
    3_600,
    "seconds for one reading of a site, with retries and pauses",
    "200 pages take some 5 minutes",
    "the reading fails and nothing of it is stored; a rerun may help",
    "an error that names the site: “did not finish its response in time”",
)
ANSWER_BYTES = Bound(
    2**26,
    "bytes of one answer of a site, decompressed, and so of one post",
    "100 posts of half a megabyte; real pages have some 1,600,000",
    _READING_REFUSED,
    "an error that names the site",
)
JSON_DEPTH = Bound(
    64,
    "levels of lists and objects in a site's answer or a file of posts",
    "a post of WordPress has 4; a plugin's fields have some 10",
    "the answer or file is refused, and nothing of it is used",
    "an error that names it: “nested too deeply, more than 64 levels”",
)
JSON_VALUES = Bound(
    2_000_000,
    "values of a site's answer or a file of posts; each comma within texts counts as one",
    "a page has some 30,000; this many take up to half a gigabyte of memory",
    "the answer or file is refused, and nothing of it is used",
    "an error that names it: “more than 2,000,000 values”",
)
LINES_READ = Bound(
    5_000,
    "lines of a post that are read",
    "a week has some 200",
    "the lines behind are not read; `raw_posts` in the lake keeps the post whole",
    _POST_CUT,
)
CHARACTERS_READ = Bound(
    500_000,
    "characters of a post's text that are read",
    "a week has some 10,000",
    "the text behind is not read; `raw_posts` keeps the post whole",
    _POST_CUT,
)
LINKS_READ = Bound(
    2_000,
    "links of a post that are read",
    "a week has some 50",
    "the words of further links are kept, their addresses are not; `raw_posts` keeps the post whole",
    _POST_CUT,
)
SESSIONS_READ = Bound(
    100,
    "sessions of a post",
    "a post of twelve weeks has 84; each session carries the post's introduction and remarks",
    "the post is read to the heading of the next session; `plain_text_posts` has the lines behind it",
    _POST_CUT,
)
CHARACTERS_MATCHED = Bound(
    600,
    "characters of a line that is matched against the notation; a row of a table is a line",
    "the longest prescription seen has some 200, and a pattern may look at a line many times",
    "the line is kept whole, as a note",
    "the line among the notes",
)
EXERCISES_IN_BLOCK = Bound(
    100,
    "exercises of a block, those of its last line included",
    "a block has one to ten; how the others of a block are done is looked up for each",
    "further lines that would add exercises to the block are kept as notes",
    "diagnostic `block_cut` on the first such line: a warning like the others",
)
REMARKS_KEPT = Bound(
    200,
    "diagnostics of a post, those about the whole post apart",
    "a week has some 5; `wod status` and CSV repeat them",
    "the first by line are kept",
    "diagnostic `remarks_cut` with how many there are more",
)
INTRODUCTION_LINES = Bound(
    200,
    "lines above a post's first session that its sessions carry",
    "an introduction has some 10, and every session of the post has a copy",
    "further lines are in `segmented_exercises` and all before it, not in the session table",
    "diagnostic `introduction_cut`: a warning like the others",
)
LINES_SHOWN = Bound(
    300,
    "lines of a session that are shown at first",
    "a session has some 40",
    "the page has the rest behind “Show all”; the JSON API gives all of it at once",
    "“4,700 more lines of this session are not shown here”; terminal, Markdown and calendar add the post's address",
)
CHARACTERS_SHOWN = Bound(
    40_000,
    "characters of a session that are shown at first, each line counted as it is shown",
    "a session has some 2,000",
    "as with lines",
    "as with lines",
)
LINE_SHOWN = Bound(
    2_000,
    "characters shown of one line",
    "no real line is near it; a longer one would bury the session",
    "the end of the line is left out; the page has it behind “Show all”",
    "“… (98,000 more characters)” behind the line",
)
TEXT_REPEATED = Bound(
    2_000,
    "characters of a text or list that the rows of a CSV or Parquet export repeat",
    "the longest has some 200; a session's notes would stand in each of its rows",
    "the first row of the session, segment, block or exercise has all of it",
    "“… (4,700 items, in the first row of this session only)” as the list's one item, also of the lists beside it",
)
CALENDAR_BYTES = Bound(
    2**20,
    "bytes of a week's calendar in the lake that is carried on",
    "a week's calendar has some 10,000",
    "it is made again from the stored sessions, without its cancelled events",
    "a warning in the log of the run or the page",
)
INDEX_BYTES = Bound(
    2**28,
    "bytes of the stored index of a year, unpacked",
    "a year has some 2,000,000",
    "the index is made again from the stored sessions",
    "a warning in the log",
)
READING_BOUNDS = (
    POSTS_LISTED,
    PAGES_LISTED,
    BYTES_LISTED,
    SECONDS_LISTED,
    ANSWER_BYTES,
    JSON_DEPTH,
    JSON_VALUES,
)
"""The bounds on what a source sends; a reading is all pages of one question, such as for the posts of a year."""
BOUNDS = (
    LINES_READ,
    CHARACTERS_READ,
    LINKS_READ,
    SESSIONS_READ,
    CHARACTERS_MATCHED,
    EXERCISES_IN_BLOCK,
    REMARKS_KEPT,
    INTRODUCTION_LINES,
    LINES_SHOWN,
    CHARACTERS_SHOWN,
    LINE_SHOWN,
    TEXT_REPEATED,
    CALENDAR_BYTES,
    INDEX_BYTES,
)
"""The bounds on a post and what is stored of it, in the order in which it meets them."""
