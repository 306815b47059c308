"""Words of errors about dossiers, and the forms they begin with."""

from app.api.wording.words import Words

DOSSIERS: dict[str, Words] = {
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
    "no-form": Words(
        404,
        "Chưa có biểu mẫu của thủ tục này",
        "Thủ tục này chưa có biểu mẫu điện tử ở đây: nộp hồ sơ không kèm form.",
        "There is no form of this procedure",
        "No electronic form of it is kept here: file the dossier without form.",
    ),
    "nothing-declared": Words(
        404,
        "Hồ sơ này không kèm biểu mẫu",
        "Hồ sơ được nộp không kèm form: xem giấy tờ của hồ sơ.",
        "This dossier came without a form",
        "It was filed without form: see its papers.",
    ),
    "unknown-prefill": Words(
        404,
        "Không có bản điền sẵn này",
        "Bản điền sẵn chỉ giữ trong thời hạn của nó và chỉ cho hệ thống đã yêu cầu: hãy điền lại.",
        "No such prefill",
        "A prefill is kept until it expires, for the system that asked for it: fill in again.",
    ),
    "paper-demand-refused": Words(
        409,
        "Yêu cầu giấy tờ bị từ chối",
        "Có giấy tờ không được phép yêu cầu; không gửi gì tới công dân. Xem căn cứ và cách làm thay thế kèm theo.",
        "The demand for paper is refused",
        "Some papers may not be demanded; nothing was sent to the citizen. See the grounds and what to do instead.",
    ),
    "transition-not-allowed": Words(
        409,
        "Không được chuyển trạng thái như vậy",
        "Trạng thái hiện tại của hồ sơ không cho phép bước này; xem các trạng thái được phép trong facts.allowed.",
        "This move is not allowed",
        "The dossier's present status does not allow it; see facts.allowed.",
    ),
    "slip-not-due": Words(
        409,
        "Chưa có gì để in trên phiếu này",
        "Giấy tiếp nhận có khi hồ sơ đã được tiếp nhận đầy đủ; phiếu từ chối khi hồ sơ bị từ chối; phiếu yêu cầu bổ "
        "sung khi đã gửi một yêu cầu hợp lệ.",
        "There is nothing this slip could say yet",
        "A receipt needs a dossier received in full, a refusal one that was refused, a request to supplement one that "
        "was sent.",
    ),
    "holder-required": Words(
        422,
        "Cần cho biết giấy tờ của ai",
        "Giấy tờ của cá nhân không thể là của tổ chức, và ngược lại: nêu holder là cá nhân hoặc tổ chức, đúng như "
        "facts.subject; holder đã nêu mà khác loại thì sửa lại.",
        "Whose document is it?",
        "A person's paper cannot be an organisation's, or the other way round: name a holder of the kind that "
        "facts.subject says; where one is named, it is of the other kind.",
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
    "not-representative": Words(
        422,
        "Không phải người đại diện theo pháp luật",
        "Cơ sở dữ liệu đăng ký ghi người đại diện khác. Kiểm tra số định danh; nếu nộp theo ủy quyền, bỏ "
        "representative và nộp giấy ủy quyền; nếu mới đổi người đại diện, cập nhật đăng ký trước. Hồ sơ chưa được "
        "nhận.",
        "Not the legal representative",
        "The register names somebody else. Check the id; to act by authority, leave representative out and hand in the "
        "authorisation; after a change, update the registration first. The dossier was not taken.",
    ),
    "representative-unfit": Words(
        422,
        "representative chỉ dành cho tổ chức",
        "Người nộp là cá nhân thì bỏ representative; người đại diện phải là cá nhân.",
        "Only an organisation has a representative",
        "Leave representative out where a person applies; a representative is a person.",
    ),
    "unknown-position": Words(
        422,
        "Thủ tục không có thành phần ở vị trí này",
        "Xem các vị trí trong facts.known.",
        "No component at this position",
        "See facts.known for the positions.",
    ),
    "procedure-without-form": Words(
        422,
        "Thủ tục này chưa có biểu mẫu",
        "Chưa có biểu mẫu điện tử của thủ tục này: bỏ form khỏi hồ sơ; không có gì để điền sẵn.",
        "This procedure has no form",
        "No electronic form of it is kept here: leave form out; there is nothing to fill in.",
    ),
    "form-outdated": Words(
        422,
        "Biểu mẫu đã có phiên bản khác",
        "Đọc lại GET /v1/procedures/{code}/form và gửi theo phiên bản x-revision hiện hành.",
        "The form has another revision now",
        "Read GET /v1/procedures/{code}/form again and send by its present x-revision.",
    ),
    "form-invalid": Words(
        422,
        "Biểu mẫu có trường chưa đúng",
        "Sửa mọi trường nêu trong errors rồi gửi lại; chưa có gì được ghi.",
        "Some fields of the form are not right",
        "Mend all fields named in errors and send again; nothing was written.",
    ),
    "prefilled-value-changed": Words(
        422,
        "Dữ liệu điền sẵn đã bị sửa",
        "Các trường nêu trong errors là dữ liệu của cơ quan nhà nước, không sửa trong biểu mẫu: gửi nguyên giá trị "
        "hoặc bỏ trường đó. Dữ liệu sai thì đề nghị cơ quan chủ quản đính chính. Chưa có gì được ghi.",
        "A prefilled value was changed",
        "The fields named in errors are the State's data and cannot be changed in the form: send them as they were or "
        "leave them out. Where they are wrong, have the database corrected. Nothing was written.",
    ),
    "prefill-unknown": Words(
        422,
        "Không dùng được bản điền sẵn này",
        "Bản điền sẵn không có, đã hết hạn, hoặc của người, thủ tục hay hệ thống khác: hãy điền lại.",
        "This prefill cannot be used here",
        "It is unknown, has expired, or is another person's, procedure's or system's: fill in again.",
    ),
    "role-not-in-form": Words(
        422,
        "Biểu mẫu không hỏi về người này",
        "Chỉ nêu những người thuộc facts.known: không tra cứu ai khi không cần.",
        "The form is not about this person",
        "Name only those of facts.known: nobody is looked up for nothing.",
    ),
    "reason-required": Words(
        422,
        "Cần nêu lý do",
        "Chuyển sang trạng thái này phải kèm reason.",
        "A reason is needed",
        "This move needs a reason.",
    ),
    "not-in-province": Words(
        422,
        "Cơ quan giải quyết không thuộc tỉnh này",
        "decided_by phải là cơ quan cùng tỉnh: mã kết thúc bằng mã của tỉnh.",
        "The deciding agency is of another province",
        "decided_by has to be an agency of this province: its code ends with the province's own.",
    ),
}
