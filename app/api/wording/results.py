"""Words of errors about results, presentations, reports, and what others are told."""

from app.api.wording.words import Words

RESULTS: dict[str, Words] = {
    "unknown-result": Words(
        404,
        "Không có kết quả này",
        "Kiểm tra lại mã kết quả; xem results của hồ sơ.",
        "No such result",
        "Check the result's id; see the dossier's results.",
    ),
    "unknown-report": Words(
        404,
        "Không có phản ánh này",
        "Kiểm tra lại mã phản ánh; xem danh sách tại /v1/reports.",
        "No such report",
        "Check the report's id; see /v1/reports.",
    ),
    "report-not-open": Words(
        409,
        "Phản ánh này đã được trả lời hoặc đã khép lại",
        "Mỗi phản ánh được trả lời một lần; đọc lại để xem tình trạng hiện tại.",
        "This report has been answered or closed",
        "A report is answered once; read it again to see how it stands.",
    ),
    "too-many-reports": Words(
        429,
        "Đã đủ phản ánh cho hôm nay",
        "Mỗi người gửi được một số phản ánh mỗi ngày; hãy gửi tiếp vào ngày mai.",
        "Enough reports for today",
        "A person may file some reports a day; go on tomorrow.",
    ),
    "unknown-message": Words(
        404, "Không có tin gửi này", "Kiểm tra lại số của tin, xem /v1/outbox.", "No such message", "See /v1/outbox."
    ),
    "unknown-subscription": Words(
        404,
        "Không có đăng ký này",
        "Kiểm tra lại mã; mỗi hệ thống chỉ thấy đăng ký của mình.",
        "No such subscription",
        "Check the id; a system sees its own subscriptions only.",
    ),
    "message-not-stopped": Words(
        409,
        "Tin này không dừng",
        "Chỉ gửi lại tin đã hỏng hẳn hoặc không có người nhận, chỉ bỏ tin đã hỏng hẳn; xem status.",
        "This message has not come to a stop",
        "Only a dead or an undeliverable message is tried again, only a dead one is given up; see its status.",
    ),
    "too-many-subscriptions": Words(
        409,
        "Đã đủ số đăng ký",
        "Mỗi hệ thống có tối đa 20 đăng ký: hãy bỏ bớt.",
        "Too many subscriptions",
        "A system has at most 20: remove one.",
    ),
    "webhook-url-forbidden": Words(
        422,
        "Không gửi tới địa chỉ này được",
        "Cần địa chỉ https công khai, cổng 443 hoặc 8443, không kèm tài khoản; không nhận địa chỉ mạng nội bộ.",
        "Events are not posted to this address",
        "It must be a public https address on port 443 or 8443, without user info; no private network.",
    ),
    "cursor-beyond-log": Words(
        422,
        "Vị trí này ở sau sự kiện cuối cùng",
        "Dùng next_cursor của GET /v1/events, hoặc sequence của một sự kiện.",
        "The cursor lies beyond the last event",
        "Use next_cursor of GET /v1/events, or an event's sequence.",
    ),
    "unknown-presentation": Words(
        404,
        "Không có lần kiểm tra mã chia sẻ này",
        "Kiểm tra lại mã; mỗi hệ thống chỉ thấy các lần kiểm tra của mình.",
        "No such presentation",
        "Check the id; a system sees its own presentations only.",
    ),
    "presentation-wrong-purpose": Words(
        403,
        "Sai mục đích chia sẻ",
        "Công dân đã đồng ý cho mục đích khác. Hãy nêu đúng mục đích đó, hoặc đề nghị công dân tạo mã mới.",
        "Another purpose",
        "The citizen has agreed to another purpose: state that one, or ask the citizen for a new code.",
    ),
    "presentation-wrong-audience": Words(
        403,
        "Mã chia sẻ không dành cho bên này",
        "Công dân chọn ai được dùng mã: cơ quan nhà nước hay tổ chức khác. Hãy đề nghị công dân tạo mã mới.",
        "The code is not for you",
        "The citizen chooses who may use a code, an office or somebody else: ask the citizen for a new code.",
    ),
    "presentation-used": Words(
        410,
        "Mã chia sẻ đã được dùng",
        "Mỗi mã chỉ dùng một lần. Nếu vừa mất câu trả lời, gửi lại với đúng Idempotency-Key cũ; nếu không, đề nghị "
        "công dân tạo mã mới.",
        "The code has been used",
        "A code is used once. Where an answer got lost, send the same Idempotency-Key again; else ask the citizen for "
        "a new code.",
    ),
    "presentation-expired": Words(
        410,
        "Mã chia sẻ đã hết hạn",
        "Mã chỉ dùng được trong ít phút: đề nghị công dân tạo mã mới trên VNeID.",
        "The code has expired",
        "A code lives for some minutes: ask the citizen for a new one.",
    ),
    "presentation-unknown": Words(
        422,
        "Không có mã chia sẻ này",
        "Kiểm tra từng ký tự, hoặc đề nghị công dân tạo mã mới trên VNeID.",
        "No such code",
        "Check each character, or ask the citizen for a new code.",
    ),
    "presentation-demand-unclear": Words(
        422,
        "Chưa đủ để xét yêu cầu giấy tờ",
        "Cần biết thủ tục và chủ giấy tờ: nêu dossier, hoặc procedure khi công dân chia sẻ (không chỉ có/không). Lần "
        "kiểm tra mã đã được ghi nhận.",
        "The demand cannot be judged yet",
        "Procedure and holder are needed: name the dossier, or the procedure where the citizen shares more than yes or "
        "no. The use of the code has been kept.",
    ),
    "presentation-not-verified": Words(
        503,
        "Chưa kiểm tra được mã chia sẻ",
        "VNeID không trả lời, hoặc câu trả lời không kiểm chứng được: không kết luận gì về công dân hay giấy tờ. Hãy "
        "thử lại với cùng Idempotency-Key.",
        "The code could not be verified",
        "VNeID did not answer, or its answer could not be verified: nothing is concluded about the citizen or the "
        "document. Try again with the same Idempotency-Key.",
    ),
    "result-already-revoked": Words(
        409,
        "Kết quả đã bị thu hồi trước đó",
        "Không cần làm gì thêm; xem revoked_on của kết quả.",
        "The result has been revoked already",
        "Nothing is left to do; see its revoked_on.",
    ),
    "physical-not-asked": Words(
        409,
        "Công dân không yêu cầu bản giấy",
        "Giấy tờ thiết yếu cấp bản điện tử; bản giấy chỉ khi công dân yêu cầu. Bỏ physical, hoặc ghi yêu cầu của công "
        "dân vào hồ sơ (wishes.physical_result) khi nộp. Căn cứ trong facts.citations.",
        "Nobody asked for a physical copy",
        "An essential paper is issued electronically, on paper only when the citizen asks: leave physical out, or note "
        "the citizen's wish in the dossier (wishes.physical_result) when it is filed. See facts.citations.",
    ),
    "fee-refused": Words(
        409,
        "Khoản thu này đã được bỏ",
        "Bỏ fee rồi gửi lại; xem căn cứ trong facts.finding. Chưa có gì được cấp.",
        "This fee has been dropped",
        "Leave fee out and send again; the law stands in facts.finding. Nothing was issued.",
    ),
    "not-a-result": Words(
        422,
        "Đây không phải giấy tờ do cơ quan cấp",
        "Giấy tờ do các bên tự lập không thể là kết quả; chọn loại giấy tờ chính thức.",
        "This is no document an office issues",
        "What the parties write themselves cannot be a result; choose an official type.",
    ),
    "unknown-result-code": Words(
        422,
        "Loại giấy tờ này không có mã kết quả như vậy",
        "Dùng một trong facts.known; nếu danh sách trống, nêu result_code dạng KQ.… của thủ tục.",
        "This type has no such result code",
        "Use one of facts.known; where there are none, give the procedure's own result_code, KQ and numbers.",
    ),
    "result-dates": Words(
        422,
        "Ngày của kết quả chưa đúng",
        "issued_on không ở tương lai; valid_until không trước issued_on.",
        "The result's days are not right",
        "issued_on lies in the future, or valid_until before it.",
    ),
    "not-replaceable": Words(
        422,
        "Không thay được kết quả này",
        "Chỉ thay kết quả còn giá trị, cùng loại giấy tờ, của chính người đó; kiểm tra replaces.",
        "This result cannot be replaced",
        "Only one that still holds, of the same type and holder, can be replaced; check replaces.",
    ),
    "result-not-due": Words(
        422,
        "Chưa đến lúc cấp kết quả",
        "Kết quả chỉ được cấp khi chuyển hồ sơ sang trạng thái 9 (đã xử lý xong).",
        "No result can be issued here",
        "A result is issued with the move to status 9 (done) and with no other.",
    ),
    "result-not-intact": Words(
        500,
        "Kết quả đang lưu không còn đúng như khi ký",
        "Không được dùng kết quả này; hãy báo trace_id cho quản trị. Xem GET /v1/results/{id}/check.",
        "What is stored is not what was signed",
        "Do not rely on this result; tell the operator the trace_id. See GET /v1/results/{id}/check.",
    ),
}
