"""The control door's part for worlds as a whole: snapshots, files, profiles, keys, and the list of faults there are."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response as Raw

from mock_vneid.faces.control import UniverseDep, WorldDep, add_world
from mock_vneid.faces.control_out import WorldOut
from mock_vneid.faults import FAMILIES, Family
from mock_vneid.files import as_yaml, read_json, read_yaml, world_of, written
from mock_vneid.jws import compact_json
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.profiles import HOSTILE_SHARE, Profile, profile_of, set_profile
from mock_vneid.specs import VIETNAM, WORLD_NAME, Share, Strict, WorldName
from mock_vneid.worlds import Snapshot, World

router = APIRouter(responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}})
_FULL: dict[int | str, dict[str, Any]] = {409: {"model": ProblemOut}}


# Snapshots


class SnapshotIn(Strict):
    name: WorldName = Field(default="snapshot", description="a snapshot of the same name is replaced")


class SnapshotOut(BaseModel):
    name: str
    now: str = Field(description="what the world's clock read")
    people: int
    faults: int

    @classmethod
    def of(cls, name: str, snapshot: Snapshot) -> "SnapshotOut":
        return cls(
            name=name,
            now=datetime.fromtimestamp(snapshot.at, VIETNAM).isoformat(timespec="milliseconds"),
            people=len(snapshot.state.holders),
            faults=len(snapshot.state.faults),
        )


class SnapshotsOut(BaseModel):
    items: list[SnapshotOut]


SnapshotPath = Annotated[str, Path(pattern=WORLD_NAME, examples=["snapshot"])]


def _snapshot(world: World, name: str) -> Snapshot:
    if name not in world.snapshots:
        raise Problem(404, "this world keeps no snapshot of this name; POST …/snapshots takes one")
    return world.snapshots[name]


@router.post("/worlds/{world}/snapshots", status_code=201, tags=["snapshots"], responses=_FULL)
async def take_snapshot(world: WorldDep, body: SnapshotIn | None = None) -> SnapshotOut:
    """Keep the world as it is now, to come back to it: people, holdings, licences, faults and their counts, clock."""
    name = (body or SnapshotIn()).name
    return SnapshotOut.of(name, world.take_snapshot(name))


@router.get("/worlds/{world}/snapshots", tags=["snapshots"])
async def list_snapshots(world: WorldDep) -> SnapshotsOut:
    return SnapshotsOut(items=[SnapshotOut.of(name, snapshot) for name, snapshot in world.snapshots.items()])


@router.post("/worlds/{world}/snapshots/{name}/restore", tags=["snapshots"], response_model_exclude_none=True)
async def restore_snapshot(world: WorldDep, name: SnapshotPath) -> WorldOut:
    """Back to the snapshot, by the clock too, with an empty journal; keys stay. It may be restored again and again."""
    world.restore(_snapshot(world, name))
    return WorldOut.of(world)


@router.delete("/worlds/{world}/snapshots/{name}", status_code=204, tags=["snapshots"])
async def delete_snapshot(world: WorldDep, name: SnapshotPath) -> None:
    _snapshot(world, name)
    del world.snapshots[name]


# Files


@router.get(
    "/worlds/{world}/export",
    tags=["files"],
    response_class=Raw,
    responses={200: {"content": {"application/json": {}, "application/yaml": {}}}},
)
async def export_world(world: WorldDep, format: Annotated[Literal["json", "yaml"], Query()] = "json") -> Raw:
    """The world as a file, without its keys and its journal. Client secrets are in it."""
    file = written(world)
    body = compact_json(file) if format == "json" else as_yaml(file).encode()
    headers = {"Content-Disposition": f'attachment; filename="{world.name}.{format}"'}
    return Raw(body, headers=headers, media_type=f"application/{format}")


_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "object"}},
        },
    }
}


@router.post(
    "/worlds/import",
    status_code=201,
    tags=["files"],
    response_model_exclude_none=True,
    responses={**_FULL, 413: {"model": ProblemOut}, 415: {"model": ProblemOut}},
    openapi_extra=_FILE,
)
async def import_world(
    universe: UniverseDep,
    request: Request,
    name: Annotated[str | None, Query(pattern=WORLD_NAME, description="left out: that of the file")] = None,
) -> WorldOut:
    """A new world from a file that was exported, or from a scenario file; it signs with keys of its own."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    readers = {"application/json": read_json, "application/yaml": read_yaml, "application/x-yaml": read_yaml}
    if media_type not in readers:
        raise Problem(415, "send the file as application/json or application/yaml")
    try:
        file = await asyncio.to_thread(readers[media_type], await request.body())
        world = world_of(file, name or file.name or universe.new_name())
    except ValueError as mistakes:
        raise Problem(422, str(mistakes)) from None
    return add_world(universe, world)


# Profiles, keys, and what may go wrong


class ProfileIn(Strict):
    name: Profile
    share: Share = Field(default=HOSTILE_SHARE, description="of the good calls that a hostile world refuses")


class ProfileOut(BaseModel):
    name: Profile
    share: float


@router.post("/worlds/{world}/profile", tags=["faults"], responses=_FULL)
async def choose_profile(world: WorldDep, body: ProfileIn) -> ProfileOut:
    """`hostile` refuses a share of good calls by 503, 429 and RST, as ordinary faults that GET …/faults lists."""
    set_profile(world, body.name, body.share)
    return await read_profile(world)


@router.get("/worlds/{world}/profile", tags=["faults"])
async def read_profile(world: WorldDep) -> ProfileOut:
    name, share = profile_of(world)
    return ProfileOut(name=name, share=share)


class KeysOut(BaseModel):
    published: list[str] = Field(description="the names (kid) of the keys that verify documents, the present one first")


@router.post("/worlds/{world}/keys/rotate", tags=["keys"])
async def rotate_keys(world: WorldDep) -> KeysOut:
    """Documents are signed by a new key from now on; the one before is published still, the one before that not."""
    world.keys.rotate()
    return KeysOut(published=[key.kid for key in world.keys.published()])


class AttributeOut(BaseModel):
    default: int
    least: int
    most: int
    meaning: str


class KindOut(BaseModel):
    name: str
    family: Family
    faces: list[str]
    says: str = Field(description="what the wire carries")
    client: str = Field(description="what a client should do")
    states: bool = Field(description="true: the source says it of the person, in good order; false: it says nothing")
    attributes: dict[str, AttributeOut]


class KindsOut(BaseModel):
    items: list[KindOut]


@router.get("/faults", tags=["faults"])
async def list_kinds() -> KindsOut:
    """Every fault by its name: what it does, and what a client should do about it."""
    return KindsOut(
        items=[
            KindOut(
                name=name,
                family=family,
                faces=list(kind.faces),
                says=kind.says,
                client=kind.client,
                states=kind.states,
                attributes={
                    attribute: AttributeOut(
                        default=bounds.default, least=bounds.least, most=bounds.most, meaning=bounds.meaning
                    )
                    for attribute, bounds in kind.attributes.items()
                },
            )
            for family, kinds in FAMILIES.items()
            for name, kind in kinds.items()
        ]
    )
