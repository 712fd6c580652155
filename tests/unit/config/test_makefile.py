"""`make` tells a newcomer what there is."""

import re
import subprocess
from pathlib import Path

CODE = Path(__file__).resolve().parents[3]


def test_make_alone_lists_every_target_with_a_sentence() -> None:
    """Each target is listed but those that others use inside."""
    listed = subprocess.run(["make", "-s"], cwd=CODE, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):", (CODE / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"^make ([a-z-]+) +\S+", listed, re.MULTILINE) == [
        target for target in targets if target not in ("install-test", "check-types", "check-rest")
    ]
