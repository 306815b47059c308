"""Words of errors that any call may meet."""

from app.api.wording.words import Words

REQUESTS: dict[str, Words] = {
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
    "method-not-allowed": Words(
        405,
        "Không hỗ trợ phương thức này",
        "Xem các phương thức được hỗ trợ tại /docs.",
        "Method not allowed",
        "See /docs for the methods of this address.",
    ),
    "request-in-progress": Words(
        409,
        "Yêu cầu đang được xử lý",
        "Yêu cầu đầu tiên với Idempotency-Key này chưa xong; hãy thử lại sau giây lát.",
        "The request is still running",
        "The first request under this Idempotency-Key is not finished; try again in a moment.",
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
