"""A real Chromium for the tests marked `browser`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# Debian's Chromium as root in a container: no sandbox, no graphics card, nothing fetched in the background.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def chromium_path() -> str:
    """Where Chromium is: TALENT_TEST_CHROMIUM, which `./run test` sets, or `chromium` on PATH.

    Raises RuntimeError when there is none: a browser test that cannot run must not pass.
    """
    path = os.environ.get("TALENT_TEST_CHROMIUM") or shutil.which("chromium")
    if not path:
        raise RuntimeError("no Chromium: install the package chromium, or name one in TALENT_TEST_CHROMIUM")
    return path


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium and stop it again."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
