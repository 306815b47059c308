"""The sentences offices and citizens read, Vietnamese first. Words only: nothing is decided here."""

from collections.abc import Sequence

from app.domain.catalogue import Form
from app.domain.decisions import LawfulIf, Outcome, Reason, Remedy, Text
from app.domain.evidence import Lookup, Source

# Names of the databases behind the data services, as NQ 66.7/2025/NQ-CP calls them.
DATABASES = {
    "037": "Cơ sở dữ liệu quốc gia về dân cư",
    "HO-TICH": "Cơ sở dữ liệu hộ tịch điện tử",
    "GPLX": "Cơ sở dữ liệu giấy phép lái xe",
    "BHXH": "Cơ sở dữ liệu quốc gia về bảo hiểm",
    "DKDN": "Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp",
    "DK-HKD-HTX": "hệ thống thông tin quốc gia về đăng ký doanh nghiệp, hợp tác xã, hộ kinh doanh",
    "DAT-DAI": "Cơ sở dữ liệu quốc gia về đất đai",
    "DK-XE": "Cơ sở dữ liệu về đăng ký phương tiện",
    "LLTP": "Cơ sở dữ liệu lý lịch tư pháp",
    "SKDT": "Cơ sở dữ liệu nền tảng sổ sức khỏe điện tử",
}


def database(service: str | None) -> str:
    return DATABASES.get(service or "", f"dịch vụ dữ liệu {service}")


_WHY = {
    Reason.MISMATCH: Text("họ tên hoặc ngày sinh không khớp", "the name or birth date does not match"),
    Reason.REVOKED: Text("giấy tờ đã bị thu hồi", "the document has been revoked"),
    Reason.EXPIRED: Text("giấy tờ đã hết hạn", "the document has expired"),
    Reason.SYNC_DECLINED: Text(
        "công dân không đồng ý liên kết giấy tờ trên VNeID", "the citizen declined to link it on VNeID"
    ),
    Reason.NOT_HELD: Text("không nguồn dữ liệu nào có giấy tờ này", "no source holds it"),
    Reason.SOURCE_UNAVAILABLE: Text(
        "nguồn dữ liệu không trả lời và đã hết thời hạn chờ", "a source gave no answer and the time to wait is over"
    ),
    Reason.PARTY_DOCUMENT: Text(
        "đây là giấy tờ do người nộp hoặc các bên tự lập", "the applicant or the parties write it themselves"
    ),
    Reason.NOT_INTEGRATED: Text(
        "giấy tờ này chưa được tích hợp trên VNeID hay cơ sở dữ liệu đã kết nối",
        "it is not integrated on VNeID or in a connected database",
    ),
    Reason.RULE_NOT_IN_FORCE: Text(
        "vào ngày yêu cầu, quy định cấm yêu cầu giấy tờ này chưa hoặc không còn hiệu lực",
        "on the day of the demand the rule against it was not in force",
    ),
}


def because(outcome: Outcome, reason: Reason, name: str, lookup: Lookup | None, via: tuple[str, ...] = ()) -> Text:
    """One plain sentence for the office: what was concluded about this paper, and why.

    `name` and `via` are the Vietnamese names of the paper and of those that stand in for it.
    """
    held = f"{' và '.join(via)}, được dùng thay," if via else "thông tin"
    it = "a paper that may stand in for it" if via else "it"
    match outcome:
        case Outcome.REFUSE_NOT_IN_DOSSIER if reason is Reason.CUT_BY_LIST:
            return Text(
                f"{name} đã được cắt giảm khỏi thành phần hồ sơ của thủ tục này.",
                "This paper has been cut from the procedure's dossier.",
            )
        case Outcome.REFUSE_NOT_IN_DOSSIER:
            return Text(
                f"{name} không thuộc thành phần hồ sơ của thủ tục này.",
                "This paper is not part of the procedure's dossier.",
            )
        case Outcome.REFUSE_PAPER_USE_WALLET:
            return Text(
                f"Không được yêu cầu {name}: {held} đã được tích hợp trên VNeID và còn giá trị.",
                f"The paper may not be demanded: {it} is integrated on VNeID and valid.",
            )
        case Outcome.REFUSE_PAPER_USE_REGISTRY:
            return Text(
                f"Không được yêu cầu {name}: {held} đã có trong {database(lookup.answer.service if lookup else None)}.",
                f"The paper may not be demanded: a connected State database holds {it}.",
            )
        case Outcome.REFUSE_PAPER_USE_ARCHIVE:
            return Text(
                f"Không được yêu cầu {name}: {held} đã lưu trong kho dữ liệu của tỉnh.",
                f"The paper may not be demanded: the province's archive holds {it}.",
            )
        case Outcome.REFUSE_PAPER_ELECTRONIC_ONLY:
            return Text(
                f"Dịch vụ này không thu giấy tờ bản giấy; {name} chỉ nhận bản điện tử ({_WHY[reason].vi}).",
                f"This service takes no paper; only an electronic form may be asked for ({_WHY[reason].en}).",
            )
        case Outcome.REFUSE_CERTIFIED_COPY:
            return Text(
                f"Không được yêu cầu bản sao chứng thực của {name}: chỉ được đề nghị xuất trình bản chính để đối "
                f"chiếu ({_WHY[reason].vi}).",
                f"A certified copy may not be demanded: the original, for comparison, is enough ({_WHY[reason].en}).",
            )
        case Outcome.SYNC_FIRST:
            return Text(
                f"{' và '.join(via) or name} có trong dữ liệu nhà nước nhưng công dân chưa liên kết trên VNeID: "
                f"hướng dẫn liên kết trước{f', không yêu cầu {name}' if via else ''}.",
                f"The State holds {it} but the citizen has not linked it on VNeID: show how to link it first.",
            )
        case Outcome.WAIT_SOURCE:
            return Text(
                f"Nguồn dữ liệu về {name} chưa trả lời: yêu cầu được treo, hệ thống tự tra cứu lại.",
                "A source has not answered: the demand waits and is looked up again by itself.",
            )
        case Outcome.PAPER_LAWFUL:  # pragma: no branch (the last of all outcomes; the type checker holds it)
            return Text(
                f"Được yêu cầu {name}: {_WHY[reason].vi}.",
                f"The paper may be demanded: {_WHY[reason].en}.",
            )


