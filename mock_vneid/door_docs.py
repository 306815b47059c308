"""What Swagger UI of the two doors says: each group of calls, in the order in which a newcomer needs them, and bodies
of the control door that can be sent as they stand.
"""

from typing import Any

Tags = list[dict[str, str]]
Examples = dict[str, dict[str, Any]]


def _tags(**groups: str) -> Tags:
    return [{"name": name.replace("_", " "), "description": text} for name, text in groups.items()]


FACES: Tags = _tags(
    tokens="Lấy mã truy cập / access tokens: client_credentials for the wallet and the data services, codes of a login",
    wallet="Ví VNeID / the document wallet: search, delivered results, share codes, webhooks",
    ndxp="Dịch vụ dữ liệu / the data services of NDXP, by code",
    portal="Cổng Dịch vụ công quốc gia / the national portal: catalogue, dossiers, progress (observed)",
    login="Đăng nhập của công dân / citizens log in: OpenID Connect, code with PKCE",
    staff_login="Đăng nhập của cán bộ / officers log in: a second issuer, the same rules",
    soap="Dân cư 037, 033, 034 qua SOAP 1.1 / the population services in SOAP (observed)",
    lgsp="Qua trục LGSP của tỉnh / through a province's gateway (observed)",
    vneid="Đăng nhập VNeID mã hóa / the login whose answers are encrypted (observed)",
    vnconnect="Đăng nhập qua Cổng DVC quốc gia / the login through the national portal (observed)",
    health="Còn chạy không / is it up",
)

CONTROL: Tags = _tags(
    worlds="Thế giới / isolated universes: make, fork, reset, delete",
    people="Người / people by hand or virtual, and what each face tells of them (drift)",
    personas="Người mẫu / named people, one for each situation an office meets",
    organizations="Tổ chức / organisations and who represents them",
    holdings="Giấy tờ ai đang có / what wallet and registries hold about somebody",
    faults="Lỗi có tên / wrong by name, for whom, how often; `GET /faults` lists the kinds",
    clock="Đồng hồ / time of a world: set, advance, freeze",
    journal="Nhật ký / every request with what matched and the nearest miss; assertions",
    debug="Vì sao mã bị từ chối / a token looked at check by check",
    pages="Trang xem / a world to look at, live",
    results="Kết quả đã gửi vào ví / delivered results, and who may sign them",
    presentations="Mã chia sẻ / share codes made for somebody",
    webhooks="Tin của ví / the wallet's subscriptions and deliveries",
    dossiers="Hồ sơ đã báo lên Cổng / dossiers reported to the portal, and the national index",
    procedures="Thủ tục trên Cổng / what the portal publishes",
    licences="Quyền khai thác / which procedures and officers may ask",
    clients="Hệ thống được đăng ký / clients, secrets, redirect URIs",
    staff="Tài khoản cán bộ / officers' accounts",
    snapshots="Ảnh chụp / a world's state, kept and restored",
    files="Xuất, nhập / a world as a file",
    keys="Khóa ký / signing keys",
    health="Còn chạy không / is it up",
)


def _examples(**told: tuple[str, Any]) -> Examples:
    return {name: {"summary": summary, "value": value} for name, (summary, value) in told.items()}


