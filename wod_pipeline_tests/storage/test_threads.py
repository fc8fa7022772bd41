"""The first thing a fresh process does, done by several threads at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "use",
    [
        "msgspec.convert(msgspec.to_builtins(value), WeekRecords)",
        "decode(encode(value), WeekRecords)",
        "decode(encode(raw), Weekly[RawPost])",
        "header_from_item(header_item(MONDAY, plan.header))",
    ],
)
def test_several_threads_may_be_the_first_to_read_a_value(use: str) -> None:
    """msgspec builds its description of a type on first use and crashes when two threads do so at once."""
    program = f"""
        import sys, threading
        sys.setswitchinterval(1e-6)
        import msgspec
        from wod_pipeline.program import RawPost, Weekly, WeekRecords, decode, encode
        from wod_pipeline.storage._week import header_from_item, header_item, plan_replacement
        from wod_pipeline_tests.builders import STORED_MONDAY as MONDAY, week_of_words, weekly
        value, raw = week_of_words("Snatch"), weekly(RawPost(id=1))
        plan, barrier = plan_replacement(None, value, allow_empty=False), threading.Barrier(4)
        def read():
            barrier.wait()
            {use}
        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=root, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
