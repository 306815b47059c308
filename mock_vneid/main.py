"""The sandbox as a program: the faces on one port, the control door on another, one universe behind both."""

import argparse
import os
import signal
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mock_vneid import door_docs, face_docs, scenario
from mock_vneid.faces import (
    lgsp,
    ndxp,
    oidc,
    oidc_login,
    portal,
    soap,
    vnconnect,
    vneid_envelope,
    wallet,
    wallet_page,
    wallet_presentations,
    wallet_results,
    wallet_subscriptions,
)
from mock_vneid.faces.control_out import HealthOut
from mock_vneid.faces.straight import Straight
from mock_vneid.faces.visits import Recorder, Refusal, Visit, answer
from mock_vneid.misses import note_no_such_path
from mock_vneid.problems import BodyLimit, NoContent, Problem, on_http_exception, on_invalid, on_problem
from mock_vneid.server import Door, Later, listen, run, url_of
from mock_vneid.specs import DEFAULT_WORLD
from mock_vneid.universe import Universe
from mock_vneid.worlds import LimitReached

VERSION = "0.1.0"
# The framework's own: it would ask the environment at every request, and nothing here reads it.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
# Every call in sight, the many schemas folded away.
_SWAGGER = {"defaultModelsExpandDepth": 0, "tryItOutEnabled": True}
_NOT_REAL = (
    "A sandbox with made-up people. "
    "It is not VNeID, not NDXP, not the national portal, and no official specification of any of them."
)


def refuse_production() -> None:
    if os.environ.get("MOTLAN_ENV", "").strip().lower() == "production":
        raise SystemExit(
            "mock_vneid: a sandbox that vouches for made-up people; it does not start with MOTLAN_ENV=production"
        )


def create_universe(public_url: str | None = None) -> Universe:
    """All worlds of a process, `default` as its scenario says. Issuers begin with `public_url`, else with the Host."""
    return Universe(scenario.state_of(scenario.load()), public_url)


def _visit(request: Request) -> Visit | None:
    return getattr(request.state, "visit", None)


async def _on_refusal(request: Request, error: Refusal) -> Response:
    if visit := _visit(request):
        visit.entry.error = error.body.get("error") or error.body.get("error_code")
        visit.entry.says = error.body.get("error_description") or error.body.get("message")
    return answer(error.body, error.status, error.headers)


async def _on_no_such_path(request: Request, error: HTTPException) -> Response:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    if visit := _visit(request):
        note_no_such_path(visit, request.method, request.app.openapi()["paths"])
    return await _on_refusal(
        request,
        Refusal(error.status_code, {"error": code, "error_description": error.detail}, dict(error.headers or {})),
    )


