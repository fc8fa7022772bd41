"""The grammar of a line: typed tokens, tables of words, and one recursive-descent rule a function (§6 to §9).

Each rule says which tokens it used; what none uses is unread, and stays so visibly.

- `tokens`: a line as words, figures with their units, and signs
- `tables`: `words.toml`, which words stand for what
- `readings`: what rules make of tokens
- `names`, `measures`, `loads`, `rows`, `table_rows`, `brackets`, `terms`, `movements`, `exercises`: the rules
- `variants`, `note_kinds`: lines that only label, and what kind a note is
- `typos`, `known`: misspelt words, and words nobody knows
"""
