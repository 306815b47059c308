"""How kind a world is in general: `calm` does what it is asked; `hostile` refuses a share of good calls.

A profile is made of ordinary faults, so that it is listed, counted, drawn under the seed and carried along as they are.
"""

from typing import Literal

from mock_vneid.faults import KINDS, SERVICES, Face, Fault
from mock_vneid.worlds import World

Profile = Literal["calm", "hostile"]

HOSTILE_SHARE = 0.05
_NAME = "hostile"
# What a client can get over by asking again.
_KINDS = ("http_503", "rate_limit", "reset")


def set_profile(world: World, profile: Profile, share: float = HOSTILE_SHARE) -> None:
    """Put the faults of this profile in the place of those of the one before; other faults stay."""
    for fault_id in [fault.id for fault in _faults(world)]:
        del world.state.faults[fault_id]
    if profile == "hostile":
        for face in SERVICES:
            for kind in _KINDS:
                if face in KINDS[kind].faces:
                    world.add_fault(Fault(_id(face, kind), face, kind, share=share / len(_KINDS)))


def profile_of(world: World) -> tuple[Profile, float]:
    """The profile, and about which share of the good calls it refuses."""
    share = sum(fault.share for fault in _faults(world) if fault.face == "wallet")
    return ("hostile", round(share, 9)) if _faults(world) else ("calm", 0.0)


def _faults(world: World) -> list[Fault]:
    return [fault for fault in world.state.faults.values() if fault.id.startswith(f"{_NAME}-")]


def _id(face: Face, kind: str) -> str:
    return f"{_NAME}-{face}-{kind.replace('_', '-')}"
