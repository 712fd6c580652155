"""A real Chromium for the tests in this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, Request, expect, sync_playwright

expect.set_options(timeout=15_000)  # a slow shared machine is no failure
PATIENCE, STEP = 15_000, 20  # milliseconds
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-quic",
    "--no-first-run",
    # The browser's own calls home, which have no place in a test.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever is not on this machine is asked of nobody.
    "--proxy-server=127.0.0.1:9",
]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, once per run: starting it takes half a second."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        # The driver runs an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, else Playwright's own. Skipped where there is none, save in CI."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None and Path(playwright.chromium.executable_path).exists():
        path = playwright.chromium.executable_path
    if path is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("No Chromium here: install it (apt-get install chromium) to run the browser tests.")
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def desk_in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Panels get real answers at once; the queue to a desk has a test of its own (test_asking.py)."""
    from scheduling import desk
    from scheduling.services import asking

    turn = Lock()  # a desk belongs to one thread at a time, and the live server has many

    def answer(*asked: Any) -> dict[str, Any]:
        with turn:
            return desk.answer(*asked, now=timezone.now())

    monkeypatch.setattr(asking, "_through_the_queue", answer)
    yield
    desk.forget()


@pytest.fixture
def page(chromium: Browser, live_server: object) -> Iterator[Page]:
    """A fresh page on the live server (`page.goto("/")`), strict about what users would not see.

    Fails the test if a script threw an error, the server failed (5xx) or the page asked for
    anything beyond the server.
    """
    base = str(live_server)
    context = chromium.new_context(base_url=base, locale="en-GB", timezone_id="Europe/London")
    troubles: list[str] = []
    waits: set[Request] = set()

    def only_ours(request: Request) -> None:
        waits.add(request)
        if request.url.startswith("http") and not request.url.startswith(base):
            troubles.append(f"asked for {request.url}")

    def answered(request: Request) -> None:
        waits.discard(request)

    # Looked at as they go by: requests that a test holds up are never answered from the browser's cache.
    context.on("request", only_ours)
    for end in ("requestfinished", "requestfailed"):
        context.on(end, answered)
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on(
        "response", lambda answer: answer.status >= 500 and troubles.append(f"{answer.status} {answer.url}")
    )
    yield page
    patience = PATIENCE
    while waits and patience:  # the server must be at rest before the database is emptied
        page.wait_for_timeout(STEP)
        patience -= STEP
    context.close()
    assert not troubles, "; ".join(troubles)
