"""Tests of wod_pipeline.watching."""
