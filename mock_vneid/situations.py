"""What a source says of a holder while a fault of the domain is in force: the same on every face.

Dates are counted by the world's clock, in Việt Nam.
"""

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from mock_vneid.faults import Struck
from mock_vneid.people import Data, Holder, Holding, Person, facts, wallet_state
from mock_vneid.specs import VIETNAM
from mock_vneid.worlds import World

Source = Literal["wallet", "registry"]


def known(struck: Struck, holder: Holder | None) -> Holder | None:
    """The holder, unless the source is told not to find anybody."""
    return None if struck and holder is not None and struck.answer("person_not_found") else holder


def held(world: World, struck: Struck, source: Source, holder: Holder, document_type: str) -> Holding | None:
    """What the source holds of this type; None where it says that it holds nothing."""
    holding = world.holding(holder.id, document_type)
    if holding is None or not struck:
        return holding
    here, there = holding.registry == "held", wallet_state(holder, holding) == "linked"
    if source == "wallet":
        here, there = there, here
    if here and there and struck.document("registry_and_wallet_disagree", document_type):
        return None
    if source == "wallet" and here and struck.document("not_linked", document_type):
        return replace(holding, wallet="not_linked")
    return holding


def told(world: World, struck: Struck, holder: Holder, document_type: str, holding: Holding) -> Data:
    """What is written on the document, as a data face sends it."""
    if not struck:
        return facts(holder, holding)
    yesterday = (datetime.fromtimestamp(world.now(), VIETNAM) - timedelta(days=1)).date().isoformat()
    if struck.document("revoked_yesterday", document_type):
        holding = replace(holding, revoked_on=yesterday)
    if struck.document("expired_yesterday", document_type):
        holding = replace(holding, valid_until=yesterday)
    name = holding.full_name or holder.full_name
    if struck.document("name_differs", document_type):
        holding = replace(holding, full_name=another_name(name))
    elif struck.document("accent_differs", document_type):
        holding = replace(holding, full_name=without_accents(name))
    if isinstance(holder, Person) and struck.document("birth_year_only", document_type):
        holder = replace(holder, birth_date=holder.birth_date[:4])
    return facts(holder, holding)


def another_name(name: str) -> str:
    """A name that is nobody's mistake of spelling: the last word is another."""
    *words, last = name.split(" ")
    return " ".join([*words, "KHÁC" if last != "KHÁC" else "LẠ"])


def without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
