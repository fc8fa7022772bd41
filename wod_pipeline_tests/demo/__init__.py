"""Tests of the bundled sample program."""
