"""What is measured: one demand for one paper that a wallet and one registry are asked about, by made-up people."""

import json
from typing import Any

PATH = "/v1/paper-demands"
PROCEDURE = "1.003583"
DOCUMENT_TYPE = "GIAY_CN_KET_HON"
OUTCOME = "REFUSE_PAPER_USE_WALLET"
CLIENT, SECRET = "demo-onestop", "demo-onestop-secret"
PEOPLE = 64


def person(number: int) -> dict[str, str]:
    """A made-up citizen: well-formed number, accented name, full birth date."""
    day = f"1990-{number % 12 + 1:02}-{number % 28 + 1:02}"
    return {"kind": "person", "id": f"042190{number:06}", "full_name": "NGUYỄN THỊ THỬ NGHIỆM", "birth_date": day}


def body(number: int, items: int = 1) -> bytes:
    demand: dict[str, Any] = {
        "procedure": PROCEDURE,
        "agency": "000.00.00.H27",
        "officer": "CB-0001",
        "channel": "counter",
        "subject": person(number),
        "items": [{"ref": f"p{n}", "document_type": DOCUMENT_TYPE, "form": "copy"} for n in range(items)],
    }
    return json.dumps(demand, ensure_ascii=False).encode()