_REMEDIES: dict[Outcome | Reason, tuple[str, str, Text]] = {
    Outcome.REFUSE_NOT_IN_DOSSIER: (
        "office",
        "drop_the_demand",
        Text(
            "Cơ quan bỏ yêu cầu này; chỉ yêu cầu các giấy tờ trong thành phần hồ sơ đã công bố.",
            "The office drops the demand; only papers of the published dossier may be asked for.",
        ),
    ),
    Outcome.REFUSE_PAPER_USE_WALLET: (
        "office",
        "use_wallet",
        Text(
            "Cơ quan dùng thông tin trên VNeID của công dân, không thu bản giấy.",
            "The office uses the citizen's data on VNeID and takes no paper.",
        ),
    ),
    Outcome.REFUSE_PAPER_USE_REGISTRY: (
        "office",
        "use_registry",
        Text(
            "Cơ quan khai thác dữ liệu qua dịch vụ dữ liệu đã kết nối, không thu bản giấy.",
            "The office uses the connected data service and takes no paper.",
        ),
    ),
    Outcome.REFUSE_PAPER_USE_ARCHIVE: (
        "office",
        "use_archive",
        Text(
            "Cơ quan dùng lại kết quả đã lưu trong kho dữ liệu của tỉnh.",
            "The office reuses the result kept in the province's archive.",
        ),
    ),
    Outcome.REFUSE_PAPER_ELECTRONIC_ONLY: (
        "citizen",
        "send_electronic",
        Text(
            "Công dân gửi bản điện tử; cơ quan không nhận và không yêu cầu bản giấy.",
            "The citizen sends an electronic form; the office neither takes nor asks for paper.",
        ),
    ),
    Outcome.REFUSE_CERTIFIED_COPY: (
        "office",
        "ask_original",
        Text(
            "Cơ quan đề nghị xuất trình bản chính để đối chiếu và hướng dẫn cập nhật cơ sở dữ liệu.",
            "The office asks to see the original, for comparison, and helps to have the database updated.",
        ),
    ),
    Outcome.SYNC_FIRST: (
        "citizen",
        "link_on_vneid",
        Text(
            "Công dân mở VNeID → Ví giấy tờ → Tích hợp thông tin, chọn giấy tờ này rồi xác nhận; nếu không đồng ý "
            "thì được nộp bản giấy.",
            "The citizen opens VNeID → document wallet → integrate information, picks this document and confirms; "
            "who declines may hand in the paper.",
        ),
    ),
    Outcome.WAIT_SOURCE: (
        "system",
        "look_up_again",
        Text(
            "Chưa yêu cầu công dân; hệ thống tự tra cứu lại trong thời hạn luật định.",
            "Nothing is asked of the citizen yet; the source is looked up again within the law's time.",
        ),
    ),
    Reason.MISMATCH: (
        "office",
        "check_typing_then_correct_database",
        Text(
            "Cơ quan kiểm tra lại họ tên, ngày sinh đã nhập; nếu nhập đúng thì đối chiếu bản chính và hướng dẫn công "
            "dân điều chỉnh thông tin trong cơ sở dữ liệu.",
            "The office checks what was typed first; if it is right, compares the original and helps the citizen to "
            "have the database corrected.",
        ),
    ),
    Reason.REVOKED: (
        "citizen",
        "get_newer_document",
        Text(
            "Giấy tờ đã bị thu hồi: chỉ giấy tờ mới hơn mới dùng được.",
            "The document is revoked: only a newer one helps.",
        ),
    ),
    Reason.EXPIRED: (
        "citizen",
        "get_newer_document",
        Text(
            "Giấy tờ đã hết hạn: chỉ giấy tờ mới hơn (cấp lại, gia hạn) mới dùng được.",
            "The document has expired: only a newer one (renewed, reissued) helps.",
        ),
    ),
    Reason.SYNC_DECLINED: (
        "citizen",
        "hand_in_paper",
        Text(
            "Công dân xuất trình bản chính; vẫn có thể liên kết giấy tờ trên VNeID bất cứ lúc nào.",
            "The citizen shows the original; linking it on VNeID stays possible at any time.",
        ),
    ),
    Reason.NOT_HELD: (
        "office",
        "ask_original_and_update_database",
        Text(
            "Cơ quan đề nghị xuất trình bản chính để đối chiếu, đồng thời đề nghị công dân và cơ quan chủ quản cập "
            "nhật cơ sở dữ liệu.",
            "The office asks to see the original, for comparison, and asks that the database be updated.",
        ),
    ),
    Reason.SOURCE_UNAVAILABLE: (
        "office",
        "ask_original_after_incident",
        Text(
            "Hết thời hạn chờ mà nguồn dữ liệu không trả lời: cơ quan được yêu cầu bổ sung, nêu rõ sự cố.",
            "The time to wait is over without an answer: the office may ask, and says that the source failed.",
        ),
    ),
    Reason.PARTY_DOCUMENT: (
        "citizen",
        "prepare_own_document",
        Text(
            "Người nộp tự lập giấy tờ này, bản giấy hoặc điện tử.",
            "The applicant prepares it, on paper or electronically.",
        ),
    ),
    Reason.NOT_INTEGRATED: (
        "citizen",
        "hand_in_paper",
        Text(
            "Công dân nộp hoặc xuất trình giấy tờ; cơ quan số hóa để không phải hỏi lại.",
            "The citizen hands it in or shows it; the office digitises it so that it is not asked for again.",
        ),
    ),
    Reason.RULE_NOT_IN_FORCE: (
        "citizen",
        "hand_in_paper",
        Text(
            "Áp dụng quy định có hiệu lực vào ngày yêu cầu: công dân nộp giấy tờ.",
            "The law of the day of the demand applies: the citizen hands in the paper.",
        ),
    ),
}


