"""Made-up people of the sandbox's default world, and an office."""

from typing import Any

AN = {"kind": "person", "id": "042190000001", "full_name": "NGUYỄN THỊ AN", "birth_date": "1990-05-12"}
BINH = {"kind": "person", "id": "042085000002", "full_name": "TRẦN VĂN BÌNH", "birth_date": "1985-03-20"}
CUC = {"kind": "person", "id": "042192000003", "full_name": "LÊ THỊ CÚC", "birth_date": "1992-11-02"}
DUNG = {"kind": "person", "id": "042078000004", "full_name": "PHẠM VĂN DŨNG", "birth_date": "1978-07-07"}
EN = {"kind": "person", "id": "042195000005", "full_name": "HOÀNG THỊ ÉN", "birth_date": "1995-01-30"}
PHUC = {"kind": "person", "id": "042080000006", "full_name": "VÕ VĂN PHÚC", "birth_date": "1980-09-09"}
GIANG = {"kind": "person", "id": "042088000007", "full_name": "ĐẶNG VĂN GIANG", "birth_date": "1988-04-04"}
HOA = {"kind": "person", "id": "042193000008", "full_name": "BÙI THỊ HOA", "birth_date": "1993-12-12"}
LAM = {"kind": "person", "id": "042082000011", "full_name": "CAO VĂN LÂM", "birth_date": "1982-02-28"}
COMPANY = {"kind": "organization", "id": "3000000012", "full_name": "CÔNG TY TNHH MỘT LẦN THỬ NGHIỆM"}
AGENCY = "000.00.00.H27"


def example(summary: str, value: Any, description: str = "") -> dict[str, Any]:
    return {"summary": summary, "description": description, "value": value}
