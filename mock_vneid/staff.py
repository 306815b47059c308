"""The officers of offices, who log in by the world's second provider (`/w/{world}/staff`): made up, and few."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from mock_vneid.specs import Strict, Words

MOST_OFFICERS = 1_000  # of one world

OFFICER_CODE = r"^[A-Z]{2,4}-[0-9]{4,8}$"

Role = Literal["one_stop", "handler", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

PROVINCE = "000.00.00.H27"
COMMUNE = "000.00.31.H27"


@dataclass(frozen=True, slots=True)
class Officer:
    """A staff account. `agency`: the national code of the office they work in."""

    code: str
    full_name: str
    agency: str
    agency_name: str
    roles: tuple[Role, ...]


class OfficerIn(Strict):
    full_name: Words = Field(examples=["LÊ THỊ MỘT CỬA"])
    agency: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}$", examples=[PROVINCE])]
    agency_name: Words = Field(examples=["Trung tâm Phục vụ hành chính công (thử nghiệm)"])
    roles: Annotated[list[Role], Field(max_length=len(ROLES))]

    def officer(self, code: str) -> Officer:
        given = tuple(role for role in ROLES if role in self.roles)
        return Officer(code, self.full_name, self.agency, self.agency_name, given)


_CENTRE = (PROVINCE, "Trung tâm Phục vụ hành chính công tỉnh (thử nghiệm)")
_HALL = (COMMUNE, "Ủy ban nhân dân xã Một Lần (thử nghiệm)")

OFFICERS = {
    officer.code: officer
    for officer in (
        Officer("CB-0001", "LÊ THỊ TIẾP NHẬN", *_CENTRE, ("one_stop",)),
        Officer("CB-0002", "TRẦN VĂN THỤ LÝ", *_CENTRE, ("handler",)),
        Officer("CB-0003", "PHAN THỊ MỘT CỬA", *_HALL, ("one_stop", "handler")),
        Officer("CB-0004", "NGUYỄN VĂN HỘ TỊCH", *_HALL, ("handler",)),
        Officer("CB-0005", "VÕ THỊ TRẢ KẾT QUẢ", *_HALL, ("one_stop",)),
        Officer("CB-0006", "ĐẶNG VĂN KIỂM TRA", *_CENTRE, ("auditor",)),
        Officer("CB-0007", "BÙI THỊ CHƯA PHÂN CÔNG", *_HALL, ()),
    )
}
