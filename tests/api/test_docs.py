"""Swagger UI works in a closed network: nothing on its pages comes from elsewhere."""

import json
import re

import pytest

from tests.api.conftest import Service, operations

OUTSIDE = re.compile(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""")


@pytest.mark.parametrize("path", ["/docs", "/docs/oauth2-redirect"])
def test_a_page_asks_for_nothing_outside(service: Service, path: str) -> None:
    page = service.client.get(path)
    assert page.status_code == 200
    assert not OUTSIDE.search(page.text)
    assert "http://" not in page.text and "https://" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_all_that_the_page_asks_for_is_served(service: Service) -> None:
    page = service.client.get("/docs").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(assets) == 3
    for asset in [*assets, "/openapi.json", "/docs/oauth2-redirect"]:
        answer = service.client.get(asset)
        assert answer.status_code == 200 and len(answer.content) > 100, asset
    assert not OUTSIDE.search(service.client.get("/static-offline-docs/swagger-ui.css").text)


def test_the_online_validator_is_off(service: Service) -> None:
    assert '"validatorUrl": null' in service.client.get("/docs").text


def test_authorize_is_filled_in_for_the_demo_and_works(service: Service) -> None:
    found = re.search(r"ui\.initOAuth\((\{.*?\})\)", service.client.get("/docs").text, re.DOTALL)
    assert found
    client = json.loads(found[1])
    answer = service.client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client["clientId"], client["clientSecret"]),
    )
    assert answer.status_code == 200


def test_swagger_ui_fills_in_no_idempotency_key(service: Service) -> None:
    """It would send the same key with every body, and the second would be refused."""
    parameters = [p for _, _, o in operations() for p in o.get("parameters", ()) if p["name"] == "Idempotency-Key"]
    assert parameters
    assert not any({"example", "examples"} & (p.keys() | p["schema"].keys()) for p in parameters)
