"""Servers for tests and benchmarks, on 127.0.0.1 only: each imitates what a real one was seen to do."""
