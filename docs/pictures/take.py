"""Take the pictures of the README: a demonstration in a browser, on a folder of its own.

make pictures
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
RECERT = [sys.executable, "-m", "recert"]
PATIENCE = 60


def free_port() -> int:
    """Answer a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until pages are answered."""
    for _ in range(10 * PATIENCE):
        try:
            connection = http.client.HTTPConnection("localhost", port)
            connection.request("GET", "/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the demonstration did not come up")


def be(page: Page, key: str) -> None:
    """Become a persona."""
    page.goto("/demo/")
    page.locator(f"form[action='/demo/be/{key}'] button").click()
    page.wait_for_load_state()


def take(page: Page, name: str, *, full: bool = False) -> None:
    """Take a picture, without the line that says it is a demonstration."""
    page.evaluate("document.querySelector('.demo')?.remove()")
    page.screenshot(path=HERE / f"{name}.png", full_page=full)


def all_of_them(page: Page, phone: Page) -> None:
    """Take each picture."""
    be(page, "tunde")
    take(page, "dashboard")
    page.get_by_role("link", name="Show what would change").click()
    take(page, "allocate")
    page.goto("/transcript")
    take(page, "transcript")
    page.goto("/transcript/add")
    page.get_by_role("link").filter(has_text="Formal").first.click()
    page.get_by_label("Title").fill("Safe Sharps at the Bedside")
    page.get_by_label("Completed on").fill(f"{time.gmtime().tm_year}-01-12")
    page.get_by_label("Contact hours").fill("1.5")
    page.locator(".area-row__points").nth(2).fill("1.5")
    page.wait_for_timeout(1500)
    take(page, "activity")
    be(phone, "anh")
    take(phone, "phone")


def main() -> None:
    """Seed, run, look."""
    folder = Path(tempfile.mkdtemp(prefix="recert-pictures-"))
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    where = ["--data", str(folder / "data")]
    seed = [*RECERT, "seed", "--demo", "--certificants", "50", *where]
    subprocess.run(seed, check=True, env=environment)  # noqa: S603  # our own command
    command = [*RECERT, "up", "--demo", "--port", str(port), "--workers", "1", *where]
    running = subprocess.Popen(command, env=environment)  # noqa: S603  # our own command
    try:
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            url = f"http://localhost:{port}"
            desktop, small = {"width": 1200, "height": 860}, {"width": 390, "height": 844}
            page = browser.new_page(viewport=desktop, base_url=url)
            phone = browser.new_page(viewport=small, base_url=url)
            all_of_them(page, phone)
            browser.close()
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
