# SPDX-License-Identifier: Apache-2.0
"""Changes as server-sent events: told, resumed, filtered, ended, and not kept for readers that do not read."""
import json
import os
import re
import time
import urllib.parse

import api_it
import reeve_it


class Stream:
    """Server-sent events over a bare socket, so that a test can stop reading."""

    def __init__(self, reeved, path, last=None, buffer_bytes=None, timeout_s=20):
        where = urllib.parse.urlsplit(reeved.url)
        self.socket = reeved.connect(timeout_s, buffer_bytes)
        token = reeved.get("/api/auth?requester_type=ui")["auth_token"]
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nAccept: text/event-stream\r\n"
                             f"X-Auth-Token: {token}\r\n" + (f"Last-Event-ID: {last}\r\n" if last else "") +
                             "\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.pending = b""
        self.last = None

    def begin(self):
        """Status, and the first id."""
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        if self.status == 200:
            self.next(named=False)
        return self

    def body(self):
        return json.loads(self.file.read(int(self.headers["content-length"])))

    def line(self):
        while b"\n" not in self.pending:
            size = int(self.file.readline().strip() or b"0", 16)
            if size == 0:
                raise EOFError("the stream has ended")
            self.pending += self.file.read(size)
            self.file.readline()
        line, _, self.pending = self.pending.partition(b"\n")
        return line.decode()

    def next(self, named=True):
        """The next event: (name, id, data); without name one that only carries an id counts as well."""
        while True:
            event = {}
            while (line := self.line()):
                field, _, value = line.partition(":")
                event[field] = value.lstrip(" ")
            self.last = event.get("id", self.last)
            if "event" in event or not named:
                return event.get("event"), self.last, json.loads(event["data"]) if "data" in event else None

    def close(self):
        self.file.close()
        self.socket.close()


