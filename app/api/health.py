"""`/healthz`, `/readyz`, `/metrics`: alive, ready to serve, and counted."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.schemas.catalogue import HealthOut, ReadyOut
from app.services import health, outbox
from app.services.desk import Desk

router = APIRouter(tags=["Vận hành"])


@router.get("/healthz", operation_id="healthz", summary="Tiến trình còn sống", response_model=HealthOut)
async def alive() -> dict[str, str]:
    """Không hỏi gì bên ngoài tiến trình / asks nothing outside the process."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Sẵn sàng phục vụ",
    response_model=ReadyOut,
    responses={503: {"model": ReadyOut, "description": "Chưa sẵn sàng / not ready"}},
)
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Cơ sở dữ liệu trả lời, lược đồ đúng phiên bản, danh mục đã nạp / database, schema and catalogue are there."""
    desk: Desk = request.app.state.desk
    checks = await health.checks(desk)
    good = all(checks.values())
    response.status_code = 200 if good else 503
    return {"status": "ready" if good else "not_ready", "checks": checks, "at": desk.clock.now()}


@router.get("/metrics", operation_id="metrics", summary="Số đo (Prometheus)", response_class=Response)
async def metrics(request: Request) -> Response:
    """Theo mẫu đường dẫn, không có dữ liệu cá nhân / by route template, without personal data."""
    await outbox.measure(request.app.state.desk)
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})
