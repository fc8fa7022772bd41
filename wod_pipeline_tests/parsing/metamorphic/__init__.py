"""What must hold between a line and a changed line, whatever the line means: tests that need no labels.

`figures`: another figure is another structure or diagnostic. `unknown_words`: a word that nobody knows is unread and
changes nothing else. `orders`: clauses that may be swapped mean the same in either order. `spellings`: upper case,
other dashes, quotes, spaces and number words mean the same. `round_trip`: a generated line is read as the values it
was made from. Each is a function from a passage to its trials.

`passages` are the lines of one session, from posts or from `prescriptions`, the generator. `tally` counts the trials
by outcome and holds them against `known.txt`: the failures of today, which must match exactly and may only shrink.
``python -m wod_pipeline_tests.parsing.metamorphic --help`` prints the counts for any posts.
"""