def _describe_faces(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI of the faces: the world in each path, and where Swagger UI gets its tokens."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            world = {
                "name": "world",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "default": "default"},
            }
            for path, operations in schema["paths"].items():
                if path.startswith("/w/{world}"):
                    for method, operation in operations.items():
                        face_docs.describe(path, method, operation)
                        operation["parameters"].insert(0, world)
                        if path.startswith("/w/{world}/staff/"):
                            operation["tags"] = ["staff login"]
            flows = {
                "wallet": (
                    "/w/default/oidc/token",
                    {
                        "wallet.search": "search documents",
                        "wallet.deliver": "deliver results",
                        "wallet.redeem": "redeem presentations",
                        "wallet.subscribe": "be told of changes",
                    },
                ),
                "ndxp": ("/w/default/ndxp/token", {"ndxp.read": "ask data services"}),
            }
            schema.setdefault("components", {})["securitySchemes"] = {
                name: {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": scopes}}}
                for name, (url, scopes) in flows.items()
            }
            app.openapi_schema = schema
        return app.openapi_schema

    return openapi


def _describe_control(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI of the control door, with bodies to send."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            door_docs.give_examples(made())
        return made()

    return openapi


def create_faces(universe: Universe) -> FastAPI:
    """What the app under test talks to."""
    refuse_production()
    app = FastAPIOffline(
        title="mock_vneid: faces",
        version=VERSION,
        description=f"{_NOT_REAL} Client: `motlan-tthc` / `motlan-tthc-secret`.",
        openapi_tags=door_docs.FACES,
        swagger_ui_parameters=_SWAGGER,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.universe = universe
    for face in (
        oidc,
        oidc_login,
        wallet,
        wallet_results,
        wallet_subscriptions,
        wallet_presentations,
        wallet_page,
        ndxp,
        portal,
        soap,
        lgsp,
        vneid_envelope,
        vnconnect,
    ):
        app.include_router(face.router)

    @app.get("/healthz", tags=["health"])
    async def healthz() -> HealthOut:
        return HealthOut(worlds=len(universe.worlds))

    @app.get("/", include_in_schema=False)
    async def front() -> RedirectResponse:
        return RedirectResponse("/docs")

    app.exception_handler(Refusal)(_on_refusal)
    app.exception_handler(HTTPException)(_on_no_such_path)
    app.add_middleware(Recorder, universe=universe)
    app.openapi = _describe_faces(app)  # type: ignore[method-assign]  # the documented way to extend it
    return app


async def _on_limit(request: Request, error: LimitReached) -> Response:
    return await on_problem(request, Problem(409, str(error)))


def create_control(universe: Universe) -> FastAPI:
    """What tests talk to: the other door of the same universe."""
    # Half of what the sandbox has to load is for this door alone, and the faces need not wait for it.
    from mock_vneid.faces import (
        control,
        control_clients,
        control_journal,
        control_observed,
        control_personas,
        control_presentations,
        control_results,
        control_staff,
        control_webhooks,
        control_worlds,
    )
    from mock_vneid.pages import world as world_page

    refuse_production()
    app = FastAPIOffline(
        title="mock_vneid: control",
        version=VERSION,
        description=_NOT_REAL,
        openapi_tags=door_docs.CONTROL,
        swagger_ui_parameters=_SWAGGER,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.state.universe = universe
    for part in (
        control,
        control_personas,
        world_page,
        control_clients,
        control_staff,
        control_results,
        control_presentations,
        control_webhooks,
        control_observed,
        control_worlds,
        control_journal,
    ):
        app.include_router(part.router)

    @app.get("/healthz", tags=["health"])
    async def healthz() -> HealthOut:
        return HealthOut(worlds=len(universe.worlds))

    @app.get("/", include_in_schema=False)
    async def front() -> RedirectResponse:
        return RedirectResponse(f"/worlds/{DEFAULT_WORLD}/page")

    app.exception_handler(Problem)(on_problem)
    app.exception_handler(LimitReached)(_on_limit)
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_invalid)
    app.add_middleware(BodyLimit)
    app.add_middleware(NoContent)
    app.openapi = _describe_control(app)  # type: ignore[method-assign]  # as above
    return app


def doors_of(universe: Universe) -> list[Door]:
    """The faces and the control door, each ready to be put on a socket."""
    control = Later(lambda: create_control(universe))
    return [Door(create_faces(universe), universe, Straight(universe)), Door(control, universe)]


def serve(host: str = "127.0.0.1", port: int = 9000, control_port: int = 9001, public_url: str | None = None) -> None:
    """Open both doors and serve until SIGTERM or SIGINT. Blocks; call it from the main thread."""
    refuse_production()
    universe = create_universe(public_url)
    try:
        listeners = [listen(host, port), listen(host, control_port)]
    except OSError as error:
        raise SystemExit(
            f"mock_vneid: cannot listen on {host}, ports {port} and {control_port}: {error.strerror or error}"
        ) from error

    def on_signals(stop: Callable[[], None]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop())
        print(
            f"mock_vneid: faces on {url_of(listeners[0])}, control on {url_of(listeners[1])}; Swagger UI at /docs",
            flush=True,
        )

    run(list(zip(doors_of(universe), listeners, strict=True)), on_signals)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 0) >= 0
    except ValueError:
        good = False
    if not good or set(text) & set("?#@ "):
        raise argparse.ArgumentTypeError("a base is http(s)://host[:port][/path], without query and fragment")
    return text


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("mock_vneid", description=_NOT_REAL)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=9000, help="of the faces (default 9000; 0 takes a free one)")
    parser.add_argument(
        "--control-port", type=_port, default=9001, help="of the control door (default 9001; 0 takes a free one)"
    )
    parser.add_argument(
        "--public-url",
        type=_public_url,
        help="base of the issuers, when it is not what requests carry in their Host header",
    )
    given = parser.parse_args(arguments)
    serve(given.host, given.port, given.control_port, given.public_url)
