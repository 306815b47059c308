"""Words of all errors, by their stable code: status, and title and detail in Vietnamese and English."""

from typing import NamedTuple


class Words(NamedTuple):
    status: int
    title_vi: str
    detail_vi: str
    title_en: str
    detail_en: str


CATALOGUE: dict[str, Words] = {
    "bad-json": Words(
        400,
        "Nội dung không phải JSON hợp lệ",
        "Hãy gửi một đối tượng JSON mã hóa UTF-8, mỗi khóa chỉ một lần, không NaN hay Infinity.",
        "The body is not valid JSON",
        "Send one JSON object, encoded in UTF-8, each key once, without NaN or Infinity.",
    ),
    "unauthorized": Words(
        401,
        "Chưa xác thực",
        "Cần mã truy cập còn hiệu lực: lấy tại POST /oauth/token rồi gửi trong tiêu đề Authorization: Bearer.",
        "Not authenticated",
        "A valid access token is needed: get one at POST /oauth/token and send it as Authorization: Bearer.",
    ),
    "insufficient-scope": Words(
        403,
        "Không đủ quyền",
        "Mã truy cập không có phạm vi (scope) mà lệnh gọi này cần.",
        "Not enough rights",
        "The access token lacks the scope this call needs.",
    ),
    "not-found": Words(
        404, "Không có địa chỉ này", "Xem danh sách lệnh gọi tại /docs.", "No such address", "See /docs for all calls."
    ),
    "unknown-decision": Words(
        404,
        "Không có quyết định này",
        "Kiểm tra lại mã quyết định.",
        "No such decision",
        "Check the decision's id.",
    ),
    "unknown-dossier": Words(
        404, "Không có hồ sơ này", "Kiểm tra lại mã hồ sơ.", "No such dossier", "Check the dossier's code."
    ),
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
    "method-not-allowed": Words(
        405,
        "Không hỗ trợ phương thức này",
        "Xem các phương thức được hỗ trợ tại /docs.",
        "Method not allowed",
        "See /docs for the methods of this address.",
    ),
    "paper-demand-refused": Words(
        409,
        "Yêu cầu giấy tờ bị từ chối",
        "Có giấy tờ không được phép yêu cầu; không gửi gì tới công dân. Xem căn cứ và cách làm thay thế kèm theo.",
        "The demand for paper is refused",
        "Some papers may not be demanded; nothing was sent to the citizen. See the grounds and what to do instead.",
    ),
    "request-in-progress": Words(
        409,
        "Yêu cầu đang được xử lý",
        "Yêu cầu đầu tiên với Idempotency-Key này chưa xong; hãy thử lại sau giây lát.",
        "The request is still running",
        "The first request under this Idempotency-Key is not finished; try again in a moment.",
    ),
    "transition-not-allowed": Words(
        409,
        "Không được chuyển trạng thái như vậy",
        "Trạng thái hiện tại của hồ sơ không cho phép bước này; xem các trạng thái được phép trong facts.allowed.",
        "This move is not allowed",
        "The dossier's present status does not allow it; see facts.allowed.",
    ),
    "version-stale": Words(
        412,
        "Hồ sơ đã thay đổi",
        "Có người đã sửa hồ sơ sau lần đọc của bạn: đọc lại hồ sơ, lấy ETag mới rồi gửi lại với If-Match.",
        "The dossier has changed",
        "Somebody changed it since you read it: read it again and send the new ETag as If-Match.",
    ),
    "body-too-large": Words(
        413,
        "Nội dung quá lớn",
        "Nội dung tối đa 1 MiB (tệp nhập vào danh mục: 32 MiB); hãy chia nhỏ.",
        "The body is too large",
        "At most 1 MiB (a file to be imported: 32 MiB); split it.",
    ),
    "line-too-long": Words(
        413,
        "Dòng quá dài",
        "Mỗi dòng tối đa 64 KiB; hãy chia nhỏ yêu cầu thành nhiều dòng.",
        "The line is too long",
        "At most 64 KiB a line; split the demand into several lines.",
    ),
    "unsupported-media-type": Words(
        415,
        "Không đọc được kiểu nội dung này",
        "Hãy gửi Content-Type: application/json, không nén (riêng /oauth/token: application/x-www-form-urlencoded; "
        "/v1/imports: text/csv, application/json, application/x-ndjson hoặc XLSX).",
        "Unsupported media type",
        "Send Content-Type: application/json, not compressed (/oauth/token: application/x-www-form-urlencoded; "
        "/v1/imports: text/csv, application/json, application/x-ndjson or XLSX).",
    ),
    "invalid-request": Words(
        422,
        "Yêu cầu có trường chưa đúng",
        "Sửa các trường nêu trong errors rồi gửi lại; chưa có gì được ghi.",
        "Some fields are not right",
        "Mend the fields named in errors and send again; nothing was written.",
    ),
    "invalid-if-match": Words(
        422,
        "If-Match không đúng dạng",
        'Gửi nguyên ETag đã nhận, ví dụ If-Match: "3", hoặc *.',
        "If-Match is malformed",
        'Send the ETag as received, for example If-Match: "3", or *.',
    ),
    "invalid-idempotency-key": Words(
        422,
        "Idempotency-Key không đúng dạng",
        "Chỉ gửi một khóa, gồm 1 đến 255 ký tự ASCII nhìn thấy được.",
        "Idempotency-Key is malformed",
        "Send one key only, of 1 to 255 visible ASCII characters.",
    ),
    "idempotency-key-reused": Words(
        422,
        "Idempotency-Key đã dùng cho nội dung khác",
        "Mỗi khóa chỉ đi với một nội dung: dùng khóa mới cho yêu cầu mới.",
        "The Idempotency-Key stands for another body",
        "One key, one body: use a new key for a new request.",
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
    "holder-required": Words(
        422,
        "Cần cho biết giấy tờ của ai",
        "Đây là giấy tờ của cá nhân còn hồ sơ là của tổ chức (hoặc ngược lại): thêm holder đúng loại.",
        "Whose document is it?",
        "A person's paper is asked of an organisation, or the other way round: add a holder of the right kind.",
    ),
    "case-required": Words(
        422,
        "Cần chọn trường hợp",
        "Thành phần hồ sơ của thủ tục tùy theo trường hợp: gửi case là một trong facts.cases.",
        "A case is needed",
        "The procedure's components depend on the case: send one of facts.cases as case.",
    ),
    "unknown-case": Words(
        422,
        "Thủ tục không có trường hợp này",
        "Dùng một trong facts.cases, hoặc bỏ case nếu danh sách trống.",
        "No such case",
        "Use one of facts.cases, or leave case out where there are none.",
    ),
    "unknown-position": Words(
        422,
        "Thủ tục không có thành phần ở vị trí này",
        "Xem các vị trí trong facts.known.",
        "No component at this position",
        "See facts.known for the positions.",
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
    "reason-required": Words(
        422,
        "Cần nêu lý do",
        "Chuyển sang trạng thái này phải kèm reason.",
        "A reason is needed",
        "This move needs a reason.",
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
    "precondition-required": Words(
        428,
        "Thiếu If-Match",
        "Đọc hồ sơ, lấy ETag rồi gửi kèm If-Match, để không ghi đè thay đổi của người khác.",
        "If-Match is missing",
        "Read the dossier and send its ETag as If-Match, so that nobody's change is overwritten.",
    ),
    "internal-error": Words(
        500,
        "Lỗi ngoài dự kiến",
        "Hệ thống gặp lỗi; không có gì được xác nhận. Hãy báo trace_id cho quản trị.",
        "Unexpected error",
        "The service failed; nothing was acknowledged. Tell the operator the trace_id.",
    ),
    "temporarily-unavailable": Words(
        503,
        "Tạm thời không phục vụ được",
        "Cơ sở dữ liệu đang bận hoặc mất kết nối; hãy thử lại sau ít giây, với cùng Idempotency-Key.",
        "Temporarily unavailable",
        "The database is busy or out of reach; try again in a few seconds, with the same Idempotency-Key.",
    ),
}

# How to mend one field, by pydantic's kind of error or by a fault of our own.
FIELD_FAULTS: dict[str, tuple[str, str]] = {
    "default": ("giá trị chưa đúng", "the value is not right"),
    "missing": ("thiếu trường này", "this field is missing"),
    "extra_forbidden": ("không có trường này: bỏ đi hoặc sửa tên", "no such field: remove it or correct its name"),
    "string_type": ("phải là chuỗi ký tự", "must be a text"),
    "string_too_short": ("tối thiểu {min_length} ký tự", "at least {min_length} characters"),
    "string_too_long": ("tối đa {max_length} ký tự", "at most {max_length} characters"),
    "string_pattern_mismatch": ("sai dạng; xem mẫu tại /docs", "wrong form; see the pattern at /docs"),
    "string_unicode": ("chứa ký tự Unicode hỏng", "holds broken Unicode"),
    "enum": ("chỉ nhận {expected}", "must be one of {expected}"),
    "literal_error": ("chỉ nhận {expected}", "must be one of {expected}"),
    "int_type": ("phải là số nguyên", "must be a whole number"),
    "int_parsing": ("phải là số nguyên", "must be a whole number"),
    "bool_type": ("phải là true hoặc false", "must be true or false"),
    "list_type": ("phải là danh sách", "must be a list"),
    "too_short": ("cần ít nhất {min_length} mục", "at least {min_length} items"),
    "too_long": ("nhiều nhất {max_length} mục", "at most {max_length} items"),
    "model_attributes_type": ("phải là một đối tượng JSON", "must be a JSON object"),
    "model_type": ("phải là một đối tượng JSON", "must be a JSON object"),
    "day": ("phải là ngày có thật, dạng YYYY-MM-DD", "must be a real day, YYYY-MM-DD"),
    "count": ("phải là số nguyên viết bằng chữ số 0–9", "must be a whole number in digits 0–9"),
    "uuid_parsing": ("phải là mã UUID đã nhận", "must be the UUID that was given"),
    "greater_than_equal": ("phải từ {ge} trở lên", "must be {ge} or more"),
    "less_than_equal": ("phải từ {le} trở xuống", "must be {le} or less"),
    "text": (
        "chứa ký tự không được phép (NUL, ký tự điều khiển hoặc Unicode hỏng)",
        "holds characters that are not allowed (NUL, control characters or broken Unicode)",
    ),
    "digits": (
        "số định danh cá nhân gồm đúng 12 chữ số 0–9; tổ chức: 10 hoặc 13 chữ số",
        "a citizen id has exactly 12 digits 0–9; an organisation's 10 or 13",
    ),
    "province": (
        "ba chữ số đầu không phải mã tỉnh nơi đăng ký khai sinh nào",
        "the first three digits are no province of birth registration",
    ),
    "century": ("chữ số thứ tư chỉ nhận 0–3", "the fourth digit must be 0 to 3"),
    "year": (
        "năm sinh trong số định danh ở tương lai: kiểm tra lại từng chữ số",
        "the birth year in the id lies in the future: check each digit",
    ),
    "format": ("ngày sinh có dạng YYYY-MM-DD hoặc YYYY", "a birth date is YYYY-MM-DD or YYYY"),
    "calendar": ("không có ngày này trong lịch", "there is no such day"),
    "future": ("ngày sinh ở tương lai", "the birth date lies in the future"),
    "bounds": ("ngày phải từ 1990-01-01 đến 2100-12-31", "the day must be between 1990-01-01 and 2100-12-31"),
    "distinct_refs": ("mỗi ref chỉ dùng một lần", "each ref may stand once"),
    "distinct_types": ("mỗi loại giấy tờ chỉ nêu một lần", "each document type may stand once"),
    "flag": ("chỉ nhận true hoặc false", "must be true or false"),
    "distinct_positions": ("mỗi vị trí chỉ nêu một lần", "each position may stand once"),
    "relation": (
        "one đi với đúng một loại giấy tờ; any_of và all_of với từ hai loại khác nhau",
        "one goes with exactly one document type, any_of and all_of with two or more different ones",
    ),
    "registry_service": (
        "nguồn registry phải nêu service; các nguồn khác thì không",
        "a registry source names its service, and only a registry source does",
    ),
    "party_source": (
        "giấy tờ do các bên tự lập không thể có nguồn dữ liệu",
        "a party document cannot have a source",
    ),
    "reading_papers": (
        "instruction không đòi giấy tờ nào; các loại khác, trừ data_statement, nêu ít nhất một (KHAC nếu chưa có mã)",
        "an instruction asks for no paper; all other kinds but data_statement name one or more (KHAC if no code fits)",
    ),
    "reading_relation": (
        "relation để trống (null) khi và chỉ khi không có giấy tờ nào được đòi",
        "relation is null where no paper is asked for, and only there",
    ),
    "empty_file": ("tệp trống: gửi nội dung tệp trong thân yêu cầu", "the file is empty: send it as the body"),
    "one_catalogue": (
        "chỉ một trong catalogue_revision và catalogue_as_known",
        "only one of catalogue_revision and catalogue_as_known",
    ),
    "since_later": ("since phải là chính tháng này hoặc tháng trước đó", "since must be this month or an earlier one"),
    "period": ("until không được trước from", "until may not lie before from"),
}
