"""The OpenAPI document: what the framework cannot know of the routes is added here, once."""

from typing import Any

from fastapi import FastAPI

from app.api.problems import MEDIA_TYPE

_SUMMARY = "Đã có dữ liệu thì không đòi giấy / no paper for what the State already holds"
_DESCRIPTION = """
Một Lần kiểm tra mọi yêu cầu nộp giấy tờ: giấy tờ đã có trên VNeID hoặc trong cơ sở dữ liệu đã kết nối thì **không được
yêu cầu**, kèm căn cứ pháp lý và cách làm thay thế.

Một Lần judges every demand for paper: what is integrated on VNeID or in a connected database **may not be demanded**;
the answer cites the law and says what to do instead. A refusal is a result, not an error.

Bản demo / demo: bấm **Authorize**, `demo-admin` / `demo-admin-secret`.
"""
_TAGS = [
    {"name": "Yêu cầu giấy tờ", "description": "Cửa kiểm tra / the gate"},
    {"name": "Quyết định", "description": "Đọc, giải thích, phán quyết lại / read, explain, replay"},
    {"name": "Hồ sơ", "description": "Nộp, theo dõi, yêu cầu bổ sung / file, follow, supplement"},
    {"name": "Danh mục", "description": "Thủ tục, giấy tờ, danh sách, pháp luật / catalogue and law"},
    {"name": "Xác thực", "description": "OAuth 2.0 client_credentials"},
    {"name": "Vận hành", "description": "Tình trạng và số đo / health and metrics"},
]
# Any one of the scopes is enough: alternatives, where the framework would write them as one demand for all.
_EITHER = {
    "readDecision": ("demands:write", "dossiers:read"),
    "explainDecision": ("demands:write", "dossiers:read"),
    "replayDecision": ("demands:write", "dossiers:read"),
}


def describe(app: FastAPI) -> None:
    """Replace the app's generator by one that finishes its work; made once, on first demand."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finished(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's documented way


def _finished(schema: dict[str, Any]) -> dict[str, Any]:
    schema["info"].update(
        summary=_SUMMARY,
        description=_DESCRIPTION,
        contact={"name": "Một Lần", "url": "https://example.invalid/motlan", "email": "motlan@example.invalid"},
        license={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    schema["servers"] = [{"url": "/", "description": "Máy chủ này / this server"}]
    schema["tags"] = _TAGS
    for path in schema["paths"].values():
        for operation in path.values():
            _operation(operation)
    return schema


def _operation(operation: dict[str, Any]) -> None:
    if scopes := _EITHER.get(operation["operationId"]):
        operation["security"] = [{"motlan": [scope]} for scope in scopes]
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        problem = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        if status[0] in "45" and problem.endswith(("/ProblemOut", "/SupplementRefusedOut")):
            content[MEDIA_TYPE] = content.pop("application/json")
