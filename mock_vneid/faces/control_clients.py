"""The control door's part for clients: who may log citizens in, or ask for tokens, in a world."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from mock_vneid.faces.control import WorldDep
from mock_vneid.oidc.registration import CLIENT_ID, MOST_CLIENTS, ClientIn, ClientOut, ClientsOut
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.worlds import World

router = APIRouter(
    prefix="/worlds/{world}/clients",
    tags=["clients"],
    responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}},
)
ClientPath = Annotated[str, Path(pattern=CLIENT_ID, examples=["my-rp"])]


def _known(world: World, client_id: str) -> ClientOut:
    if client_id not in world.state.clients:
        raise Problem(404, "no client of this client_id is registered in this world")
    return ClientOut.of(world.state.clients[client_id])


@router.get("", response_model_exclude_none=True)
async def list_clients(world: WorldDep) -> ClientsOut:
    return ClientsOut(items=[ClientOut.of(client) for client in world.state.clients.values()])


@router.put(
    "/{client_id}",
    response_model_exclude_none=True,
    responses={201: {"description": "It was not there before"}, 409: {"model": ProblemOut}},
)
async def put_client(world: WorldDep, client_id: ClientPath, body: ClientIn, response: Response) -> ClientOut:
    """The client, whole, each time. `motlan-tthc` and `demo-rp` are there from the beginning, and after each reset."""
    clients = world.state.clients
    new = client_id not in clients
    if new and len(clients) >= MOST_CLIENTS:
        raise Problem(409, f"a world holds at most {MOST_CLIENTS} clients; DELETE some first")
    clients[client_id] = body.client(client_id)
    response.status_code = 201 if new else 200
    return ClientOut.of(clients[client_id])


@router.get("/{client_id}", response_model_exclude_none=True)
async def read_client(world: WorldDep, client_id: ClientPath) -> ClientOut:
    return _known(world, client_id)


@router.delete("/{client_id}", status_code=204)
async def delete_client(world: WorldDep, client_id: ClientPath) -> None:
    _known(world, client_id)
    del world.state.clients[client_id]
