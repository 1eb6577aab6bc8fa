"""Where a server listens: whether a port is free, who has it, and what a client writes to reach it."""

from __future__ import annotations

__all__ = ["Place", "asked", "is_private", "place"]

import http.client
import json
import socket
from dataclasses import dataclass
from errno import EACCES, EADDRINUSE
from ipaddress import ip_address

from agentopt.errors import AvailabilityError, UsageError

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@dataclass(frozen=True)
class Place:
    """A host and a port that were free.

    >>> Place("::", 8000).address
    'http://[::1]:8000/v1'
    """

    host: str
    port: int

    @property
    def reached(self) -> str:
        """The host, for clients on this machine."""
        return _EVERYWHERE.get(self.host, self.host)

    @property
    def address(self) -> str:
        """The base URL, for clients on this machine."""
        host = f"[{self.reached}]" if ":" in self.reached else self.reached
        return f"http://{host}:{self.port}/v1"


def place(host: str, port: int) -> Place:
    """A place to listen at; port 0 takes any that is free.

    Raises:
        AvailabilityError: the port is in use; the message says by what, the hint names one that is free.
        UsageError: the host is not this machine, or the port is not for everybody.
    """
    if not 0 <= port < 1 << 16:
        raise UsageError(f"--port {port} is no port", hint="a number from 1024 to 65535, or 0 for any")
    try:
        return Place(host, _bound(host, port))
    except OSError as error:
        if error.errno == EADDRINUSE:
            free = next(
                (each for each in range(port + 1, min(port + 50, 1 << 16)) if _is_free(host, each)), 0
            )
            raise AvailabilityError(
                _taken(Place(host, port)), hint=f"take another: `--port {free}`"
            ) from None
        if error.errno == EACCES:
            raise UsageError(f"port {port} is not for everybody to listen at", hint="--port 8000") from None
        raise UsageError(
            f"--host {host} is no address of this machine: {error.strerror or error}",
            hint="127.0.0.1 for this machine alone, 0.0.0.0 for its network",
        ) from None


def is_private(host: str) -> bool:
    """Whether only this machine reaches what listens there.

    >>> is_private("127.0.0.1"), is_private("localhost"), is_private("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def asked(
    where: Place, path: str, body: object = None, *, seconds: float = 5.0
) -> tuple[int, dict[str, object]]:
    """Status and JSON of what a server says, past any proxy; an empty object for what is not JSON.

    Raises:
        OSError, http.client.HTTPException: nobody answers.
    """
    connection = http.client.HTTPConnection(where.reached, where.port, timeout=seconds)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(
            "GET" if body is None else "POST", path, sent, {"content-type": "application/json"}
        )
        answer = connection.getresponse()
        try:
            said = json.loads(answer.read(1 << 20))
        except ValueError:
            said = {}
        return answer.status, said if isinstance(said, dict) else {}
    finally:
        connection.close()


def _bound(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(address)
        tried.listen(1)
        return int(tried.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    try:
        _bound(host, port)
    except OSError:
        return False
    return True


def _taken(where: Place) -> str:
    try:
        status, said = asked(where, "/v1/models", seconds=2.0)
    except (OSError, http.client.HTTPException):
        return f"port {where.port} is in use by another program"
    listed = said.get("data")
    names = (
        [str(each.get("id")) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    if status == 200 and names:
        return (
            f"port {where.port} is in use by a model server that serves {', '.join(names[:3])}: "
            f"`--model {where.address}#{names[0]}` uses it"
        )
    return f"port {where.port} is in use by another program that speaks HTTP"
