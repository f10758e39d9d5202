"""The door to addresses that a person has typed: nothing private is ever connected to (security.md T22)."""

import socket
import threading
from collections.abc import Iterator

import httpcore
import pytest
from django.test import override_settings

from web import outbound

SPELLINGS = [
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_", "//127.0.0.1/",
    "https://", "https:///path", "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://0.0.0.0/",
    "https://2130706433/", "https://017700000001/", "https://0177.0.0.1/", "https://0x7f000001/", "https://0x7f.0.0.1/",
    "https://0x7f.1/", "https://127.0.0.1./", "https://localhost/", "https://localhost./", "https://LOCALHOST/",
    "https://127。0。0。1/", "https://１２７.0.0.1/", "https://①②⑦.0.0.1/", "https://[::1]/", "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/",
    "https://[fe80::1%25eth0]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/",
    "https://[ff02::1]/", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/",
    "https://100.64.0.1/", "https://192.0.0.192/", "https://198.18.0.1/", "https://224.0.0.1/", "https://255.255.255.255/",
    "https://example.com@127.0.0.1/", "https://127.0.0.1#@example.com/", "https://example.com\\@127.0.0.1/",
    "https://example.com:22/", "https://example.com:6379/", "https://example.com:99999/", "https://exa mple.com/",
    "https://example.com/\r\nHost: x", "https://example.com\t/", "https://metadata/", "https://-a.example.com/",
    "https://a..example.com/", "https://" + "a" * 64 + ".com/", "https://example.com/" + "a" * 600,
]  # fmt: skip


class Listener:
    """Counts who connects to this machine."""

    def __init__(self, answer: bytes = b"", *, holds: bool = False) -> None:
        self.over = threading.Event()
        if not holds:
            self.over.set()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.met, self.answer = self.socket.getsockname()[1], 0, answer
        self.received = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.met += 1
            with connection:
                connection.settimeout(5)
                while b"\r\n\r\n" not in self.received:
                    self.received += connection.recv(65536)
                connection.sendall(self.answer)
                self.over.wait(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.socket.close()


def test_odd_spellings_are_refused_and_nobody_is_met(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection, to whatever it is spelled as, would end at the listener."""
    real = socket.create_connection
    met = []

    def count(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        met.append(address)
        return real(("127.0.0.1", listener.port))

    monkeypatch.setattr(socket, "create_connection", count)
    print(f"spellings: {len(SPELLINGS)}")  # noqa: T201
    for url in SPELLINGS:
        with pytest.raises(outbound.RefusedError):
            outbound.post(url, b"{}", {}, find=lambda host, port: ["127.0.0.1"])

    assert len(SPELLINGS) >= 40
    assert (met, listener.met) == ([], 0)


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["64:ff9b::7f00:1"], []]
)
def test_a_name_that_leads_inside_is_refused(answers: list[str]) -> None:
    with pytest.raises(outbound.RefusedError):
        outbound.post("https://hooks.example.com/", b"{}", {}, find=lambda host, port: answers)


def test_the_name_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers something public first and something private then is not asked again."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    met: list[str] = []

    def refuse(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
        met.append(address[0])
        raise OSError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(httpcore.ConnectError):
        outbound.post("https://hooks.example.com/", b"{}", {}, find=lambda host, port: next(answers))

    assert met == ["93.184.216.34"]
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_public(address: str) -> None:
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "url", ["https://example.com/hook?x=1", "https://a.b-c.example.it:8443/", "https://93.184.216.34/"]
)
def test_plain_spellings_are_taken(url: str) -> None:
    assert outbound.check_url(url).scheme == "https"


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    inside = Listener(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    moved = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside.port}/\r\nContent-Length: 0\r\n\r\n"
    outside = Listener(moved.encode())
    name = f"127.0.0.1:{outside.port}"
    with override_settings(WEBHOOK_EXCEPTIONS=[name]):
        answer = outbound.post(f"http://{name}/hook", b"{}", {"X-Own": "1"})
    outside.socket.close()
    inside.socket.close()

    assert answer.status == 302
    assert (outside.met, inside.met) == (1, 0)
    assert b"POST /hook HTTP/1.1" in outside.received
    assert f"Host: {name}".encode() in outside.received


def test_a_receiver_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    slow = Listener(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx", holds=True)
    name = f"127.0.0.1:{slow.port}"
    with (
        override_settings(WEBHOOK_EXCEPTIONS=[name]),
        pytest.raises(httpcore.TimeoutException),
    ):
        outbound.post(f"http://{name}/", b"{}", {})
    slow.over.set()
    slow.socket.close()
