"""Dagster resources over the adapters, and the IO managers that store weeks with them.

A store's resource has configuration a person can read in the UI and an `open()` that returns the plain adapter,
which is tested without Dagster. Secrets and private settings are kept out of the configuration (`launchpad`): a
resource that needs one holds the settings. Modules that import boto3 (`aws`, `aws_service`, `dynamodb`, `sns`) or
dagster_aws (`s3`) are imported by `wiring` only when the settings choose them.

A module whose resources nest others has no `from __future__ import annotations`: Dagster reads these annotations
when it makes the class.
"""
