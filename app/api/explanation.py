"""A decision as a text a citizen and an officer can read, in Vietnamese."""

from collections.abc import Iterator, Mapping
from typing import Any

_OUTCOMES = {
    "refused": "KHÔNG ĐƯỢC YÊU CẦU",
    "partly_refused": "MỘT PHẦN KHÔNG ĐƯỢC YÊU CẦU",
    "lawful": "ĐƯỢC YÊU CẦU",
    "waiting": "CHỜ NGUỒN DỮ LIỆU",
}
_STATUS = {
    "held": "có, còn giá trị",
    "not_linked": "có, chưa liên kết",
    "not_held": "không có",
    "expired": "hết hạn",
    "revoked": "đã bị thu hồi",
    "mismatch": "không khớp họ tên hoặc ngày sinh",
    "no_answer": "không trả lời",
}
_SOURCES = {"wallet": "VNeID", "registry": "cơ sở dữ liệu", "archive": "kho dữ liệu của tỉnh"}
_FORMS = {
    "original": "bản chính",
    "copy": "bản sao",
    "certified_copy": "bản sao chứng thực",
    "electronic": "bản điện tử",
}


def explain(decision: Mapping[str, Any], procedure: str) -> str:
    """The whole decision, one paragraph a paper."""
    return "\n".join(_lines(decision, procedure)) + "\n"


def _lines(decision: Mapping[str, Any], procedure: str) -> Iterator[str]:
    yield "QUYẾT ĐỊNH KIỂM TRA YÊU CẦU GIẤY TỜ"
    yield f"Mã quyết định: {decision['decision_id']}"
    yield f"Thủ tục: {procedure}"
    yield f"Pháp luật áp dụng tại ngày: {_day(decision['law_as_of'])}"
    yield f"Kết luận chung: {_OUTCOMES[decision['outcome']]}"
    for number, finding in enumerate(decision["findings"], 1):
        yield ""
        yield f"{number}. {finding['because']['vi']}"
        yield from (f"   Căn cứ: {_citation(c)}" for c in finding["citations"])
        yield from (f"   Tra cứu: {_lookup(x)}" for x in finding["lookups"])
        yield f"   Việc cần làm: {finding['remedy']['text']['vi']}"
        if finding["lawful_forms"]:
            yield f"   Hình thức được yêu cầu: {', '.join(_FORMS[f] for f in finding['lawful_forms'])}"
        if finding["lawful_if"]:
            yield f"   Chỉ được yêu cầu bản giấy nếu: {' và '.join(f['text']['vi'] for f in finding['lawful_if'])}"
        if finding["should_have_been_cut"]:
            yield "   Lưu ý: thành phần này lẽ ra đã phải được cắt giảm khỏi thủ tục."
        if any(note["status"] == "candidate" for note in finding["lists"]):
            yield "   Lưu ý: có danh sách viện dẫn chưa được xác nhận với văn bản gốc."


def _citation(c: Mapping[str, Any]) -> str:
    place = f", {c['provision']}" if c["provision"] else " (chưa xác định được điều khoản)"
    since = f", hiệu lực từ {_day(c['in_force_from'])}" if c["in_force_from"] else ""
    return f"{c['title']}{place}{since}"


def _lookup(x: Mapping[str, Any]) -> str:
    service = f" ({x['service']})" if x["service"] else ""
    cause = f": {x['cause']}" if x["cause"] else ""
    return f"{x['document_type']} tại {_SOURCES[x['source']]}{service}: {_STATUS[x['status']]}{cause}"


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))
