"""Vietnamese names with weights, NFC, upper case as cards print them.

Family names: the shares usually quoted from Lê Trung Hoa, "Họ và tên người Việt Nam" (2005), in tenths of a per cent,
with the tail sharing what is left. Middle and given names are common ones, put in two generations by hand: plausible,
not a statistic.
"""

FAMILY_NAMES: tuple[tuple[str, int], ...] = (
    ("NGUYỄN", 384), ("TRẦN", 121), ("LÊ", 95), ("PHẠM", 70), ("HOÀNG", 51), ("PHAN", 45), ("VŨ", 39), ("ĐẶNG", 21),
    ("BÙI", 20), ("ĐỖ", 14), ("HỒ", 13), ("NGÔ", 13), ("DƯƠNG", 10), ("ĐINH", 10), ("LƯƠNG", 9), ("TRỊNH", 9),
    ("ĐÀO", 8), ("TRƯƠNG", 8), ("MAI", 7), ("CAO", 6), ("HÀ", 6), ("LÝ", 5), ("TÔ", 5), ("TẠ", 5), ("THÁI", 5),
    ("LÂM", 5), ("CHU", 4), ("QUÁCH", 4), ("KIỀU", 4), ("NGHIÊM", 4),
)  # fmt: skip

# From Đà Nẵng southward two great families are spoken and written otherwise.
SOUTHERN_FORMS = {"HOÀNG": "HUỲNH", "VŨ": "VÕ"}

# Middle and given names of those born before GENERATION, and since.
GENERATION = 1985

MIDDLE_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "male": (
        (
            "VĂN", "VĂN", "VĂN", "VĂN", "HỮU", "ĐỨC", "XUÂN", "ĐÌNH", "QUANG", "CÔNG",
        ),
        (
            "VĂN", "VĂN", "MINH", "QUỐC", "ĐỨC", "ANH", "GIA", "TUẤN", "HỮU", "THÀNH", "QUANG", "HOÀNG",
        ),
    ),
    "female": (
        (
            "THỊ", "THỊ", "THỊ", "THỊ", "THỊ", "THỊ", "THỊ KIM", "THỊ THANH", "XUÂN", "NGỌC",
        ),
        (
            "THỊ", "THỊ", "THỊ THU", "THỊ NGỌC", "NGỌC", "MINH", "THU", "PHƯƠNG", "KHÁNH", "THANH", "BẢO", "HÀ",
        ),
    ),
}  # fmt: skip

GIVEN_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "male": (
        (
            "AN", "BÌNH", "CƯỜNG", "DŨNG", "ĐỨC", "HẢI", "HẬU", "HIỆP", "HÒA", "HÙNG", "HƯNG", "KHÁNH", "LÂM",
            "LỘC", "LONG", "LỰC", "MẠNH", "MINH", "NAM", "NGHĨA", "PHÚC", "QUÝ", "SƠN", "TÂM", "THẮNG", "THÀNH",
            "THỊNH", "THỌ", "TIẾN", "TOÀN", "TUẤN", "TÙNG", "VINH",
        ),
        (
            "ANH", "BẢO", "ĐẠT", "DUY", "ĐĂNG", "HIẾU", "HOÀNG", "HUY", "KHANG", "KHOA", "KHÔI", "KIÊN", "LONG", "MINH",
            "NAM", "NGUYÊN", "NHÂN", "PHÁT", "PHONG", "PHÚC", "QUÂN", "QUANG", "SƠN", "TÀI", "THIỆN", "TRÍ", "TRUNG",
            "TÚ", "TUẤN", "VIỆT", "VINH",
        ),
    ),
    "female": (
        (
            "BÌNH", "CÚC", "DUNG", "ĐÀO", "HÀ", "HẠNH", "HIỀN", "HOA", "HỒNG", "HUỆ", "HƯƠNG", "LAN", "LIÊN",
            "LOAN", "LÝ", "MAI", "MINH", "NGA", "NGUYỆT", "NHUNG", "OANH", "PHƯỢNG", "QUY", "SEN", "TÂM", "THẢO",
            "THỦY", "THƠM", "TUYẾT", "VÂN", "XUÂN", "YẾN",
        ),
        (
            "AN", "ANH", "CHÂU", "CHI", "DIỆP", "GIANG", "HÀ", "HÂN", "HIỀN", "HƯƠNG", "KHUÊ", "LAM", "LAN", "LINH",
            "LY", "MAI", "MY", "NGÂN", "NGỌC", "NHI", "NHƯ", "PHƯƠNG", "QUỲNH", "THẢO", "THƯ", "TRANG", "TRÂM", "TRÀ",
            "UYÊN", "VY", "YẾN",
        ),
    ),
}  # fmt: skip

TRADES = (
    "THƯƠNG MẠI VÀ DỊCH VỤ", "XÂY DỰNG", "VẬN TẢI", "NÔNG SẢN", "THỦY SẢN", "CƠ KHÍ", "VẬT LIỆU XÂY DỰNG", "DU LỊCH",
    "CÔNG NGHỆ", "THỰC PHẨM", "MAY MẶC", "IN ẤN", "DƯỢC PHẨM", "NỘI THẤT", "GIỐNG CÂY TRỒNG",
)  # fmt: skip

BRANDS = (
    "AN PHÁT", "BÌNH MINH", "ĐẠI LỘC", "ĐỒNG TÂM", "GIA HƯNG", "HÀ THÀNH", "HỒNG LĨNH", "HƯNG THỊNH", "KHÁNH AN",
    "LAM GIANG", "MINH KHANG", "NAM VIỆT", "PHÚ QUÝ", "SAO MAI", "SÔNG LA", "TÂN TIẾN", "THÀNH CÔNG", "TRƯỜNG SƠN",
    "TÍN NGHĨA", "VIỆT PHÁT",
)  # fmt: skip
