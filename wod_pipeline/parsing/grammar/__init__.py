"""The grammar of a line: typed tokens, tables of words, and one recursive-descent rule a function (§6 to §9).

Each rule says which tokens it used; what none uses is unread, and stays so visibly.

- `tokens`: a line as words, figures with their units, and signs
- `tables`: `words.toml`, which words stand for what
- `readings`: what rules make of tokens
- `names`, `families`: which movements words name, and those that are alike
- `measures`: quantities, sides, tempos, pauses, heights and rests
- `percents`, `load_words`, `loads`: how heavy
- `rows`, `row_lines`, `table_rows`: sets one by one, in a line, as a line, and as the row of a table
- `heads`, `amounts`, `brackets`, `clauses`, `terms`: one movement, what stands in front of it, and what is said of it
- `movements`, `exercises`: lines of movements, and the exercises they are
- `variants`, `note_kinds`: lines that only label, and what kind a note is
- `typos`, `known`: misspelt words, and words nobody knows
"""
