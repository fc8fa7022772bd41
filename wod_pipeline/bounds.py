"""The bounds on how much of a site and of a post is read, stored and shown. Pure.

Each bound is declared here once, with what a person sees where it is met; docs/limits.md is made from these. They
are no settings: no post of a coach comes near one, and what is read of a post must not differ between machines. A
bound of a medium or a service (an event's text, an item of DynamoDB) belongs to its adapter.
"""

from __future__ import annotations

from typing import NamedTuple


class Bound(NamedTuple):
    """The most of something, why so many, what becomes of more, and what a person then sees."""

    most: int
    of: str
    why: str
    beyond: str
    seen: str


_POST_CUT = "diagnostic `post_cut`: a warning on the page, in the terminal, `wod status` and `wod check`"

READING_REFUSED = "the reading is refused and nothing of it is stored; what was stored before stays"

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
POSTS_IN_READING = Bound(
    20_000,
    "posts of one reading of a site, announced or sent",
    "twenty years of a post a day are 7,300",
    READING_REFUSED,
    "“… announces 1,000,000 posts; at most 20,000 are read”",
)
PAGES_IN_READING = Bound(
    1_000,
    "pages of one reading of a site, announced or sent",
    "a page has 100 posts, on a site that limits pages to fewer 20",
    READING_REFUSED,
    "“… announces 1,000,000,000 pages; at most 1,000 are read”",
)
BYTES_IN_READING = Bound(
    256 * 2**20,
    "bytes of one reading of a site, decompressed",
    "20,000 posts of 13 KB; a post has some 12 KB",
    READING_REFUSED,
    "“… one reading of the site comes to more than 268,435,456 bytes”",
)
SECONDS_IN_READING = Bound(
    3_600,
    "seconds for one reading of a site, with retries and pauses",
    "200 pages take some 5 minutes; a longer reading would have to begin anew after each edit",
    "the reading fails, and a rerun may help",
    "“… did not finish its response in time”",
)
BYTES_IN_ANSWER = Bound(
    64 * 2**20,
    "bytes of one answer of a site, decompressed, and so of one post",
    "100 posts of half a megabyte; real pages have some 1.6 MB",
    READING_REFUSED,
    "“… sends more than 67,108,864 bytes in one response”",
)
JSON_LEVELS = Bound(
    64,
    "levels of lists and objects within each other in an answer, or in a file of posts",
    "an answer has 4, a post with all that plugins add some 15",
    READING_REFUSED,
    "“… JSON that cannot be read: it is nested too deeply, more than 64 levels”",
)
JSON_VALUES = Bound(
    2_000_000,
    "values of an answer, or of a file of posts, where each comma within texts counts as one",
    "a page has some 30,000; this many take at most half a gigabyte of memory",
    READING_REFUSED,
    "“… JSON that cannot be read: it has more than 2,000,000 values”",
)
READING_BOUNDS = (
    POSTS_IN_READING,
    PAGES_IN_READING,
    BYTES_IN_READING,
    SECONDS_IN_READING,
    BYTES_IN_ANSWER,
    JSON_LEVELS,
    JSON_VALUES,
)
"""The bounds on what a source sends: one reading is all pages of one question, such as for the posts of a year."""
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
)
"""The bounds on a post, in the order in which it meets them."""
