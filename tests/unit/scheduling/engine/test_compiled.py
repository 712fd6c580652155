"""Machine code on disc: compiled ahead in the right order, and kept whole by processes that save at once."""

from __future__ import annotations

import importlib.util
import multiprocessing
import sys
import time
from pathlib import Path

import numba
import pytest
from numba.core.caching import IndexDataCacheFile

from scheduling.engine import compiled, compiling, improve

TWICE = """
from scheduling.engine.compiled import compiled

@compiled
def twice(number: "any"):
    return number + number
"""


def test_a_function_is_compiled_after_those_it_calls():
    """The order counts what is called through functions whose types are not declared."""
    compiling._import_everything()
    names = [function.py_func.__name__ for function in compiled.DECLARED]
    recreate = next(f for f in compiled.DECLARED if f is improve.recreate)
    called = {names[number] for number in compiling._called(recreate)}
    assert "insert" in called
    assert "recreate" not in called


@pytest.mark.parametrize(("locked", "kept"), [(True, 2), (False, 1)])
def test_two_processes_that_save_at_once_lose_nothing(tmp_path, monkeypatch, locked, kept):
    """Without the lock both take the same file, and one would run what the other compiled."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    if not locked:
        monkeypatch.setattr(compiled, "_save_under_a_lock", lambda dispatcher: None)
    (tmp_path / "twofold.py").write_text(TWICE)
    fork = multiprocessing.get_context("fork")
    begun = [fork.Process(target=_compile_slowly, args=(tmp_path, number)) for number in (1, 1.5)]
    for process in begun:
        process.start()
    for process in begun:
        process.join(60)
        assert process.exitcode == 0
    assert len(list(tmp_path.rglob("*.nbc"))) == kept


def _compile_slowly(folder: Path, number: float) -> None:
    """Compile for the type of `number`, dawdling between reading the index and writing it."""
    load = IndexDataCacheFile._load_index

    def load_and_dawdle(file):
        found = load(file)
        time.sleep(0.5)
        return found

    specification = importlib.util.spec_from_file_location("twofold", folder / "twofold.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules["twofold"] = module
    specification.loader.exec_module(module)
    IndexDataCacheFile._load_index = load_and_dawdle
    assert module.twice(number) == 2 * number
