"""Tests of wod_pipeline.quality."""
