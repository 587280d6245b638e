#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP server that misbehaves as it is told, for faults that a real one cannot be made to show.

usage: http_fault_server.py [--port N] [--script FILE] [--cert FILE --key FILE [--client-ca FILE]]

It listens on 127.0.0.1 (port 0, the default, takes a free one), writes "ready PORT" as its first
line and ends when its standard input ends, so it cannot outlive the test that started it.

What it answers is a script, a JSON document read from FILE or sent with PUT /__script:

  {"routes": [ROUTE...]}

  ROUTE   {"path": "/x" | "prefix": "/x", "method": "GET", "query": {"watch": "1"},
           "steps": [ANSWER...], "then": "last" | "cycle"}
          The first route that fits is taken. Its first step answers its first request, and so on;
          afterwards the last one is repeated ("last", the default) or they start over ("cycle").
  ANSWER  "status": 200, "headers": {"Name": "value"},
          "json": any | "text": "..." | "base64": "..."   the body; or
          "repeat": {"text": "x", "bytes": N}   N bytes of it; N -1: without end; or
          "lines": [LINE...]                    chunked, each line flushed as it is written
          "delay_ms": N     before anything is sent
          "gzip": true      the body is compressed
          "announce": N     Content-Length says N, whatever is sent
          "length": false   no Content-Length: the body ends with the connection
          "truncate": N     only N bytes of the body are sent, then the connection ends
          "raw": "bytes"    sent as they are (latin-1) instead of an answer, then the end
          "close": true     the connection ends without an answer
          "reset": true     the same, by a TCP reset
          "hold_ms": N      after the body, before the end of it (-1: for ever)
          "end": "cut"      lines: the connection ends inside of the chunked body
  LINE    "text" | {"json": any} | {"text": "...", "pause_ms": N, "newline": false}

Without a route that fits these paths do something by themselves:

  /status/N        that status             /delay/MS        an answer after MS
  /text/TEXT       TEXT                    /bytes/N         N bytes; -1 for ever
  /gzip/N          N bytes, compressed     /echo            the request, as JSON
  /truncate/N      N of 1000 bytes         /garbage         no HTTP
  /close  /reset  /hang                    /redirect?to=URL
  /lines/N?pause_ms=MS&cut=1               N numbered JSON lines
  /deep/N          N nested arrays         /flaky/N/STATUS?retry_after=S   N times STATUS, then 200

It is a proxy, too: CONNECT opens a tunnel to whatever is asked for, unless a route says otherwise.

