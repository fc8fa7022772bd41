"""A post made to do harm, and what must not come of it in any medium."""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.program import RawPost, Rendered, SessionRecord
from wod_pipeline_tests.builders import raw_post, week_records

SCRIPT = "<script>document.title = 'owned'</script>"
LONG_WORD = "W" * 100_000
BIDI = "\u202e\u2066\u200f\u061c"
CONTROLS = "\x1b[2J\x1b]0;owned\x07\x9b31m\x00"

CONTENT = f"""
<p><strong>Monday</strong></p>
<p>A. &lt;img src=x onerror=alert(1)&gt; {BIDI}</p>
<p>Every 2 minutes, for 8 minutes (4 sets):</p>
<p>Snatch x 2 reps @ 70% of 1-RM Snatch</p>
<p>&lt;script&gt;document.title = 'owned'&lt;/script&gt;</p>
<p>&lt;img src=x onerror="document.title='owned'"&gt; &lt;svg/onload=alert(1)&gt; {{{{ 7*7 }}}}
{{% raw %}} ${{7*7}}</p>
<p><a href="javascript:document.title='owned'">a link that is none</a> and
<a href="https://example.com/?q=&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
onclick="document.title='owned'">one</a></p>
<p>{BIDI}drawkcab{BIDI} &#x1b;[2J&#x1b;]0;owned&#7; |a|b| **bold** [x](javascript:alert(1)) &amp;lt;b&amp;gt;</p>
<p>{LONG_WORD}</p>
<p>B. <b onmouseover="document.title='owned'">Two sets of:</b></p>
<p>&lt;b&gt;Sandbag&lt;/b&gt; {BIDI}Tango x 20 meters</p>
<script>document.title = 'owned'</script>
<style>body {{ display: none }}</style><iframe src="https://example.com/"></iframe>
"""
"""Everything at once: tags as text and as tags, handlers, script links, direction overrides, terminal codes, a
line of 100,000 characters, template and Markdown syntax."""


def hostile_post() -> RawPost:
    """The post as a source would give it."""
    post = raw_post(content=CONTENT)
    added = f" {SCRIPT} &lt;script&gt;document.title = &#039;owned&#039;&lt;/script&gt; {BIDI}"
    return replace(post, title=Rendered(post.title.rendered + added))


def hostile_record() -> SessionRecord:
    """The session it becomes."""
    (record,) = week_records(hostile_post()).records
    return record


FORBIDDEN_CHARACTERS = set(
    "\x00\x07\x1b\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
)
"""Characters that steer a terminal or turn the direction of text."""
