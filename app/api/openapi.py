"""The OpenAPI document: what the framework cannot know of the routes is added here, once."""

from typing import Any

from fastapi import FastAPI

from app.api.problems import MEDIA_TYPE, MISSING, body_of
from app.api.wording import CATALOGUE

_SUMMARY = "Đã có dữ liệu thì không đòi giấy / no paper for what the State already holds"
_DESCRIPTION = """
Một Lần kiểm tra mọi yêu cầu nộp giấy tờ: giấy tờ đã có trên VNeID hoặc trong cơ sở dữ liệu đã kết nối thì **không được
yêu cầu**, kèm căn cứ pháp lý và cách làm thay thế.

Một Lần judges every demand for paper: what is integrated on VNeID or in a connected database **may not be demanded**;
the answer cites the law and says what to do instead. A refusal is a result, not an error.

Bản demo / demo: **Authorize** (`demo-admin` / `demo-admin-secret`), mở một lệnh, chọn một ví dụ, **Execute**. Bắt đầu /
begin with `POST /v1/paper-demands` → `POST /v1/prefills` → `POST /v1/dossiers` → `…/transitions` (`If-Match: *`).

Trang / pages: công dân / citizens [/cua-toi](/cua-toi) · cán bộ / officers [/quay](/quay) · danh mục / the list
[/danh-muc](/danh-muc).
"""
# In the order in which a newcomer needs them.
_GROUPS = {
    "Yêu cầu giấy tờ": "Cửa kiểm tra / the gate",
    "Quyết định": "Đọc, giải thích, phán quyết lại từ dữ kiện đã lưu / read, explain, replay",
    "Biểu mẫu": "Điền sẵn từ dữ liệu đã có, ký số / filled from the State's data, signatures",
    "Hồ sơ": "Nộp, chuyển bước, yêu cầu bổ sung, in phiếu, đúng hạn / file, move, ask for more, print, deadlines",
    "Kết quả": "Ký, lưu kho, gửi vào ví; thu hồi, đính chính, phí / signed, archived, delivered, corrected; fees",
    "Mã chia sẻ": "Công dân xuất trình từ VNeID, cơ quan hay tổ chức kiểm tra / what a citizen shows from VNeID",
    "Phản ánh": "Công dân báo bị yêu cầu giấy tờ / what citizens report of papers demanded",
    "Sự kiện": "Sổ sự kiện và đăng ký nhận / the log of events, and who is told of them",
    "Danh mục": "Thủ tục, giấy tờ, danh sách, pháp luật / catalogue and law",
    "Công bố": "Danh mục hằng tháng, ký số / the monthly list, signed",
    "Rà soát": "Thành phần hồ sơ đối chiếu với luật / components held against the law",
    "Nhập danh mục": "Nhập tệp, rà soát cách đọc / import files, review readings",
    "Xác thực": "Mã truy cập, OAuth 2.0 client_credentials; Authorize tự lấy / access tokens; Authorize gets one",
    "Vận hành": "Tình trạng, số đo, tin chưa gửi được / health, metrics, messages that came to a stop",
}
# What stands behind a 409 of each call; a paper refused is no error of `assessPaperDemand`.
_CONFLICTS = {
    "assessPaperDemand": "request-in-progress",
    "submitDossier": "request-in-progress",
    "fillForm": "request-in-progress",
    "assessSignatureDemand": "request-in-progress",
    "recheckDossier": "transition-not-allowed",
    "moveDossier": "transition-not-allowed",
    "requestSupplement": "paper-demand-refused",
    "printSlip": "slip-not-due",
    "publishProcedure": "paper-demand-refused",
    "importFile": "request-in-progress",
    "publishMonth": "request-in-progress",
    "subscribe": "too-many-subscriptions",
    "retryMessage": "message-not-stopped",
    "discardMessage": "message-not-stopped",
    "answerReport": "report-not-open",
    "revokeResult": "result-already-revoked",
    "replaceResult": "physical-not-asked",
    "verifyPresentation": "request-in-progress",
    "demandPresentedPaper": "request-in-progress",
}
_MISSING_FORMS = {"readForm": "no-form", "readDeclaredForm": "nothing-declared"}
_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_PROBLEMS = ("/ProblemOut", "/SupplementRefusedOut")
# Any one of the scopes is enough: alternatives, where the framework would write them as one demand for all.
_EITHER = {
    "readDecision": ("demands:write", "dossiers:read"),
    "explainDecision": ("demands:write", "dossiers:read"),
    "replayDecision": ("demands:write", "dossiers:read"),
    "verifyPresentation": ("demands:write", "presentations:verify"),
    "demandPresentedPaper": ("demands:write", "presentations:verify"),
}
# All of the scopes are needed: what filing dossiers alone does not open.
_BOTH = {
    "retryMessage": ["dossiers:write", "journal:read"],
    "discardMessage": ["dossiers:write", "journal:read"],
}


def describe(app: FastAPI) -> None:
    """Replace the app's generator by one that finishes its work; made once, on first demand."""
    app.title, app.version = "Một Lần", "0.1.0"
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
        contact={"name": "Một Lần"},
        license={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    schema["servers"] = [{"url": "/", "description": "Máy chủ này / this server"}]
    schema["tags"] = [{"name": name, "description": text} for name, text in _GROUPS.items()]
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            _operation(path, operation)
    return schema


def _operation(path: str, operation: dict[str, Any]) -> None:
    if scopes := _EITHER.get(operation["operationId"]):
        operation["security"] = [{"motlan": [scope]} for scope in scopes]
    elif both := _BOTH.get(operation["operationId"]):
        operation["security"] = [{"motlan": both}]
    for status, response in operation["responses"].items():
        for content in list(response.get("content", {}).values()):
            if status[0] in "45" and content["schema"].get("$ref", "").endswith(_PROBLEMS):
                content["example"] = body_of(_usual(path, operation["operationId"], status), _TRACE)
                response["content"] = {MEDIA_TYPE: content}


def _usual(path: str, operation_id: str, status: str) -> str:
    """The code that most often stands behind a status of a call, as its example."""
    if status == "404":
        if operation_id in _MISSING_FORMS:
            return _MISSING_FORMS[operation_id]
        return MISSING.get(path.split("/")[2], "not-in-catalogue")
    if status == "409":
        return _CONFLICTS[operation_id]
    return next(code for code, words in CATALOGUE.items() if words.status == int(status))
