"""Words of errors about what is published."""

from app.api.wording.words import Words

PUBLISHED: dict[str, Words] = {
    "unknown-import": Words(
        404, "Không có lượt nhập này", "Kiểm tra lại mã lượt nhập.", "No such import", "Check the import's id."
    ),
    "unknown-publication": Words(
        404,
        "Tháng này chưa công bố, hoặc không có bản này",
        "Xem các bản đã công bố tại /v1/publications.",
        "This month is not published, or has no such revision",
        "See /v1/publications for what is.",
    ),
    "not-in-catalogue": Words(
        404,
        "Danh mục không có mục này",
        "Kiểm tra lại mã; xem danh mục tại /v1/procedures, /v1/document-types, /v1/lists.",
        "Not in the catalogue",
        "Check the code; see /v1/procedures, /v1/document-types, /v1/lists.",
    ),
    "procedure-not-in-force": Words(
        422,
        "Thủ tục chưa có hiệu lực vào ngày này",
        "Không có phiên bản hiệu lực vào ngày yêu cầu; xem facts.in_force_from, hoặc facts.retired_from nếu đã bãi bỏ.",
        "The procedure is not in force on that day",
        "No version is in force on the day of the demand; see facts.in_force_from, or facts.retired_from if abolished.",
    ),
    "components-unknown": Words(
        422,
        "Chưa có thành phần hồ sơ của thủ tục này",
        "Danh mục mới có tên thủ tục: nhập thành phần hồ sơ (motlan catalogue import) hoặc công bố bằng PUT.",
        "The components of this procedure are not known here",
        "The catalogue has its name only: import its components (motlan catalogue import) or publish them by PUT.",
    ),
    "nothing-published": Words(
        422,
        "Đến ngày này chưa công bố danh mục nào",
        "as_known là ngày danh mục đã được công bố; hãy chọn từ facts.known_from trở đi.",
        "Nothing had been published by that day",
        "as_known is a day by which the catalogue had been published; choose facts.known_from or later.",
    ),
    "unknown-procedure": Words(
        422,
        "Không có thủ tục này",
        "Kiểm tra lại mã thủ tục; xem /v1/procedures.",
        "Unknown procedure",
        "Check the code; see /v1/procedures.",
    ),
    "unknown-document-type": Words(
        422,
        "Không có loại giấy tờ này",
        "Kiểm tra lại mã loại giấy tờ; xem /v1/document-types.",
        "Unknown document type",
        "Check the code; see /v1/document-types.",
    ),
    "reading-inconsistent": Words(
        422,
        "Cách đọc tự mâu thuẫn",
        "Chỉ dẫn thì không đòi giấy tờ; relation có khi và chỉ khi có giấy tờ được đòi.",
        "The reading contradicts itself",
        "An instruction asks for no paper; there is a relation where papers are asked for, and only there.",
    ),
    "unknown-list": Words(422, "Không có danh sách này", "Xem /v1/lists.", "Unknown list", "See /v1/lists."),
    "unknown-law": Words(
        422,
        "Không có văn bản này",
        "Căn cứ phải là mã văn bản trong /v1/laws.",
        "Unknown law",
        "A basis must be the id of a law in /v1/laws.",
    ),
    "unknown-revision": Words(
        422,
        "Không có phiên bản danh mục này",
        "Dùng số phiên bản đã công bố.",
        "No such catalogue revision",
        "Use the number of a published revision.",
    ),
    "missing-law": Words(
        422,
        "Không có quy định cho ngày này",
        "Bộ quy tắc không chứa quy định cần thiết vào ngày được hỏi; hãy chọn ngày khác.",
        "No law for that day",
        "The rulebook holds no rule needed on that day; choose another day.",
    ),
    "correction-reason-required": Words(
        422,
        "Đính chính phải nêu lý do",
        "Tháng này đã công bố và nội dung nay đã khác: gửi kèm reason; bản cũ vẫn giữ nguyên.",
        "A correction needs a reason",
        "The month is published and would now say something else: send a reason; the earlier revision stays.",
    ),
    "month-not-begun": Words(
        422,
        "Tháng này chưa đến",
        "Chỉ công bố được tháng đã qua hoặc tháng hiện tại.",
        "This month has not begun",
        "Only a month that is over, or the present one, can be published.",
    ),
}
