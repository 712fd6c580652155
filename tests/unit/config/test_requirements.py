"""The compiled requirements: hashed, without addresses, and the same for product and tests."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "requirements"
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)


def pins(name: str) -> set[tuple[str, ...]]:
    """Name, version and marker of each requirement of a set."""
    return set(PIN.findall((FOLDER / f"{name}.txt").read_text()))


@pytest.mark.parametrize("name", ["uv", "base", "test"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    """Nothing is installed whose bytes were not seen when the file was compiled."""
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    starts = [number for number, line in enumerate(lines) if line and line[0] not in " #"]
    assert starts
    assert len(starts) == len(pins(name))
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in starts)


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_file_holds_an_address(path: Path) -> None:
    """Where packages come from is the machine's affair, so nothing here names an index."""
    assert not re.search(r"://|--(extra-)?index|--find-links", path.read_text())


def test_the_tests_run_what_the_product_runs() -> None:
    """Each of the product's versions is among those of the tests, which so speak of the product."""
    base, test = ({pin[:2] for pin in pins(name)} for name in ("base", "test"))
    assert base <= test


def test_whatever_is_asked_for_is_compiled() -> None:
    """A line added to an .in file and not compiled (`make lock`) is noticed."""
    for name in ("uv", "base", "test"):
        lines = (FOLDER / f"{name}.in").read_text().splitlines()
        asked = {re.split(r"[^a-z0-9-]", line.lower())[0] for line in lines if line and line[0] not in "-#"}
        assert asked <= {pin[0] for pin in pins(name)}