GET /__requests lists what was asked so far: [{"method", "path", "query", "headers", "connection"}].
"""
import argparse
import base64
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

MAX_HEAD = 256 * 1024
FOREVER = 3600


class Gone(Exception):
    """The other side went away, or we leave on purpose."""


class Script:
    def __init__(self):
        self.lock = threading.Lock()
        self.routes = []
        self.requests = []
        self.counts = {}

    def load(self, document):
        with self.lock:
            self.routes = document.get("routes", [])
            self.counts = {}

    def note(self, request):
        with self.lock:
            self.requests.append(request)

    def asked(self):
        with self.lock:
            return list(self.requests)

    def count(self, key):
        """How many times this key was counted before."""
        with self.lock:
            seen = self.counts.get(key, 0)
            self.counts[key] = seen + 1
            return seen

    def find(self, request):
        with self.lock:
            for number, route in enumerate(self.routes):
                if fits(route, request):
                    steps = route["steps"]
                    seen = self.counts.get(number, 0)
                    self.counts[number] = seen + 1
                    if route.get("then") == "cycle":
                        return steps[seen % len(steps)]
                    return steps[min(seen, len(steps) - 1)]
        return None


def fits(route, request):
    if "path" in route and route["path"] != request["path"]:
        return False
    if "prefix" in route and not request["path"].startswith(route["prefix"]):
        return False
    if "method" in route and route["method"] != request["method"]:
        return False
    return all(request["query"].get(k) == v for k, v in route.get("query", {}).items())


def built_in(script, request):
    """The answer of a path that does something by itself."""
    parts = request["path"].strip("/").split("/")
    query = request["query"]
    name, rest = parts[0], [urllib.parse.unquote(p) for p in parts[1:]]
    if name == "status":
        return {"status": int(rest[0]), "json": {"message": "as you wish"}}
    if name == "delay":
        return {"delay_ms": int(rest[0]), "text": "late"}
    if name == "text":
        return {"text": rest[0] if rest else ""}
    if name == "bytes":
        return {"repeat": {"text": "x", "bytes": int(rest[0])}}
    if name == "gzip":
        return {"repeat": {"text": "x", "bytes": int(rest[0])}, "gzip": True}
    if name == "echo":
        return {"json": request}
    if name == "truncate":
        return {"text": "x" * 1000, "truncate": int(rest[0])}
    if name == "garbage":
        return {"raw": "220 mail.example.test ESMTP ready\r\n"}
    if name in ("close", "reset"):
        return {name: True}
    if name == "hang":
        return {"delay_ms": FOREVER * 1000}
    if name == "redirect":
        return {"status": 302, "headers": {"Location": query["to"]}}
    if name == "lines":
        pause = int(query.get("pause_ms", 0))
        lines = [{"json": {"n": n}, "pause_ms": pause} for n in range(int(rest[0]))]
        return {"lines": lines, "end": "cut" if query.get("cut") else "clean"}
    if name == "deep":
        return {"text": "[" * int(rest[0]) + "]" * int(rest[0])}
    if name == "flaky":
        if script.count(request["target"]) >= int(rest[0]):
            return {"text": "recovered"}
        headers = {"Retry-After": query["retry_after"]} if "retry_after" in query else {}
        return {"status": int(rest[1]), "headers": headers, "text": "not yet"}
    return {"status": 404, "json": {"message": "no such thing"}}


def split_target(target):
    path, _, query = target.partition("?")
    return path, dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


def copy_bytes(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Connection:
    def __init__(self, server, sock, number):
        self.server, self.script, self.sock, self.number = server, server.script, sock, number
        self.buffer = b""

    def receive(self):
        try:
            piece = self.sock.recv(65536)
        except OSError as error:
            raise Gone from error
        if not piece:
            raise Gone
        self.buffer += piece

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def read_request(self):
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > MAX_HEAD:
                raise Gone
            self.receive()
            if not self.buffer[:1].isalpha():  # TLS, say: answered as other servers do
                self.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                raise Gone
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {}
        for line in rest:
            key, _, value = line.partition(":")
            headers[key.strip().lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            self.receive()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        path, query = split_target(target)
        return {"method": method, "target": target, "path": path, "query": query,
                "headers": headers, "body": body.decode("latin-1"), "connection": self.number}

    def serve(self):
        while True:
            request = self.read_request()
            if request["path"] == "/__script":
                self.script.load(json.loads(request["body"]))
                self.answer(request, {"text": "ok"})
                continue
            if request["path"] == "/__requests":
                self.answer(request, {"json": self.script.asked()})
                continue
            self.script.note(request)
            answer = self.script.find(request)
            if request["method"] == "CONNECT" and answer is None:
                self.tunnel(request["target"])
            self.answer(request, answer or built_in(self.script, request))

    def tunnel(self, target):
        """Hand bytes to and fro until one side ends."""
        host, _, port = target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as far:
            self.send(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
            back = threading.Thread(target=copy_bytes, args=(far, self.sock), daemon=True)
            back.start()
            copy_bytes(self.sock, far)
            back.join(5)
        raise Gone

    def pause(self, milliseconds):
        """Ends early when the server does."""
        until = time.monotonic() + (FOREVER if milliseconds < 0 else milliseconds / 1000)
        while (left := until - time.monotonic()) > 0:
            if self.server.ending.wait(min(left, 0.5)):
                raise Gone

    def head(self, answer, headers):
        lines = [f"HTTP/1.1 {answer.get('status', 200)} Scripted"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def answer(self, request, answer):
        self.pause(answer.get("delay_ms", 0))
        if answer.get("reset"):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Gone
        if answer.get("close"):
            raise Gone
        if "raw" in answer:
            self.send(answer["raw"].encode("latin-1"))
            raise Gone
        if "lines" in answer:
            self.answer_lines(answer)
        elif "repeat" in answer and not answer.get("gzip"):
            self.answer_repeated(answer)
        else:
            self.answer_body(request, answer)

    def answer_body(self, request, answer):
        headers = dict(answer.get("headers", {}))
        if "json" in answer:
            body = json.dumps(answer["json"]).encode()
            headers.setdefault("Content-Type", "application/json")
        elif "base64" in answer:
            body = base64.b64decode(answer["base64"])
        elif "repeat" in answer:
            body = answer["repeat"]["text"].encode() * answer["repeat"]["bytes"]
        else:
            body = answer.get("text", "").encode()
            headers.setdefault("Content-Type", "text/plain")
        if answer.get("gzip"):
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        whole = answer.get("length", True)
        if whole:
            headers.setdefault("Content-Length", str(answer.get("announce", len(body))))
        else:
            headers.setdefault("Connection", "close")
        if request["method"] == "HEAD":
            body = b""
        cut = answer.get("truncate")
        self.send(self.head(answer, headers) + (body if cut is None else body[:cut]))
        self.pause(answer.get("hold_ms", 0))
        if cut is not None or not whole:
            raise Gone

    def answer_repeated(self, answer):
        text, left = answer["repeat"]["text"].encode(), answer["repeat"]["bytes"]
        headers = dict(answer.get("headers", {}))
        if left >= 0:
            headers["Content-Length"] = str(left)
        else:
            headers["Connection"] = "close"
        self.send(self.head(answer, headers))
        block = text * (65536 // len(text) + 1)
        while left != 0:
            piece = block if left < 0 else block[:left]
            self.send(piece)
            left -= len(piece) if left > 0 else 0

    def answer_lines(self, answer):
        headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked",
                   **answer.get("headers", {})}
        self.send(self.head(answer, headers))
        for line in answer["lines"]:
            line = {"text": line} if isinstance(line, str) else line
            self.pause(line.get("pause_ms", 0))
            text = json.dumps(line["json"]) if "json" in line else line["text"]
            data = (text + ("\n" if line.get("newline", True) else "")).encode()
            if data:
                self.send(b"%x\r\n%s\r\n" % (len(data), data))
        self.pause(answer.get("hold_ms", 0))
        if answer.get("end") == "cut":
            raise Gone
        self.send(b"0\r\n\r\n")


class Server:
    def __init__(self, options):
        self.script = Script()
        self.ending = threading.Event()
        if options.script:
            with open(options.script, encoding="utf-8") as file:
                self.script.load(json.load(file))
        self.tls = None
        if options.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.cert, options.key)
            if options.client_ca:
                self.tls.load_verify_locations(options.client_ca)
                self.tls.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", options.port), backlog=128)

    def port(self):
        return self.listener.getsockname()[1]

    def shake_hands(self, sock):
        raw = sock.dup()  # wrap_socket takes the other one, and closes it when it fails
        try:
            return self.tls.wrap_socket(sock, server_side=True)
        except ssl.SSLError:
            # Read what the client still sends: a reset would overtake the alert that says why.
            raw.shutdown(socket.SHUT_WR)
            raw.settimeout(2)
            while raw.recv(65536):
                pass
            raise
        finally:
            raw.close()

    def handle(self, sock, number):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                sock = self.shake_hands(sock)
            Connection(self, sock, number).serve()
        except (Gone, OSError, ValueError, KeyError, IndexError):
            pass
        finally:
            sock.close()

    def run(self):
        number = 0
        while True:
            sock, _ = self.listener.accept()
            number += 1
            threading.Thread(target=self.handle, args=(sock, number), daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--client-ca")
    server = Server(parser.parse_args())
    threading.Thread(target=server.run, daemon=True).start()
    print("ready", server.port(), flush=True)
    try:
        sys.stdin.buffer.read()
    except KeyboardInterrupt:
        pass
    server.ending.set()


if __name__ == "__main__":
    main()
