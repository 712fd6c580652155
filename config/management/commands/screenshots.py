"""`manage.py screenshots`: the pictures in README and docs/journeys.md, taken of a running demonstration."""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from config.management import journeys

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COMMON, HEAP = 32, 24  # the heaps are cubes of so many steps of red, green and blue
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OURS = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    help = "Take the pictures of README and docs of a site that `make demo` serves, with Chromium."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="a demonstration on this machine")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs" / "images")
        parser.add_argument(
            "--log-ins",
            type=Path,
            default=settings.BASE_DIR / ".private" / "demo-passwords.json",
            help="a JSON file of passwords by user name, as `make demo` keeps it",
        )

        parser.add_argument(
            "--journeys",
            action="store_true",
            help="those of docs/journeys.md instead, which leave a draft and an absence taken back",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        url, out = options["url"].rstrip("/"), options["out"]
        if urlsplit(url).hostname not in OURS:
            raise CommandError("Pictures are taken of a demonstration on this machine, never of real people.")
        try:
            passwords = json.loads(options["log_ins"].read_text())
        except FileNotFoundError:
            raise CommandError(f"{options['log_ins']} is not there: run `make demo` first.") from None
        try:
            from playwright.sync_api import Error, sync_playwright
        except ImportError:
            raise CommandError("Playwright is missing: run `make install-test` first.") from None
        out.mkdir(parents=True, exist_ok=True)
        try:
            with sync_playwright() as driver:
                path = next((found for name in NAMES if (found := shutil.which(name))), None)
                browser = driver.chromium.launch(executable_path=path)
                photographer = Photographer(browser, url, out, passwords)
                for name in photographer.take_journeys() if options["journeys"] else photographer.take():
                    self.stdout.write(f"  {name}")
                browser.close()
        except Error as error:
            raise CommandError(f"No pictures: {error.message.splitlines()[0]}") from error


def fewer_colours(path: Path) -> None:
    """Makes a picture a third of its size: its commonest colours, and one for each heap of the rarer ones."""
    with Image.open(path) as taken:  # Pillow comes with reportlab
        picture = taken.convert("RGB")
    kept: dict[tuple[int, ...], tuple[int, ...]] = {}
    for number, (_, colour) in enumerate(sorted(picture.getcolors(1 << 24), reverse=True)):
        heap = colour if number < COMMON else tuple(part // HEAP for part in colour)
        kept.setdefault(heap, colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in list(kept.values())[:256] for part in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)


class Photographer:
    """Logs in as each role in turn and takes the pages that the README shows."""

    def __init__(self, browser: Browser, url: str, out: Path, passwords: dict[str, str]) -> None:
        self.browser, self.url, self.out, self.passwords = browser, url, out, passwords
        self.taken: list[str] = []

    def take(self) -> list[str]:
        """All pictures; returns the names of the files."""
        self._coordinator()
        self._field_worker()
        self._manager()
        return self.taken

    def take_journeys(self) -> list[str]:
        """Those of docs/journeys.md; they leave a draft and an absence that was taken back."""
        page = self._log_in("coordinator", DESK, scale=1)
        journeys.take(page, self._picture)
        page.context.close()
        page = self._log_in("fire-safety", DESK, scale=1)
        page.goto(f"{self.url}/prevention/")
        self._picture(page, "prevention")
        page.context.close()
        return self.taken

    def _coordinator(self) -> None:
        page = self._log_in("coordinator", DESK)
        self._picture(page, "board")
        page.locator(".grid thead a").first.click()
        page.locator(".track a:has(.saved)").first.click()
        page.locator("#panel h2").first.wait_for()
        self._picture(page, "board-day")
        page.locator("#panel h2 a").first.click()
        page.get_by_role("heading", name="Who comes").wait_for()
        self._picture(page, "person")
        for name, link in (("merges", "Merges"), ("reports", "Reports")):
            page.get_by_role("navigation").get_by_role("link", name=link, exact=True).click()
            page.locator("h1").wait_for()
            self._picture(page, name)
        page.get_by_role("navigation").get_by_role("link", name="Week", exact=True).click()
        page.get_by_role("link", name="Map", exact=True).click()
        page.locator("#map svg, #map canvas").first.wait_for()
        self._picture(page, "map")
        page.context.close()

    def _field_worker(self) -> None:
        page = self._log_in("field-worker", PHONE)
        if ahead := page.locator("a[data-next-visits]").all():
            ahead[0].click()
            page.locator(".stop").first.wait_for()
        self._picture(page, "my-day")
        page.context.close()

    def _manager(self) -> None:
        page = self._log_in("manager", DESK)
        page.goto(f"{self.url}/rejections/")
        self._picture(page, "rejections")
        page.context.close()

    def _log_in(self, name: str, viewport: dict[str, int], *, scale: float = 1.5) -> Page:
        context = self.browser.new_context(
            viewport=viewport, locale="en-GB", timezone_id=settings.TIME_ZONE, device_scale_factor=scale
        )
        page = context.new_page()
        page.goto(f"{self.url}/login/")
        page.get_by_label("Name you log in with").fill(name)
        page.get_by_label("Password").fill(self.passwords[name])
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Log out").wait_for()
        return page

    def _picture(self, page: Page, name: str) -> None:
        page.evaluate("window.scrollTo(0, 0)")
        path = self.out / f"{name}.png"
        page.screenshot(path=path)
        fewer_colours(path)
        self.taken.append(f"{name}.png")
