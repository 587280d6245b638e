# SPDX-License-Identifier: Apache-2.0
"""What the REST API refuses, and its figures for Prometheus."""
import re
import socket
import urllib.parse

import api_it
import reeve_it


class Errors(api_it.Shared):
    def test_wrong_paths(self):
        for path in ("/", "/nothing", "/api/nothing", "/api/vms/1/2/3/4/5", "/api//vms", "/api/vms//", "/ap"):
            self.refused(404, "GET", path, klass="Api::NotFoundError")
        self.assertIn("'vms'", self.refused(404, "GET", "/api/vm_s")["hint"])

    def test_wrong_ids(self):
        for path in ("/api/vms/x", "/api/vms/-1", "/api/vms/1.5", "/api/vms/0", "/api/vms/99999999999999999999",
                     "/api/vms/77", "/api/vms/1r5", "/api/vms/%00", "/api/vms/1%2f2"):
            answer = self.reeved.request("GET", path)
            self.assertIn(answer.status, (400, 404), path)
            self.assertIn(answer.json["error"]["kind"], ("not_found", "bad_request"))
        self.refused(404, "GET", "/api/vms/77", klass="ActiveRecord::RecordNotFound", says="77")
        self.refused(404, "GET", "/api/vms/x")

    def test_wrong_methods_say_which_are_right(self):
        of_collections = "GET, POST, OPTIONS"
        for method, path, allowed in (("DELETE", "/api/vms", of_collections), ("PUT", "/api/vms", of_collections),
                                      ("TRACE", "/api/vms", of_collections), ("POST", "/api", "GET, OPTIONS"),
                                      ("POST", "/healthz", "GET"), ("PATCH", "/api/zones/1", "GET")):
            self.refused(405, method, path)
            self.assertEqual(self.reeved.request(method, path).headers["Allow"], allowed, (method, path))

    def test_wrong_bodies(self):
        for body in (b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}", b"\xff\xfe", b'{"a":"\xff"}', b"[" * 5000,
                     b'{"a":' * 5000, b'{"action":7}', b'{"action":"fly"}', b'{"action":"query"}',
                     b'{"action":"query","resources":{}}', b'{"action":"query","resources":[7]}',
                     b'{"action":"query","resource":{"id":"1"},"resources":[]}',
                     b'{"action":"query","resources":[{"id":"1"}],"more":1}',
                     b'{"action":"query","resource":{"nmae":"x"}}'):
            self.refused(400, "POST", "/api/vms", body)
        self.assertIn("'query'", self.refused(400, "POST", "/api/vms", {"action": "qeury"}).get("hint", ""))
        self.refused(413, "POST", "/api/vms", b'{"a":"' + b"x" * (5 << 20) + b'"}')

    def test_wrong_types_of_answer(self):
        for accept in ("text/html", "text/plain", "image/png", "text/event-stream"):
            self.refused(415, "GET", "/api/vms/77" if accept == "text/event-stream" else "/api/vms",
                         headers={"Accept": accept})
        for accept in ("*/*", "application/json", "text/html, application/json;q=0.5", "application/*", ""):
            answer = self.reeved.request("GET", "/api/vms?limit=1", headers={"Accept": accept})
            self.assertEqual(answer.status, 200, accept)

    def test_wrong_parameters_name_the_nearest(self):
        self.assertIn("'limit'", self.refused(400, "GET", "/api/vms?limt=1", says="limt")["hint"])
        for path in ("/api/vms?%zz=1", "/api/vms?limit=%ff", "/api/vms?expand=%00"):
            self.refused(400, "GET", path)
        self.refused(400, "GET", "/api/vms?" + "&".join(f"filter[]=name='{i}'" for i in range(100)))

    def test_forbidden_kind_is_of_the_one_form(self):
        """No role refuses anything yet; a refused group is the nearest there is."""
        self.refused(401, "GET", "/api", headers={"X-MIQ-Group": "Other"}, klass="Api::AuthenticationError")

    def raw(self, text):
        where = urllib.parse.urlsplit(self.reeved.url)
        with socket.create_connection((where.hostname, where.port), timeout=20) as connection:
            out = b""
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65536):
                    out += piece
            except OSError:
                pass  # it did not want to hear the rest
        return out

    def test_what_is_no_http_does_no_harm(self):
        for text in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                     b"GET /api HTTP/9.9\r\n\r\n", b"GET " + b"/x" * 40000 + b" HTTP/1.1\r\n\r\n",
                     b"GET /api HTTP/1.1\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
                     b"POST /api/vms HTTP/1.1\r\nContent-Length: -5\r\n\r\n{}",
                     b"POST /api/vms HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
                     b"POST /api/vms HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            answer = self.raw(text)
            self.assertFalse(re.match(rb"HTTP/1\.\d (200|500)", answer), (text[:60], answer[:100]))
        self.assertEqual(self.reeved.request("GET", "/readyz").status, 200)