class Streams(reeve_it.Case):
    def serve(self, *options, env=None):
        self.reeved = self.start("--set", "api.feed_poll=50ms", *options, env=env)
        self.provider = api_it.add_demo(self.reeved, "demo", vms=2, pods=2, churn=0)["id"]

    def stream(self, path, **more):
        stream = Stream(self.reeved, path, **more)
        self.addCleanup(stream.close)
        return stream.begin()

    def rename(self, name):
        self.reeved.call("PATCH", f"/api/providers/{self.provider}", [
            {"action": "edit", "path": "name", "value": name}])

    def test_changes_are_told_and_resumed(self):
        self.serve()
        stream = self.stream("/api/providers?attributes=name")
        self.assertEqual(stream.status, 200)
        self.assertTrue(stream.headers["content-type"].startswith("text/event-stream"))
        seen = []
        for name in ("one", "two", "three"):
            self.rename(name)
            event, number, data = stream.next()
            while data.get("name") != name:  # the refresher's own notes
                event, number, data = stream.next()
            self.assertEqual((event, data["id"], set(data)), ("updated", self.provider, {"href", "id", "name"}))
            seen.append(number)
        self.assertEqual(len(set(seen)), 3)
        stream.close()
        self.rename("four")
        later = self.stream("/api/providers?attributes=name", last=seen[0])
        numbers = []
        while not numbers or data.get("name") != "four" or len(numbers) < 3:
            event, number, data = later.next()
            numbers.append(number)
        self.assertLessEqual(set(seen[1:]), set(numbers))
        self.assertNotIn(seen[0], numbers)

    def test_filter_decides_who_comes_and_goes(self):
        self.serve()
        path = "/api/providers?" + urllib.parse.urlencode({"filter[]": "name='wanted*'", "attributes": "name"})
        stream = self.stream(path)
        self.rename("unwanted")
        self.rename("wanted 1")
        event, _, data = stream.next()
        while event == "deleted":  # one that may have fitted before is told of as well
            event, _, data = stream.next()
        self.assertEqual((event, data["name"]), ("updated", "wanted 1"))
        self.rename("other")
        event, _, data = stream.next()
        self.assertEqual((event, set(data)), ("deleted", {"href", "id"}))

    def test_creations_and_deletions_are_told(self):
        self.serve()
        stream = self.stream("/api/providers?attributes=name")
        made = api_it.add_demo(self.reeved, "second", vms=1, pods=1, churn=0)
        event, _, data = stream.next()
        while data["id"] != made["id"]:
            event, _, data = stream.next()
        self.assertEqual((event, data["name"]), ("created", "second"))
        self.reeved.wait_task(self.reeved.post(f"/api/providers/{made['id']}", {"action": "delete"})["task_id"])
        while event != "deleted":
            event, _, data = stream.next()
        self.assertEqual(data["id"], made["id"])

    def test_position_of_another_database_is_gone(self):
        self.serve()
        epoch, _, number = self.stream("/api/providers").last.partition("-")
        foreign = self.stream("/api/providers", last=f"{int(epoch) - 1}-{number}")
        self.assertEqual(foreign.status, 410)
        error = foreign.body()["error"]
        self.assertEqual((error["kind"], "hint" in error), ("gone", True))
        for text in ("x", "1", "1-", "-1", "1-2-3", "9" * 40 + "-1"):
            self.assertEqual(self.stream("/api/providers", last=text).status, 400, text)
        self.assertEqual(self.stream("/api/providers", last=f"{epoch}-{number}").status, 200)

    def test_streams_have_limits_and_rules(self):
        self.serve("--set", "api.streams_max=2")
        first, second = self.stream("/api/vms"), self.stream("/api/hosts")
        third = self.stream("/api/zones")
        self.assertEqual((third.status, third.body()["error"]["kind"]), (503, "service_unavailable"))
        first.close()
        self.until(lambda: self.stream("/api/zones").status == 200, "there is room again")
        second.close()
        self.assertEqual(self.stream("/api/vms?filter[]=nonsense").status, 400)
        self.assertEqual(self.stream("/api/vms/1").status, 415)

    def test_stop_ends_streams(self):
        self.serve()
        stream = self.stream("/api/vms")
        code, seconds = self.reeved.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10)
        with self.assertRaises((EOFError, ConnectionError)):
            while True:
                stream.next()

    def open_streams(self):
        text = self.reeved.request("GET", "/metrics").body.decode()
        return sum(map(int, re.findall(r"^reeve_http_streams\{.*\} (\d+)", text, re.M)))

    def memory(self):
        return max(int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))
                   for pid in self.reeved.children("api"))

    def test_reader_that_stops_is_dropped_while_others_go_on(self):
        # What is freed shall be free: the sanitizer otherwise keeps 256 MB of it.
        env = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4")
        self.serve("--set", "api.idle_timeout=2s", "--set", "workers.api.count=1", env=env)
        api_it.add_demo(self.reeved, "busy", vms=10, pods=2000, churn=3000, projects=3, nodes=3)
        slow = self.stream("/api/container_groups", buffer_bytes=4096)
        fast = self.stream("/api/container_groups")
        self.assertEqual(self.open_streams(), 2)
        before, count, end = self.memory(), 0, time.monotonic() + 60
        while self.open_streams() == 2 and time.monotonic() < end:
            for _ in range(200):
                fast.next()
            count += 200
        self.assertEqual(self.open_streams(), 1, "the slow one is dropped")
        self.assertLess(self.memory() - before, 64 << 10, "what it did not take was not kept for it")
        for _ in range(200):
            fast.next()
        self.resume(slow, fast.last)

    def resume(self, slow, until):
        """What it had got before it was dropped is whole; behind it nothing is missing."""
        try:
            while True:
                slow.next()
        except (EOFError, ConnectionError, ValueError):
            pass
        number = lambda text: int(text.partition("-")[2])
        again = self.stream("/api/container_groups", last=slow.last)
        self.assertEqual(again.status, 200)
        numbers = [number(slow.last)]
        while numbers[-1] < number(until):
            again.next()
            numbers.append(number(again.last))
        self.assertEqual(numbers, sorted(set(numbers)))
        told = self.database().one(
            "SELECT COUNT(*) FROM changes WHERE kind = 'container_group' AND number > %d AND number <= %d" % (
                numbers[0], numbers[-1]))
        self.assertEqual(len(numbers) - 1, int(told))


if __name__ == "__main__":
    reeve_it.main()
