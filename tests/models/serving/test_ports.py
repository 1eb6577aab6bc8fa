"""Where a server listens, and what is told where it cannot."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from agentopt.errors import AvailabilityError, UsageError
from agentopt.models.serving.ports import Place, asked, place
from tests.models.loopback import Fault, serve


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen(0)
        yield held.getsockname()[1]


def test_port_0_is_any_that_is_free() -> None:
    found = place("127.0.0.1", 0)
    assert found.port > 0
    assert place("127.0.0.1", found.port) == found


def test_a_port_in_use_names_one_that_is_free(taken: int) -> None:
    with pytest.raises(AvailabilityError, match=f"port {taken} is in use by another program") as caught:
        place("127.0.0.1", taken)
    free = int(caught.value.hint.partition("--port ")[2].strip("`"))
    assert place("127.0.0.1", free).port == free


def test_a_port_of_a_model_server_says_how_to_use_it() -> None:
    with serve(models=("qwen",)) as server:
        port = int(server.address.rpartition(":")[2].partition("/")[0])
        with pytest.raises(AvailabilityError) as caught:
            place("127.0.0.1", port)
    assert f"serves qwen: `--model {server.address}#qwen` uses it" in caught.value.message


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70000)]
)
def test_what_is_no_place_is_refused(host: str, port: int) -> None:
    with pytest.raises(UsageError):
        place(host, port)


def test_clients_reach_a_server_open_to_all_by_this_machines_address() -> None:
    assert Place("0.0.0.0", 80).address == "http://127.0.0.1:80/v1"


def test_what_is_not_json_is_an_empty_object() -> None:
    with serve() as server:
        server.fail(Fault(200, "<html>hello</html>", kind="text/html"))
        port = int(server.address.rpartition(":")[2].partition("/")[0])
        assert asked(Place("127.0.0.1", port), "/v1/models") == (200, {})
