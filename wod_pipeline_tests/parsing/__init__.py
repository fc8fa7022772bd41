"""Tests of the parser: one file a section of the notation, and what holds for any input whatever."""
