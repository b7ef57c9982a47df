"""A processor that answers whatever it is told to, by the rules of HTTP or not."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers what its server is told to, in turn; the last answer over and over."""

    server: "NonsenseServer"

    def parse_request(self):
        """Take a request of any method."""
        if not super().parse_request():
            return False
        setattr(self, f"do_{self.command}", self._answer)
        return True

    def _answer(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        asked, answers = self.server.asked, self.server.answers
        asked.append((self.command, self.path, dict(self.headers)))
        answers[min(len(asked), len(answers)) - 1](self)

    def log_message(self, *_):
        """Say nothing."""


class NonsenseServer(ThreadingHTTPServer):
    """The processor; use it with `with`. `asked` has method, path and headers of each request."""

    def __init__(self, *answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: tuple[Any, ...] = answers
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.told: Queue[Any] = Queue()
        self.given_up = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.given_up.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


def says(content, status=200, kind="application/json", length=None):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()

    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refuses(status=400, **error):
    return says({"error": {"type": "invalid_request_error"} | error}, status)


def hangs_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def hangs_up_at_once(handler):
    handler.close_connection = True


def stays_silent(handler):
    handler.server.given_up.wait(5)


def speaks_slowly(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    handler.server.given_up.wait(5)


def is_not_http(handler):
    handler.wfile.write(b"\x16\x03\x01 hello?\r\n\r\n")


def leads_elsewhere(handler):
    handler.send_response(302)
    handler.send_header("Location", "/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
