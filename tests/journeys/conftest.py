"""A browser, and the system running for it."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect, sync_playwright

from tests.gateway.processor import Processor

AXE = Path(django_settings.ASSETS) / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Playwright runs an event loop of its own in this thread, which Django takes for an asynchronous
# caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "these tests need Chromium; `make test` installs it, as root"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium, live_server):
    """Open a page; `complaints` of the page holds what its console said."""
    contexts = []

    def open_page(*, size=DESKTOP, **options):
        context = chromium.new_context(viewport=size, base_url=live_server.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                page.complaints.append(said.text)
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    with Processor(tmp_path_factory.mktemp("sandbox")) as one:
        yield one


@pytest.fixture
def processor(settings, sandbox):
    """Let cards be paid with, over HTTP, at a processor that charges nothing."""
    settings.CARDS = sandbox.cards()
    return sandbox


def sign_in(page, person):
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill(person.account.email)
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url("**/dashboard")


def axe_complaints(page, within="html"):
    """Answer what axe finds on a page or in a part of it, in lines that say where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("part => axe.run(part, {resultTypes: ['violations']})", within)
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