def remedy(
    outcome: Outcome, reason: Reason, lookup: Lookup | None, form: Form, contradicted: Sequence[Lookup] = ()
) -> Remedy:
    """What to do instead; stands in every finding. `contradicted`: the sources that the population record contradicts,
    where nothing that was typed does.
    """
    key = reason if outcome is Outcome.PAPER_LAWFUL else outcome
    if key is Reason.MISMATCH and contradicted:
        return _correct_at(contradicted)
    actor, action, text = _REMEDIES[key]
    if key is Reason.PARTY_DOCUMENT and form is Form.ELECTRONIC:
        action = "send_electronic"
    if lookup is None:
        return Remedy(actor, action, text)
    source = Source.WALLET if outcome is Outcome.SYNC_FIRST else lookup.source
    return Remedy(actor, action, text, source.value, lookup.answer.service)


def _correct_at(contradicted: Sequence[Lookup]) -> Remedy:
    """Two databases disagree and no typing helps: whoever keeps the data is asked to correct them."""
    first = contradicted[0]
    vi = " và ".join(_place(x).vi for x in contradicted)
    en = " and ".join(_place(x).en for x in contradicted)
    text = Text(
        f"Họ tên hoặc ngày sinh trên giấy tờ ở {vi} khác với dữ liệu dân cư: cơ quan đối chiếu bản chính, cùng công "
        "dân đề nghị nơi quản lý dữ liệu đó điều chỉnh.",
        f"The name or birth date on the document in {en} differs from the population record: the office compares the "
        "original and, with the citizen, asks whoever keeps those data to correct them.",
    )
    return Remedy("office", "ask_keeper_to_correct", text, first.source.value, first.answer.service)


def _place(lookup: Lookup) -> Text:
    match lookup.source:
        case Source.WALLET:
            return Text("ví giấy tờ trên VNeID", "the VNeID wallet")
        case Source.REGISTRY:
            service = lookup.answer.service
            return Text(database(service), f"the data service {service}")
        case Source.ARCHIVE:  # pragma: no branch (the three are all there are; the type checker holds it)
            return Text("kho dữ liệu của tỉnh", "the province's archive")


_LAWFUL_IF = {
    "component_published": Text(
        "giấy tờ này thuộc thành phần hồ sơ đang có hiệu lực của thủ tục",
        "the paper stood in the procedure's dossier in force",
    ),
    "citizen_declines_sync": Text("công dân không đồng ý liên kết trên VNeID", "the citizen declines to link it"),
    "wait_over": Text("hết thời hạn chờ mà nguồn dữ liệu vẫn không trả lời", "the time to wait ends without an answer"),
    "form_original": Text("chỉ đề nghị xuất trình bản chính", "only the original is asked for"),
    "form_electronic": Text("chỉ đề nghị bản điện tử", "only an electronic form is asked for"),
    "no_source_holds_it": Text(
        "các nguồn dữ liệu nêu tên không còn giữ giấy tờ có giá trị", "none of the named sources holds it any more"
    ),
}


def lawful_if(fact: str, sources: tuple[str, ...] = ()) -> LawfulIf:
    return LawfulIf(fact, _LAWFUL_IF[fact], sources)
