"""Where one request ends and the next begins is read one way, or the connection ends."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from tests.ops.serving import START_S, Serving, serving

HOST = b"Host: 127.0.0.1\r\n"
HIDDEN = b"GET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\n"
"""A second request, hidden in what another reader takes for the first one's body."""
LAST = HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
LONG = b"%d" % (5 + len(HIDDEN))
AMBIGUOUS = {
    "a length and chunks": b"Content-Length: %s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    % LONG,
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %s\r\n\r\n" % LONG,
    "a length with a sign": b"Content-Length: +0\r\n\r\n",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(tmp_path_factory.mktemp("one-reading"), "--workers", "1") as found:
        yield found


def statuses(server: Serving, sent: bytes) -> list[int]:
    """Of each answer, until the server ends the connection; one that it leaves open fails."""
    port = int(server.url.rpartition(":")[2])
    told = b""
    with socket.create_connection(("127.0.0.1", port), timeout=START_S) as line:
        line.sendall(sent)
        while part := line.recv(65536):
            told += part
    return [int(found) for found in re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", told)]


def test_two_requests_in_a_row_get_two_answers(server: Serving) -> None:
    """So that an answer to what is hidden below would be seen."""
    assert statuses(server, HIDDEN + LAST) == [200, 200]


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_what_can_be_read_in_two_ways_is_refused_and_hides_no_second_request(
    server: Serving, headers: bytes, version: bytes
) -> None:
    sent = b"POST /robots.txt HTTP/" + version + b"\r\n" + HOST + headers + HIDDEN + LAST
    (status,) = statuses(server, sent)
    assert 400 <= status < 500
