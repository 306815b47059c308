"""What Swagger UI of the two doors says of each group of calls, in the order in which a newcomer needs them."""

Tags = list[dict[str, str]]


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
