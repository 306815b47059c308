"""Vietnamese names with weights, NFC, upper case as cards print them; POPULATION.md says where the weights come from.

Family names by region of the birth code, about per mille. Middle and given names are common ones, put in two generations
by hand: plausible, not a statistic.
"""

FAMILY_NAMES: dict[str, tuple[tuple[str, int], ...]] = {
    "north": (
        ("NGUYỄN", 340), ("TRẦN", 85), ("PHẠM", 68), ("LÊ", 65), ("VŨ", 45), ("HOÀNG", 43), ("ĐỖ", 34), ("BÙI", 33),
        ("ĐẶNG", 22), ("NGÔ", 20), ("DƯƠNG", 17), ("PHAN", 16), ("ĐÀO", 15), ("ĐINH", 15), ("TRỊNH", 15), ("LƯƠNG", 13),
        ("HÀ", 13), ("ĐOÀN", 12), ("CAO", 9), ("LƯU", 9), ("MAI", 8), ("TẠ", 8), ("PHÙNG", 8), ("TRƯƠNG", 8),
        ("CHU", 7), ("QUÁCH", 6), ("TÔ", 6), ("LÝ", 5), ("KIỀU", 5), ("NGHIÊM", 5), ("VÕ", 3),
    ),
    "north_central": (
        ("NGUYỄN", 320), ("TRẦN", 92), ("LÊ", 76), ("HOÀNG", 45), ("PHẠM", 43), ("HỒ", 42), ("PHAN", 39), ("VÕ", 22),
        ("BÙI", 21), ("ĐẶNG", 21), ("VI", 20), ("LƯƠNG", 19), ("NGÔ", 18), ("TRƯƠNG", 18), ("CAO", 16), ("ĐINH", 12),
        ("HÀ", 12), ("THÁI", 12), ("ĐẬU", 11), ("DƯƠNG", 7), ("CHU", 7), ("ĐÀO", 6), ("TRỊNH", 6), ("LƯU", 4),
        ("MAI", 4), ("VƯƠNG", 4), ("ĐOÀN", 3), ("PHÙNG", 3), ("TẠ", 2), ("ĐỖ", 2), ("BIỆN", 1),
    ),
    "south": (
        ("NGUYỄN", 310), ("TRẦN", 109), ("LÊ", 95), ("PHẠM", 60), ("HUỲNH", 40), ("VÕ", 30), ("PHAN", 28),
        ("TRƯƠNG", 22), ("BÙI", 21), ("ĐẶNG", 19), ("ĐỖ", 17), ("NGÔ", 17), ("VŨ", 17), ("HỒ", 15), ("DƯƠNG", 15),
        ("HOÀNG", 14), ("ĐINH", 11), ("LÂM", 10), ("LÝ", 9), ("ĐOÀN", 9), ("MAI", 8), ("CAO", 8), ("LƯƠNG", 8),
        ("TRỊNH", 7), ("ĐÀO", 7), ("HÀ", 7), ("LƯU", 6), ("TÔ", 5), ("CHÂU", 5), ("THÁI", 4), ("TẠ", 4),
    ),
}  # fmt: skip


def region(province: str) -> str:
    """Of a birth code: up to Ninh Bình, from Thanh Hóa to Huế, and from Đà Nẵng southward."""
    return "north" if province <= "037" else "north_central" if province <= "046" else "south"


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

# Wives and husbands from abroad: country (ISO 3166-1 alpha-3), weight, names of women, names of men. Put by hand.
FOREIGNERS: tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...] = (
    ("LAO", 20, ("BOUNMY VONGSA", "KHAMLA SAYASONE"), ("SOMPHONE KEOLA", "BOUNTHAVY SIRI")),
    ("TWN", 20, ("CHEN YI-CHUN", "LIN MEI-HUI"), ("CHEN WEI-TING", "HUANG CHIEN-MING")),
    ("KOR", 20, ("KIM SEO-YEON", "PARK JI-WOO"), ("KIM MIN-JUN", "LEE DONG-HYUN")),
    ("CHN", 15, ("WANG XIULAN", "LI NA"), ("ZHANG WEI", "LIU QIANG")),
    ("JPN", 10, ("SATO YUKI", "TANAKA HARUKA"), ("SUZUKI KENTA", "WATANABE SHO")),
    ("USA", 8, ("EMILY CARTER", "GRACE NGUYEN"), ("JAMES MILLER", "DAVID TRAN")),
    ("DEU", 4, ("ANNA SCHMIDT", "JULIA WEBER"), ("LUKAS MÜLLER", "JONAS FISCHER")),
    ("AUS", 3, ("OLIVIA BROWN", "CHLOE LE"), ("JACK WILSON", "THOMAS PHAM")),
)  # fmt: skip
