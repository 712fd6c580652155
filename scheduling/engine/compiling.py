"""Every function compiled ahead of its use, on all cores: `python -m scheduling.engine.compiling`."""

from __future__ import annotations

import dis
import importlib
import multiprocessing
import os
import pkgutil
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import Any

import scheduling.engine
from scheduling.engine import solve
from scheduling.engine.answers import desk
from scheduling.engine.compiled import DECLARED


def compile_all(processes: int | None = None) -> None:
    """Compiles what the cache does not hold yet: some 130 s of one core.

    First the functions whose types are declared, each after those it calls; then the others, by use.
    """
    _import_everything()
    functions = list(DECLARED)
    order = TopologicalSorter({number: _called(function) for number, function in enumerate(functions)})
    order.prepare()
    fork = multiprocessing.get_context("fork")  # so that each child finds the functions by their numbers
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=fork) as pool:
        compiling: dict[Future[None], int] = {}
        while order.is_active():
            compiling |= {pool.submit(_compile, number): number for number in order.get_ready()}
            for ended in wait(compiling, return_when=FIRST_COMPLETED).done:
                ended.result()
                order.done(compiling.pop(ended))
        for rest in [pool.submit(warm) for warm in (solve.warm, desk.warm_answers, solve.warm_flow)]:
            rest.result()


def _import_everything() -> None:
    for module in pkgutil.walk_packages(scheduling.engine.__path__, f"{scheduling.engine.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def _called(function: Any) -> set[int]:
    """The numbers of the declared functions it calls, itself or through some that are not declared."""
    numbers = {each: number for number, each in enumerate(DECLARED)}
    found: set[int] = set()
    seen, ahead = {function}, [function]
    while ahead:
        source = ahead.pop().py_func
        for name in {i.argval for i in dis.get_instructions(source) if i.opname == "LOAD_GLOBAL"}:
            called = source.__globals__.get(name)
            if called is function:  # calls itself
                continue
            if called in numbers:
                found.add(numbers[called])
            elif hasattr(called, "py_func") and called not in seen:
                seen.add(called)
                ahead.append(called)
    return found


def _compile(number: int) -> None:
    list(DECLARED.values())[number]()


if __name__ == "__main__":
    compile_all()
