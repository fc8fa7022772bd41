"""Tests of wod_pipeline.sensors."""
