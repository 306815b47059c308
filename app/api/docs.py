"""`/docs`: Swagger UI from this server alone; Authorize is filled in for the demo, whose secrets are public."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.responses import HTMLResponse

_STATIC = "/static-offline-docs"
_REDIRECT = "/docs/oauth2-redirect"
# Nothing may be fetched from elsewhere, not even the online validator's badge.
_HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
}


def install(app: FastAPI, client: tuple[str, str] | None) -> None:
    """`client`: id and secret that Authorize proposes. The assets stand under `/static-offline-docs` already."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{app.title}: API",
        oauth2_redirect_url=_REDIRECT,
        swagger_js_url=f"{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{_STATIC}/favicon.png",
        init_oauth={"clientId": client[0], "clientSecret": client[1]} if client else None,
        swagger_ui_parameters={
            "persistAuthorization": True,
            "tryItOutEnabled": True,
            "validatorUrl": None,
            "defaultModelsExpandDepth": 0,
        },
    )
    redirect = get_swagger_ui_oauth2_redirect_html()

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page.body, headers=_HEADERS)

    @app.get(_REDIRECT, include_in_schema=False)
    async def docs_redirect() -> HTMLResponse:
        return HTMLResponse(redirect.body, headers=_HEADERS)