class Figures(api_it.Shared):
    SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$')

    def parse(self, text):
        """By the rules of the text format, version 0.0.4: {(name, labels): value}, {family: type}."""
        samples, types, helps, done, now = {}, {}, set(), set(), None
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# "):
                word, family, rest = line[2:].split(" ", 2)
                if word == "TYPE":
                    self.assertNotIn(family, types)
                    self.assertIn(rest, ("counter", "gauge", "histogram", "summary", "untyped"))
                    types[family] = rest
                else:
                    self.assertEqual(word, "HELP")
                    self.assertNotIn(family, helps)
                    helps.add(family)
                continue
            name, _, labels, value = self.SAMPLE.match(line).groups()
            family = next(one for one in (name, re.sub(r"_(bucket|sum|count)$", "", name)) if one in types)
            if family != now:
                self.assertNotIn(family, done, "lines of a family stand together")
                done.add(family)
                now = family
            if types[family] == "histogram":
                self.assertNotEqual(name, family)
            self.assertNotIn((name, labels), samples)
            samples[(name, labels)] = float(value)
        self.assertLessEqual(set(types), helps)
        return samples, types

    def test_metrics_are_prometheus_text(self):
        self.reeved.request("GET", "/api/nothing")
        answer = self.reeved.request("GET", "/metrics", user=None)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        samples, types = self.parse(answer.body.decode())
        self.assertGreater(len(types), 5)
        histograms = [family for family, kind in types.items() if kind == "histogram"]
        self.assertIn(("reeve_http_request_duration_seconds_count", 'route="/api/{collection}"'), samples)
        self.assertTrue(histograms)
        for family in histograms:
            self.check_histogram(family, samples)

    def check_histogram(self, family, samples):
        rows = {}
        for (name, labels), value in samples.items():
            if name == family + "_bucket":
                le = re.search(r'le="([^"]+)"', labels).group(1)
                rest = re.sub(r',?le="[^"]+"', "", labels).strip(",")
                rows.setdefault(rest, []).append((float(le), value))
        for rest, buckets in rows.items():
            values = [value for _, value in sorted(buckets)]
            self.assertEqual(values, sorted(values))
            self.assertEqual(sorted(buckets)[-1][0], float("inf"))
            self.assertEqual(samples[(family + "_count", rest or None)], values[-1])
            self.assertGreaterEqual(samples[(family + "_sum", rest or None)], 0)

    def test_requests_are_counted(self):
        def count():
            samples, _ = self.parse(self.reeved.request("GET", "/metrics").body.decode())
            return sum(value for (name, labels), value in samples.items() if name == "reeve_http_requests_total" and
                       'route="/api/ping"' in labels)

        before = count()
        for _ in range(7):
            self.reeved.request("GET", "/api/ping", user=None)
        self.assertGreaterEqual(count(), before + 7)

    def test_metrics_through_a_proxy_need_a_login(self):
        for header in ("X-Forwarded-For", "X-Forwarded-Host"):
            for user, status in ((None, 401), ("admin", 200)):
                answer = self.reeved.request("GET", "/metrics", user=user, headers={header: "192.0.2.1"})
                self.assertEqual(answer.status, status, header)


if __name__ == "__main__":
    reeve_it.main()
