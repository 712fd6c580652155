"""What the reading benchmark says of the answers it got."""

from __future__ import annotations

from argparse import Namespace

from benchmarks import web


def test_answers_are_told_by_page_by_reader_and_in_all_and_whatever_is_no_page_is_an_error() -> None:
    """Twenty phones of 10 to 200 ms, one of them refused; a board that never came."""
    answers = [web.Answer("phone", "day", 10.0 * n, 403 if n == 20 else 200) for n in range(1, 21)]
    answers.append(web.Answer("coordinator", "board", 30_000.0, 0))
    lines = {line["what"]: line for line in web._lines(answers, Namespace(seconds=10), {"people": 3})}
    assert list(lines)[-1] == "all"
    assert lines["phones"] == lines["phone: day"] | {"what": "phones"}
    assert (lines["phones"]["p95_ms"], lines["phones"]["errors"], lines["phones"]["a_second"]) == (
        190,
        1,
        2.0,
    )
    assert (lines["all"]["errors"], lines["all"]["most_ms"], lines["all"]["people"]) == (2, 30_000, 3)