# By method and path. What is not here has its example in its model.
BODIES: dict[tuple[str, str], Examples] = {
    ("post", "/worlds"): _examples(
        empty=("Thế giới trống cho một ca kiểm thử / empty, for one test", {"population": "empty", "seed": 7}),
        then=("Dân số ảo vào một ngày khác / virtual, on another day", {"now": "2026-01-01", "population": "virtual"}),
        copy=("Bản sao của một thế giới / a copy of one", {"from": "default"}),
    ),
    ("post", "/worlds/{world}/fork"): _examples(unnamed=("Tên tự đặt / a name is made up", {})),
    ("put", "/worlds/{world}/people/{id}"): _examples(
        an=(
            "Người đặt bằng tay / by hand",
            {"full_name": "NGUYỄN THỊ AN", "birth_date": "1990-05-12", "sex": "female"},
        ),
    ),
    ("put", "/worlds/{world}/organizations/{id}"): _examples(
        company=("Một công ty / a company", {"name": "CÔNG TY TNHH MỘT LẦN THỬ NGHIỆM"}),
    ),
    ("put", "/worlds/{world}/people/{id}/holdings/{document_type}"): _examples(
        held=(
            "Đã liên kết, cơ sở dữ liệu cũng có / linked, and held",
            {"wallet": "linked", "registry": "held", "number": "042190000001", "issued_on": "2022-01-01"},
        ),
        expired=(
            "Hết hạn / expired",
            {"wallet": "linked", "registry": "held", "issued_on": "2014-01-01", "valid_until": "2024-06-30"},
        ),
    ),
    ("put", "/worlds/{world}/organizations/{id}/holdings/{document_type}"): _examples(
        held=("Cơ sở dữ liệu có / held", {"registry": "held", "number": "3000000012", "issued_on": "2020-01-01"}),
    ),
    ("put", "/worlds/{world}/procedures/{code}"): _examples(
        birth=(
            "Đăng ký khai sinh / birth registration",
            {
                "name": "Thủ tục đăng ký khai sinh",
                "sector": "Hộ tịch",
                "level": "xã",
                "agency": "Ủy ban nhân dân cấp xã",
                "components": [{"position": 1, "name": "Giấy chứng sinh", "originals": 1}],
            },
        ),
    ),
    ("put", "/worlds/{world}/licences"): _examples(
        all=("Tất cả / everything", {}),
        one=("Chỉ một thủ tục: còn lại bị 004 / one: the others are answered 004", {"procedures": ["1.001193"]}),
    ),
    ("post", "/worlds/{world}/faults"): _examples(
        once=(
            "Hai lần 503 cho một người / 503 twice, for one person",
            {"face": "wallet", "kind": "http_503", "match": {"person": "042190000001"}, "times": 2},
        ),
        some=(
            "Chữ ký sai, một phần tư / bad signatures, a quarter",
            {"face": "wallet", "kind": "bad_signature", "match": {"document_type": "CAN_CUOC"}, "share": 0.25},
        ),
    ),
    ("post", "/worlds/{world}/clock"): _examples(
        ahead=("Đi tới 30 ngày / 30 days ahead", {"advance": "P30D"}),
        stop=("Dừng ở một lúc / stopped at a moment", {"now": "2026-01-01T00:00:00+07:00", "frozen": True}),
        on=("Chạy tiếp / goes on", {"frozen": False}),
    ),
    ("put", "/worlds/{world}/clients/{client_id}"): _examples(
        login=(
            "Đăng nhập công dân / logs citizens in",
            {"secret": "my-rp-secret", "redirect_uris": ["http://127.0.0.1:9999/callback"]},
        ),
    ),
    ("put", "/worlds/{world}/staff/{code}"): _examples(
        officer=(
            "Cán bộ một cửa / one-stop officer",
            {
                "full_name": "LÊ THỊ TIẾP NHẬN",
                "agency": "000.00.00.H27",
                "agency_name": "Trung tâm Phục vụ hành chính công tỉnh (thử nghiệm)",
                "roles": ["one_stop"],
            },
        ),
    ),
    ("put", "/worlds/{world}/issuers/{agency}"): _examples(
        key=(
            "Khóa công khai của nơi cấp / the issuer's public key",
            {
                "keys": [
                    {
                        "kty": "EC",
                        "crv": "P-256",
                        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                        "kid": "example",
                    }
                ]
            },
        ),
    ),
    ("post", "/worlds/{world}/people/{id}/presentations"): _examples(
        share=(
            "Chia sẻ hai trường / two fields shared",
            {
                "mode": "sharing",
                "document_type": "CAN_CUOC",
                "fields": ["full_name", "birth_date"],
                "purpose": "Đăng ký khai sinh",
            },
        ),
        valid=(
            "Chỉ có/không / yes or no",
            {"mode": "validation", "document_type": "CAN_CUOC", "purpose": "Đăng ký khai sinh"},
        ),
    ),
    ("post", "/worlds/{world}/profile"): _examples(
        hostile=("Từ chối 5 % yêu cầu đúng / refuses 5 % of good calls", {"name": "hostile"}),
        calm=("Trở lại bình thường / calm again", {"name": "calm"}),
    ),
    ("post", "/worlds/{world}/journal/assertions"): _examples(
        asked=(
            "Ví được hỏi, rồi đến NDXP / the wallet was asked, then NDXP",
            {
                "assertions": [
                    {"match": ["face:wallet", "status:200"], "at_least": 1},
                    {"order": [["face:wallet"], ["face:ndxp"]]},
                ]
            },
        ),
    ),
    ("post", "/debug/assertion"): _examples(
        token=(
            "Một mã không ai ký / a token nobody signed",
            {"token": "eyJhbGciOiJub25lIn0.eyJpc3MiOiJub2JvZHkifQ.", "world": "default"},
        ),
    ),
}


def give_examples(schema: dict[str, Any]) -> None:
    """Put the bodies into the control door's OpenAPI document."""
    for (method, path), examples in BODIES.items():
        schema["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"] = examples
