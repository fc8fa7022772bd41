"""How the cost of a post grows with its length: posts of any size, the stages that read and show them, CPU times.

`markup` and `posts` make a post of any size, `stages` are the steps it goes through, `cpu` measures one step.
`scripts/bench_growth.py` prints the table of all of them, `test_growth` compares a size with its double.
"""
