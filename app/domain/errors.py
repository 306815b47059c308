"""Errors of meaning: the caller's mistake, or law that is missing. A refusal of paper is a result, never one of these.

Each has a stable `code`; `app.api.problems` gives it an HTTP status and words. No message carries personal data.
"""


class DomainError(Exception):
    """Base of all errors of meaning; `facts` are safe to show (codes, dates, counts; never a person's data)."""

    code = "domain-error"

    def __init__(self, **facts: object) -> None:
        super().__init__(", ".join(f"{k}={v}" for k, v in facts.items()))
        self.facts = facts


class MissingLaw(DomainError):
    """A rule, provision or parameter was asked for that the rulebook does not hold on that day."""

    code = "missing-law"


class UnknownProcedure(DomainError):
    code = "unknown-procedure"


class UnknownDocumentType(DomainError):
    code = "unknown-document-type"


class UnknownList(DomainError):
    code = "unknown-list"


class UnknownLaw(DomainError):
    code = "unknown-law"


class ProcedureNotInForce(DomainError):
    code = "procedure-not-in-force"


class ComponentsUnknown(DomainError):
    """Only the procedure's name is known here: what its dossier consists of has not been published."""

    code = "components-unknown"


class NothingPublished(DomainError):
    """The catalogue is asked for as known on a day on which nothing had been published yet."""

    code = "nothing-published"


class HolderRequired(DomainError):
    """A person's paper asked of an organisation, or the other way round: nobody is named whose it could be.

    `named`: somebody is named, of the wrong kind. `position`: that of the component, in a dossier.
    """

    code = "holder-required"


class CaseRequired(DomainError):
    """The procedure's components depend on the case, and the dossier does not say which."""

    code = "case-required"


class UnknownCase(DomainError):
    code = "unknown-case"


class UnknownPosition(DomainError):
    code = "unknown-position"


class TransitionNotAllowed(DomainError):
    code = "transition-not-allowed"


class JournalBroken(DomainError):
    """The hash chain does not verify; `strand` and `seq` name the first entry that is wrong."""

    code = "journal-broken"
