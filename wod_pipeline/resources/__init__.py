"""Dagster's shells over the adapters: resources that open them, IO managers that keep values in them.

A resource here has configuration a person can read in the UI, an `open()` that returns the plain adapter, and
nothing else; what the adapter does is tested without Dagster. AWS resources import boto3 when they are opened.
"""
