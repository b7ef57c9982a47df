"""Asking ClamAV, against a stand-in that speaks as clamd does."""

import io
import socket
import threading
from contextlib import contextmanager

import pytest

from recert.transcript.scanning import CHUNK, ScannerUnavailable, scan

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def received(connection):
    """Read what INSTREAM brings, as clamd would; None where it is not that."""
    stream = connection.makefile("rb")
    if stream.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
        return None
    data = b""
    while size := int.from_bytes(stream.read(4)):
        data += stream.read(size)
    return data


def verdict(connection):
    data = received(connection)
    found = data is not None and EICAR in data
    connection.sendall(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")


def answering(*pieces):
    def answer(connection):
        received(connection)
        for piece in pieces:
            connection.sendall(piece)

    return answer


def unix_socket(folder):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "clamd.sock"))
    return listener


@contextmanager
def clamd(behave, listener=None):
    """Serve one connection, and answer the address."""
    listener = listener or socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _peer = listener.accept()
        with connection:
            behave(connection)

    server = threading.Thread(target=serve)
    with listener:
        listener.listen()
        server.start()
        name = listener.getsockname()
        try:
            yield f"unix://{name}" if isinstance(name, str) else f"tcp://127.0.0.1:{name[1]}"
        finally:
            server.join(5)
    assert not server.is_alive()


def scanned(data, behave, seconds=5.0):
    with clamd(behave) as address:
        return scan(io.BytesIO(data), address=address, seconds=seconds)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_all_of_a_document_is_sent(size):
    data = bytes(size)
    assert scanned(data, verdict) is None
    assert scanned(data + EICAR, verdict) == "Eicar-Signature"
    assert scanned(EICAR + data, verdict) == "Eicar-Signature"


def test_a_document_is_sent_from_its_start_and_left_there():
    file = io.BytesIO(EICAR)
    file.seek(5)
    with clamd(verdict) as address:
        assert scan(file, address=address) == "Eicar-Signature"
    assert file.tell() == 0


def test_a_socket_of_the_file_system_will_do(tmp_path):
    with clamd(verdict, unix_socket(tmp_path)) as address:
        assert address == f"unix://{tmp_path}/clamd.sock"
        assert scan(io.BytesIO(EICAR), address=address) == "Eicar-Signature"
    with pytest.raises(ScannerUnavailable, match="cannot be reached: Connection refused"):
        scan(io.BytesIO(EICAR), address=address)


def test_an_answer_may_come_in_pieces():
    behave = answering(b"stream: Win.Test", b".A B-1 FOU", b"ND\0")
    assert scanned(b"x", behave) == "Win.Test.A B-1"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "answered nothing"),
        (b"stream: OK", "answered nothing"),
        (b"stream: Eicar FOU", "answered nothing"),
        (b"HTTP/1.1 400 Bad Request\r\n\0", "answered 'HTTP/1.1 400 Bad Request'"),
        (b"\xff\xfe\x01\0", "is no verdict"),
        (b"stream: OK FOUNDER\0", "is no verdict"),
        (b"a stream: OK\0", "is no verdict"),
        (b"INSTREAM size limit exceeded. ERROR\0", "size limit exceeded"),
        (b"y" * 9000 + b"\0", "is no verdict"),
    ],
)
def test_nonsense_is_no_verdict(answer, told):
    with pytest.raises(ScannerUnavailable, match=told) as caught:
        scanned(b"x", answering(answer))
    assert str(caught.value).startswith("the virus scanner at tcp://127.0.0.1:")
    assert len(str(caught.value)) < 400


def test_a_connection_that_is_dropped_is_no_verdict():
    with pytest.raises(ScannerUnavailable, match="answered nothing"):
        scanned(bytes(5_000_000), lambda connection: connection.recv(10))


def test_what_a_scanner_says_before_it_hangs_up_is_told():
    def full(connection):
        connection.recv(100)
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(CHUNK):
            pass

    with pytest.raises(ScannerUnavailable, match="size limit exceeded"):
        scanned(bytes(500_000), full)


@pytest.mark.parametrize("listens_first", [True, False])
@pytest.mark.parametrize("is_unix", [True, False])
def test_a_scanner_that_stays_silent_is_not_waited_for(listens_first, is_unix, tmp_path):
    given_up = threading.Event()

    def silent(connection):
        if listens_first:
            received(connection)
        given_up.wait(3)

    with clamd(silent, unix_socket(tmp_path) if is_unix else None) as address:
        file = io.BytesIO(bytes(20_000_000))
        with pytest.raises(ScannerUnavailable, match=r"did not answer within 0\.2 seconds"):
            scan(file, address=address, seconds=0.2)
        given_up.set()


def test_a_scanner_that_talks_without_end_is_not_listened_to():
    hung_up = threading.Event()

    def chatter(connection):
        received(connection)
        try:
            for _each in range(5_000):
                connection.sendall(b"stream: " * 1000)
        except OSError:
            hung_up.set()

    with pytest.raises(ScannerUnavailable, match="answered nothing"):
        scanned(b"x", chatter)
    assert hung_up.is_set()


def test_a_scanner_that_is_not_there_is_unavailable(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ScannerUnavailable, match="cannot be reached: Connection refused"):
        scan(io.BytesIO(b"x"), address=f"tcp://127.0.0.1:{port}")
    with pytest.raises(ScannerUnavailable, match="cannot be reached: No such file"):
        scan(io.BytesIO(b"x"), address=f"unix://{tmp_path}/clamd.sock")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "127.0.0.1:3310",
        "tcp://",
        "tcp://127.0.0.1:many",
        "http://127.0.0.1",
        "unix://",
        "unix://run/clamd.sock",
        "tcp://[::1",
    ],
)
def test_an_address_is_tcp_or_unix(address):
    with pytest.raises(ScannerUnavailable, match="is no address of a virus scanner; expected tcp"):
        scan(io.BytesIO(b"x"), address=address)
