"""Swagger UI as a newcomer meets it, in a real browser: Authorize lets in, and an example runs.

Needs what `tests/pages/test_browser.py` needs.
"""

from pathlib import Path

import pytest

from tests.e2e.province import province
from tests.pages.browsing import AXE, CHROMIUM, WHY, chromium

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)


def test_authorize_offers_the_one_thing_that_lets_in_and_an_example_runs(seeded_sqlite: str, tmp_path: Path) -> None:
    with province(seeded_sqlite, tmp_path / "log") as town, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{town.ports.base}/docs")
        page.locator(".auth-wrapper button.authorize").click()
        dialog = page.locator(".modal-ux")
        assert dialog.locator(".auth-container").count() == 1
        assert dialog.get_by_label("client_id:").input_value() == "demo-admin"
        dialog.locator("button.authorize").click()
        dialog.locator("button.btn-done").click()

        call = page.locator("[id$=-assessPaperDemand]")
        call.locator(".opblock-summary-control").click()
        call.get_by_role("button", name="Execute").click()
        assert call.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0] == "200"
