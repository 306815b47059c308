"""How well readings agree with labels that a person gave to the same texts."""

from collections.abc import Iterable

from app.domain.readings import Reading

# Papers without a code of their own: which of them is meant cannot be compared.
OTHER = "KHAC"


def score(pairs: Iterable[tuple[Reading, Reading]]) -> dict[str, float | int | None]:
    """Scores of (label, reading) pairs, as ratios of 0 to 1.

    Document types are counted one by one over all texts, whatever their order: `types_precision` of those read are
    in the label, `types_recall` of those in the label were read. A ratio of nothing is None.
    """
    kind = form = relation = conditional = right = read = labelled = n = 0
    for label, reading in pairs:
        n += 1
        kind += reading.kind is label.kind
        form += reading.form is label.form
        relation += reading.relation is label.relation
        conditional += reading.conditional is label.conditional
        found, expected = set(reading.document_types) - {OTHER}, set(label.document_types) - {OTHER}
        right, read, labelled = right + len(found & expected), read + len(found), labelled + len(expected)
    return {
        "kind_accuracy": _ratio(kind, n),
        "types_precision": _ratio(right, read),
        "types_recall": _ratio(right, labelled),
        "form_accuracy": _ratio(form, n),
        "relation_accuracy": _ratio(relation, n),
        "conditional_accuracy": _ratio(conditional, n),
        "n": n,
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
