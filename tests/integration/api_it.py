# SPDX-License-Identifier: Apache-2.0
"""A client with the manners of ManageIQ's, and the demo provider's estate for tests of the API to share.

    class MyTest(api_it.Shared):
        def test_it(self):
            self.client.find("vms", name="x")
            self.refused(400, "GET", "/api/vms?limit=0", says="limit")
"""
import base64
import json
import unittest
import urllib.parse

import reeve_it

VMS = 95
ESTATE = {"seed": 7, "churn": 0, "vms": VMS, "pods": 30, "projects": 3, "nodes": 3, "hosts": 4, "clusters": 2,
          "datastores": 2, "images": 5, "details": 0}
ERROR_KINDS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
               410: "gone", 413: "content_too_large", 415: "unsupported_media_type", 429: "too_many_requests"}


def add_demo(reeved, name, **options):
    """A demo provider whose first refresh is over."""
    made = reeved.post("/api/providers", {"type": "demo", "name": name, "options": options})["results"][0]
    reeve_it.until(lambda: reeved.get(f"/api/providers/{made['id']}").get("last_inventory_date"), "a first refresh", 30)
    return made


def query(path, *pairs, **named):
    """Pairs may repeat a name: filter[] does."""
    pairs = [*pairs, *named.items()]
    return path + ("?" + urllib.parse.urlencode(pairs) if pairs else "")


class Client:
    """Keeps the rules that published clients of ManageIQ's API keep, and fails where they would."""

    def __init__(self, reeved, token=None):
        self.reeved = reeved
        if token:
            # What the Python client sends when it is only given a token.
            words = base64.b64encode(b"None:None").decode()
            self.headers = {"X-Auth-Token": token, "Authorization": "Basic " + words}
        else:
            pair = "admin:" + reeved.read("admin-password")
            self.headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        self.headers["Content-Type"] = "application/json; charset=utf-8"
        self.entry = self.call("GET", reeved.url + "/api")
        self.collections = {one["name"]: one for one in self.entry["collections"]}

    def call(self, method, href, body=None):
        root = self.reeved.url
        assert href.startswith(root + "/"), f"{href} is not below {root}"
        answer = self.reeved.request(method, href[len(root):], json.dumps(body).encode() if body is not None else None,
                                     headers=self.headers)
        out = answer.json if answer.body else None
        if out is None and method in ("GET", "OPTIONS"):
            raise AssertionError(f"{method} {href}: no JSON")
        if out and "error" in out:
            raise ApiError(out["error"], answer.status)
        assert answer.status < 400, (href, answer.status)
        return out

    def find(self, collection, **equal):
        """Rows by their attributes; each is read again by its own href, as clients do."""
        filters = [("filter[]", f"{name} = {quoted(value)}") for name, value in equal.items()]
        page = self.call("GET", query(self.collections[collection]["href"], *filters))
        assert page["name"] == collection and len(page["resources"]) == page["subcount"], page
        return [self.call("GET", hit["href"]) for hit in page["resources"]]

    def actions(self, thing):
        return {(one["name"], one["method"]): one["href"] for one in thing["actions"]}

    def act(self, thing, action, method="post", /, **resource):
        href = self.actions(thing)[(action, method)]
        if method == "delete":
            return self.call("DELETE", href, {})
        body = {"action": action}
        if resource:
            body["resource"] = resource
        return self.call("POST", href, body)

    def collection(self, name):
        return self.call("GET", query(self.collections[name]["href"], limit=1))

    def wait(self, result):
        """A task that is polled until it is finished, and has gone well."""
        assert result["task_href"].endswith("/api/tasks/" + result["task_id"])
        task = reeve_it.until(lambda: self.finished(result["task_href"]), "a finished task", 30, 0.05)
        assert task["status"].lower() == "ok", task
        return task

    def finished(self, href):
        task = self.call("GET", href)
        return task if task["state"].lower() == "finished" else None


class ApiError(Exception):
    def __init__(self, error, status):
        super().__init__(error["message"])
        self.kind, self.message, self.klass, self.status = error["kind"], error["message"], error["klass"], status


def quoted(value):
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if value == "":
        return "''"
    return f"'{value}'" if '"' in value else f'"{value}"'


class Shared(unittest.TestCase):
    """Tests that share one reeved with the estate."""

    @classmethod
    def setUpClass(cls):
        cls.case = reeve_it.Case()
        cls.case.setUp()
        try:
            cls.reeved = cls.case.start("--set", "api.feed_poll=50ms")
            cls.demo = add_demo(cls.reeved, "demo", **ESTATE)
            cls.client = Client(cls.reeved)
        except BaseException:
            cls.case.tearDown()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.case.tearDown()

    def get(self, path, *pairs, **named):
        return self.reeved.get(query(path, *pairs, **named))

    def rows(self, path, *filters, **named):
        return self.get(path, *(("filter[]", one) for one in filters), **dict({"expand": "resources"}, **named))

    def names(self, path, *filters, **named):
        return [row["name"] for row in self.rows(path, *filters, **dict({"sort_by": "name"}, **named))["resources"]]

    def refused(self, status, method, path, body=None, says="", klass=None, **more):
        """The answer is an error of the one form, with this status; its error object."""
        answer = self.reeved.request(method, path, body, **more)
        self.assertEqual(answer.status, status, (method, path, answer.body[:500]))
        error = answer.json["error"]
        self.assertEqual(set(answer.json), {"error"})
        self.assertLessEqual(set(error), {"kind", "message", "klass", "hint"})
        self.assertEqual(error["kind"], ERROR_KINDS[status])
        self.assertIn(says, error["message"])
        self.assertRegex(error["klass"], r"^(Api|ActiveRecord|MiqException)::\w+Error$|^ActiveRecord::Record\w+$")
        if klass:
            self.assertEqual(error["klass"], klass)
        return error
