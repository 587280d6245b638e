# SPDX-License-Identifier: Apache-2.0
"""The REST API of a running reeved as ManageIQ's clients use it: entry point, finding, acting, pages, filters, errors,
streams, figures; and whether both stores give the same answers. The estate is the demo provider's, without churn."""
import base64
import json
import os
import re
import socket
import time
import unittest
import urllib.parse

import reeve_it

VMS = 95
ESTATE = {"seed": 7, "churn": 0, "vms": VMS, "pods": 30, "projects": 3, "nodes": 3, "hosts": 4, "clusters": 2,
          "datastores": 2, "images": 5}
ERROR_KINDS = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
               410: "gone", 413: "content_too_large", 415: "unsupported_media_type"}


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


class Entry(Shared):
    def test_entry_point_has_what_clients_read(self):
        entry = self.client.entry
        self.assertEqual(list(entry), ["name", "description", "version", "versions", "settings", "identity",
                                       "server_info", "product_info", "collections"])
        self.assertEqual((entry["name"], entry["description"], entry["version"]), ("API", "REST API", "3.0.0"))
        self.assertTrue(entry["versions"][0]["href"].endswith("/api/v3.0.0"))
        self.assertEqual(set(entry["identity"]), {"userid", "name", "user_href", "group", "group_href", "role", "role_href",
                                                  "tenant", "groups", "miq_groups"})
        self.assertLessEqual({"version", "build", "appliance", "server_href", "zone_href", "region_href"},
                             set(entry["server_info"]))
        self.assertLessEqual({"name", "name_full", "copyright", "support_website", "support_website_text"},
                             set(entry["product_info"]))
        names = [one["name"] for one in entry["collections"]]
        self.assertEqual(names, sorted(names))
        for one in entry["collections"]:
            self.assertEqual(set(one), {"name", "href", "description"})
            self.assertEqual(one["href"], f"{self.reeved.url}/api/{one['name']}")
        for href in (entry["identity"]["user_href"], *(entry["server_info"][name] for name in (
                "server_href", "zone_href", "region_href"))):
            self.assertEqual(self.client.call("GET", href)["href"], href)

    def test_authorization_comes_when_it_is_asked_for(self):
        features = self.get("/api", attributes="authorization")["authorization"]["product_features"]
        self.assertTrue(features)
        for name, feature in features.items():
            self.assertLessEqual(set(feature.get("children", [])), set(features), name)
        self.assertNotIn("authorization", self.client.entry)

    def test_versioned_paths_keep_their_version_in_links(self):
        page = self.get("/api/v3.0.0/vms", limit=1)
        self.assertIn("/api/v3.0.0/vms/", page["resources"][0]["href"])
        self.assertIn("/api/v3.0.0/vms?", page["links"]["next"])
        self.assertEqual(self.client.call("GET", page["resources"][0]["href"])["href"], page["resources"][0]["href"])
        self.refused(400, "GET", "/api/v9.0.0/vms", says="9.0.0")

    def test_ping_product_and_health_need_no_login(self):
        for path, text in (("/api/ping", b"pong"), ("/healthz", b"ok\n"), ("/readyz", b"ok\n")):
            answer = self.reeved.request("GET", path, user=None)
            self.assertEqual((answer.status, answer.body), (200, text))
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(self.reeved.get("/api/product_info", user=None)["name"], "Reeve")
        self.assertEqual(self.reeved.get("/api/openapi.json", user=None)["openapi"], "3.1.0")

    def test_links_follow_the_host_that_the_client_used(self):
        answer = self.reeved.request("GET", "/api/zones", headers={"Host": "reeve.example:8443", "X-Forwarded-Proto": "https"})
        self.assertTrue(answer.json["resources"][0]["href"].startswith("https://reeve.example:8443/api/zones/"))

    def test_options_lists_names_without_login(self):
        names = self.reeved.request("OPTIONS", "/api/providers", user=None).json
        self.assertEqual(set(names), {"attributes", "virtual_attributes", "relationships", "subcollections", "data"})
        for key in ("attributes", "virtual_attributes", "relationships", "subcollections"):
            self.assertEqual(names[key], sorted(names[key]), key)
        self.assertIn("container_groups", names["subcollections"])
        settings = names["data"]["provider_settings"]
        self.assertIn("ManageIQ::Providers::Kubernetes::ContainerManager", settings)
        self.assertIn("churn", [option["name"] for option in settings["demo"]["options"]])

    def test_cross_origin_headers_are_on_every_answer(self):
        for method, path, status in (("GET", "/api", 200), ("GET", "/api/vms/0", 404), ("OPTIONS", "/api/vms", 200),
                                     ("DELETE", "/api/vms", 405), ("GET", "/nowhere", 404)):
            answer = self.reeved.request(method, path)
            self.assertEqual(answer.status, status, path)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*", path)
            self.assertIn("PATCH", answer.headers["Access-Control-Allow-Methods"])
            self.assertIn("x-auth-token", answer.headers["Access-Control-Allow-Headers"])


class Login(Shared):
    def token(self, **params):
        return self.get("/api/auth", **params)

    def status(self, **headers):
        return self.reeved.request("GET", "/api", headers=headers, user=None).status

    def test_basic_is_checked(self):
        none = self.reeved.request("GET", "/api", user=None)
        self.assertEqual(none.status, 401)
        self.assertTrue(none.headers["WWW-Authenticate"].startswith("Basic "))
        quiet = self.reeved.request("GET", "/api", user=None, headers={"X-Requested-With": "XMLHttpRequest"})
        self.assertEqual((quiet.status, quiet.headers["WWW-Authenticate"]), (401, None))
        for user, password in (("admin", "wrong"), ("nobody", "x"), ("admin", ""), ("", "")):
            self.refused(401, "GET", "/api", user=user or " ", password=password or " ",
                         klass="MiqException::MiqEVMLoginError")

    def test_token_is_issued_used_renewed_and_ended(self):
        issued = self.token()
        self.assertEqual(set(issued), {"auth_token", "token_ttl", "expires_on"})
        self.assertEqual(issued["token_ttl"], 600)
        token = issued["auth_token"]
        self.assertEqual(self.status(**{"X-Auth-Token": token}), 200)
        self.assertNotEqual(self.token()["auth_token"], token)
        ended = self.reeved.request("DELETE", "/api/auth", headers={"X-Auth-Token": token}, user=None)
        self.assertEqual((ended.status, ended.body), (204, b""))
        self.assertEqual(self.status(**{"X-Auth-Token": token}), 401)

    def test_use_renews_a_token_unless_it_is_asked_not_to(self):
        """The row says until when; what a client is told comes from it."""
        token = self.token(requester_type="ui")["auth_token"]
        database = self.case.database()
        newest = database.one("SELECT MAX(id) FROM auth_tokens")
        expires = lambda: int(database.one(f"SELECT expires_on FROM auth_tokens WHERE id = {newest}"))
        database.query(f"UPDATE auth_tokens SET expires_on = expires_on - 1800000 WHERE id = {newest}")
        before = expires()
        self.assertEqual(self.status(**{"X-Auth-Token": token, "X-Auth-Skip-Token-Renewal": "true"}), 200)
        self.assertEqual(expires(), before)
        self.assertEqual(self.status(**{"X-Auth-Token": token}), 200)
        self.assertGreater(expires(), before + 1700000)
        database.query(f"UPDATE auth_tokens SET expires_on = 1000 WHERE id = {newest}")
        self.assertEqual(self.status(**{"X-Auth-Token": token}), 401)

    def test_requester_types_have_their_own_times(self):
        for kind, seconds in (("ui", 3600), ("ws", 3600), ("cli", 30 * 86400)):
            issued = self.token(requester_type=kind)
            self.assertEqual((issued["requester_type"], issued["token_ttl"]), (kind, seconds))
        self.refused(400, "GET", "/api/auth?requester_type=other", says="other")

    def test_token_beats_basic(self):
        token = self.token()["auth_token"]
        wrong = "Basic " + base64.b64encode(b"admin:wrong").decode()
        right = "Basic " + base64.b64encode(b"admin:" + self.reeved.read("admin-password").encode()).decode()
        self.assertEqual(self.status(**{"X-Auth-Token": token, "Authorization": wrong}), 200)
        self.assertEqual(self.status(**{"X-Auth-Token": "0" * 64, "Authorization": right}), 401)
        self.assertEqual(Client(self.reeved, token=token).entry["identity"]["userid"], "admin")


class Reading(Shared):
    def test_collection_lists_hrefs_alone(self):
        page = self.get("/api/vms")
        self.assertEqual(page["name"], "vms")
        self.assertEqual([set(one) for one in page["resources"]], [{"href"}] * VMS)
        self.assertEqual((page["count"], page["subcount"], page["pages"]), (VMS, VMS, 1))
        self.assertNotIn("subquery_count", page)

    def test_each_hit_is_a_whole_document_by_its_own_href(self):
        for name in ("vms", "hosts", "container_groups", "containers", "clusters", "data_stores", "users"):
            href = self.get("/api/" + name, limit=1)["resources"][0]["href"]
            row = self.client.call("GET", href)
            self.assertEqual(row["href"], href)
            self.assertTrue(href.endswith("/" + row["id"]))
            self.assertNotIn(None, row.values())
            self.assertIsInstance(row["actions"], list)
            listed = self.rows("/api/" + name, f"id={row['id']}")["resources"]
            self.assertEqual(listed, [row])

    def test_pages_and_links_over_95_rows(self):
        page = self.get("/api/vms", limit=10)
        self.assertEqual((page["count"], page["subcount"], page["pages"]), (95, 10, 10))
        self.assertEqual(set(page["links"]), {"self", "next", "first", "last"})
        seen, hops = [one["href"] for one in page["resources"]], 1
        while "next" in page["links"]:
            here = page["links"]["self"]
            page = self.client.call("GET", page["links"]["next"])
            self.assertEqual(re.sub(r"offset=\d+", "", page["links"].get("previous", "")).rstrip("&?"),
                             re.sub(r"&?offset=\d+", "", here).rstrip("&?"))
            seen += [one["href"] for one in page["resources"]]
            hops += 1
        self.assertEqual((hops, len(seen), len(set(seen))), (10, 95, 95))
        self.assertEqual((page["subcount"], page["links"]["self"]), (5, page["links"]["last"]))
        self.assertEqual(set(page["links"]), {"self", "previous", "first", "last"})
        first = self.client.call("GET", page["links"]["first"])
        self.assertEqual([one["href"] for one in first["resources"]], seen[:10])
        middle = self.get("/api/vms", limit=10, offset=40)["links"]
        self.assertEqual({name: re.search(r"offset=(\d+)", link).group(1) for name, link in middle.items()},
                         {"self": "40", "next": "50", "previous": "30", "first": "0", "last": "90"})

    def test_page_past_the_end_is_empty(self):
        page = self.get("/api/vms", offset=95, limit=10)
        self.assertEqual((page["count"], page["subcount"], page["resources"]), (95, 0, []))
        self.assertNotIn("next", page["links"])
        self.assertEqual(self.get("/api/vms", offset=2**62)["subcount"], 0)

    def test_limit_is_capped_and_must_make_sense(self):
        self.assertEqual(self.get("/api/vms", limit=5000)["subcount"], 95)
        for name, value in (("limit", "0"), ("limit", "-1"), ("limit", "ten"), ("limit", ""), ("limit", "1.5"),
                            ("offset", "-1"), ("offset", "x"), ("limit", str(2**64))):
            self.refused(400, "GET", query("/api/vms", (name, value)), says=name)

    def test_counts_of_a_filtered_page(self):
        page = self.get("/api/vms", ("filter[]", "power_state='on'"), limit=5)
        on = len(self.names("/api/vms", "power_state='on'"))
        self.assertTrue(5 < on < 95)
        self.assertEqual((page["count"], page["subquery_count"], page["subcount"]), (95, on, 5))
        self.assertEqual(page["pages"], -(-on // 5))
        none = self.get("/api/vms", ("filter[]", "name='no such name'"))
        self.assertEqual((none["count"], none["subquery_count"], none["subcount"], none["pages"]), (95, 0, 0, 0))

    def test_attributes_narrow_to_named_columns(self):
        for row in self.rows("/api/vms", attributes="name,power_state", limit=3)["resources"]:
            self.assertEqual(set(row), {"href", "id", "name", "power_state"})
        error = self.refused(400, "GET", query("/api/vms", expand="resources", attributes="name,pwoer_state"),
                             says="pwoer_state")
        self.assertIn("power_state", error["hint"])

    def test_virtual_attributes_come_beside_all_columns(self):
        row = self.rows("/api/vms", limit=1, attributes="href_slug,archived")["resources"][0]
        self.assertEqual((row["href_slug"], row["archived"]), ("vms/" + row["id"], False))
        self.assertIn("raw_power_state", row)
        self.assertEqual(set(self.rows("/api/vms", limit=1, attributes="name,href_slug")["resources"][0]),
                         {"href", "id", "name", "href_slug"})

    def test_dotted_paths_nest(self):
        row = self.rows("/api/vms", limit=1, attributes="name,host.name,host.ems_cluster.name")["resources"][0]
        self.assertTrue(row["host"]["name"])
        self.assertTrue(row["host"]["ems_cluster"]["name"])
        self.assertNotIn("power_state", row["host"])
        whole = self.rows("/api/vms", limit=1, attributes="host")["resources"][0]
        self.assertEqual(whole["host"]["id"], whole["host_id"])
        self.assertIn("power_state", whole)
        self.assertEqual(self.rows("/api/vms", limit=1, attributes="name,host/name")["resources"][0]["host"],
                         {"name": row["host"]["name"]} | ({"id": row["host"]["id"]} if "id" in row["host"] else {}))

    def test_sub_collections_are_expanded_in_each_row(self):
        rows = self.rows("/api/container_groups", limit=5, expand="resources,containers")["resources"]
        for row in rows:
            self.assertTrue(row["containers"])
            for child in row["containers"]:
                self.assertEqual(child["container_group_id"], row["id"])
        hosts = self.rows("/api/hosts", expand="resources,vms")["resources"]
        self.assertEqual(sum(len(host["vms"]) for host in hosts), VMS)
        self.refused(400, "GET", "/api/vms?expand=resources,contaners", says="contaners")
        self.refused(400, "GET", "/api/container_groups?expand=resources,containers&attributes=containers",
                     says="containers")

    def test_sub_collections_have_pages_and_filters_of_their_own(self):
        host = self.get("/api/hosts", limit=1, expand="resources")["resources"][0]
        page = self.get(f"/api/hosts/{host['id']}/vms", limit=2)
        mine = self.names("/api/vms", f"host_id={host['id']}")
        self.assertEqual((page["name"], page["count"], page["subcount"]), ("vms", len(mine), 2))
        self.assertIn(f"/api/hosts/{host['id']}/vms?", page["links"]["next"])
        self.assertEqual(self.names(f"/api/hosts/{host['id']}/vms"), mine)
        self.assertEqual(self.names(f"/api/hosts/{host['id']}/vms", f"name='{mine[0]}'"), [mine[0]])
        other = self.rows("/api/vms", f"host_id!={host['id']}", limit=1)["resources"][0]
        self.refused(404, "GET", f"/api/hosts/{host['id']}/vms/{other['id']}")
        self.refused(404, "GET", f"/api/hosts/{host['id']}/nothing", says="nothing")
        self.refused(404, "GET", "/api/hosts/77/vms", klass="ActiveRecord::RecordNotFound")

    def test_hide_leaves_counts_and_actions(self):
        page = self.get("/api/vms", hide="resources")
        self.assertEqual((page["count"], "resources" in page, "actions" in page), (95, False, True))
        self.refused(400, "GET", "/api/vms?hide=actions", says="actions")

    def test_collection_class_restricts_and_refuses_aliens(self):
        add_kubernetes = "ManageIQ::Providers::Kubernetes::ContainerManager"
        self.assertEqual(self.get("/api/providers", collection_class=add_kubernetes)["count"], 0)
        self.assertEqual(self.get("/api/providers", collection_class="ExtManagementSystem")["count"], 1)
        self.assertEqual(self.get("/api/vms", collection_class="Vm")["count"], 95)
        for alien in ("Host", "Nothing", "ManageIQ::Providers::Amazon::CloudManager", ""):
            self.refused(400, "GET", query("/api/vms", collection_class=alien), says="collection_class")

    def test_sorting_with_two_keys_orders_and_case(self):
        rows = self.rows("/api/vms", sort_by="power_state,name", sort_order="desc,asc")["resources"]
        keys = [(row["power_state"], row["name"]) for row in rows]
        self.assertEqual(keys, sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True))
        self.assertEqual(self.names("/api/vms", sort_order="descending"), self.names("/api/vms")[::-1])
        self.refused(400, "GET", "/api/vms?sort_by=nmae", says="nmae")
        self.refused(400, "GET", "/api/vms?sort_by=name&sort_order=up", says="up")

    def test_sorting_may_ignore_case(self):
        database = self.case.database()
        ids = [row["id"] for row in self.rows("/api/container_projects", sort_by="name")["resources"]]
        for number, name in zip(ids, ("b-case", "A-case", "C-case")):
            database.query(f"UPDATE container_projects SET name = '{name}' WHERE id = {number}")
        try:
            self.assertEqual(self.names("/api/container_projects"), ["A-case", "C-case", "b-case"])
            self.assertEqual(self.names("/api/container_projects", sort_order="asc", sort_options="ignore_case"),
                             ["A-case", "b-case", "C-case"])
        finally:
            for number in ids:
                database.query(f"UPDATE container_projects SET name = 'project-{number}' WHERE id = {number}")

    def test_secrets_are_nowhere(self):
        add_demo(self.reeved, "with-secret", vms=1, pods=1, churn=0, password="sesame-open-wide")
        try:
            texts = [json.dumps(self.rows("/api/" + name, limit=1000)) for name in self.client.collections]
            self.assertGreater(len(texts), 60)
            for text in texts:
                self.assertNotIn("sesame-open-wide", text)
                self.assertIsNone(re.search(r'"(password\w*|auth_key\w*|token_digest|private_key)": ?"', text))
            self.assertNotIn("sesame-open-wide", self.reeved.log())
            self.refused(400, "GET", query("/api/authentications", ("filter[]", "password='sesame-open-wide'")),
                         says="password")
            self.refused(400, "GET", "/api/users?sort_by=password_digest", says="password_digest")
        finally:
            made = self.client.find("providers", name="with-secret")[0]
            self.client.wait(self.client.act(made, "delete"))


class Filters(Shared):
    """Against the whole list, filtered here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all = cls.reeved.get("/api/vms?expand=resources&attributes=hardware")["resources"]

    def expect(self, wanted, *filters):
        self.assertEqual(self.names("/api/vms", *filters), sorted(row["name"] for row in self.all if wanted(row)), filters)

    def test_six_operators_on_numbers_texts_and_times(self):
        middle = sorted(row["name"] for row in self.all)[40]
        number = sorted(int(row["id"]) for row in self.all)[40]
        when = sorted(row["ems_created_on"] for row in self.all)[40]
        compare = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
                   "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
        for operator, holds in compare.items():
            self.expect(lambda row: holds(row["name"], middle), f"name{operator}'{middle}'")
            self.expect(lambda row: holds(int(row["id"]), number), f"id {operator} {number}")
            self.expect(lambda row: holds(row["ems_created_on"], when), f"ems_created_on{operator}'{when}'")

    def test_times_without_quotes(self):
        when = sorted(row["ems_created_on"] for row in self.all)[40]
        self.expect(lambda row: row["ems_created_on"] < when, f"ems_created_on<{when}")
        self.expect(lambda row: row["ems_created_on"].startswith(when[:10]), f"ems_created_on={when[:10]}")
        self.refused(400, "GET", query("/api/vms", ("filter[]", f"ems_created_on>={when}")), says="ems_created_on")
        self.refused(400, "GET", query("/api/vms", ("filter[]", "ems_created_on=yesterday")), says="yesterday")

    def test_flags_and_words_need_no_quotes(self):
        self.expect(lambda row: not row["template"], "template=false")
        self.expect(lambda row: row["template"], "template != false")
        self.expect(lambda row: row["power_state"] == "on", "power_state=on")
        self.expect(lambda row: row["power_state"] != "on", "power_state != on")
        self.refused(400, "GET", query("/api/vms", ("filter[]", "template=maybe")), says="maybe")

    def test_blanks_and_both_quotes(self):
        name = self.all[0]["name"]
        for text in (f'name = "{name}"', f"name='{name}'", f"  name  =  {name}  ", f"name ='{name}'", f'name= "{name}"'):
            self.expect(lambda row: row["name"] == name, text)
        self.assertEqual([row["name"] for row in self.client.find("vms", name=name)], [name])

    def test_quotes_within_a_name_are_found(self):
        number = self.all[0]["id"]
        for name in ('say "hi"', "it's", "a%b*c_d\\e", "ünï cødé ✓", " blanks ", "", "NULL", "or x = 'y'", "a=b<c>d!=e"):
            stored = name.replace("'", "''")
            self.case.database().query(f"UPDATE vms SET name = '{stored}' WHERE id = {number}")
            found = self.client.find("vms", name=name)
            self.assertEqual([row["id"] for row in found], [number], name)
        stored = self.all[0]["name"]
        self.case.database().query(f"UPDATE vms SET name = '{stored}' WHERE id = {number}")

    def test_wildcards_are_anchored_and_keep_case(self):
        start = self.all[0]["name"][:4]
        self.expect(lambda row: row["name"].startswith(start), f"name='{start}%'")
        self.expect(lambda row: row["name"].startswith(start), f'name="{start}*"')
        self.expect(lambda row: not row["name"].startswith(start), f"name!='{start}*'")
        self.expect(lambda row: "-" in row["name"], "name='*-%'")
        self.expect(lambda row: False, f"name='{start.upper()}%'")
        self.expect(lambda row: False, "name='%-'")
        self.expect(lambda row: False, f"name={start}%")  # without quotes it is a character

    def test_null_in_its_spellings(self):
        self.assertTrue(any("boot_time" not in row for row in self.all) and any("boot_time" in row for row in self.all))
        for word in ("NULL", "null", "nil", "NIL"):
            self.expect(lambda row: "boot_time" not in row, f"boot_time={word}")
            self.expect(lambda row: "boot_time" in row, f"boot_time != {word}")
        self.expect(lambda row: False, "name='NULL'")
        self.refused(400, "GET", query("/api/vms", ("filter[]", "boot_time<NULL")), says="boot_time")

    def test_or_stands_beside_all_others(self):
        a, b, c = self.all[0]["name"], self.all[1]["name"], self.all[2]["name"]
        self.expect(lambda row: row["name"] in (a, b), f"name='{a}'", f"or name='{b}'")
        self.expect(lambda row: row["name"] == c, "power_state='on'", "power_state='off'", f"or name='{c}'")
        self.expect(lambda row: row["power_state"] == "on" and row["name"] > b or row["name"] == a,
                    "power_state=on", f"or name='{a}'", f"name>'{b}'")

    def test_one_association_may_be_crossed(self):
        memory = sorted(row["hardware"]["memory_mb"] for row in self.all)[40]
        self.expect(lambda row: row["hardware"]["memory_mb"] >= memory, f"hardware.memory_mb>={memory}")
        host = self.rows("/api/hosts", sort_by="name", limit=1)["resources"][0]
        self.expect(lambda row: row["host_id"] == host["id"], f"host.name='{host['name']}'")
        names = self.names("/api/hosts", f"vms.name='{self.all[0]['name']}'")
        self.assertEqual(names, [row["name"] for row in self.rows("/api/hosts", f"id={self.all[0]['host_id']}")["resources"]])
        self.refused(400, "GET", query("/api/vms", ("filter[]", "host.ems_cluster.name='x'")), says="more than one")

    def test_filters_that_cannot_be_are_refused_by_name(self):
        for text, says in (("nmae='x'", "nmae"), ("name", "operator"), ("='x'", "attribute"), ("name=", "value"),
                           ("name='x", "quote"), ("name=='x'", "operator"), ("name=~/x/", "operator"),
                           ("host='x'", "host"), ("host.nmae='x'", "nmae"), ("id=x", "id"), ("id=1.5", "id"),
                           ("name='x' and 1=1", "quote"), ("name;drop='x'", "attribute")):
            self.refused(400, "GET", query("/api/vms", ("filter[]", text)), says=says)
        self.refused(400, "GET", query("/api/vms", filter="name='x'"), says="filter")

    def test_values_are_never_sql(self):
        for value in ("' OR 1=1 --", "x'; DROP TABLE vms; --", "\\' OR ''='", "%' OR '1'='1"):
            page = self.get("/api/vms", ("filter[]", f'name="{value}"'))
            self.assertEqual((page["subquery_count"], page["count"]), (0, 95))


class Acting(Shared):
    def provider(self, name, **options):
        made = add_demo(self.reeved, name, **dict({"vms": 2, "pods": 2, "churn": 0}, **options))
        self.addCleanup(self.remove, made["id"])
        return made

    def remove(self, number):
        answer = self.reeved.request("POST", f"/api/providers/{number}", {"action": "delete"})
        if answer.status == 200:
            self.reeved.wait_task(answer.json["task_id"])

    def task_of(self, result):
        self.assertEqual(result["success"], True)
        self.assertTrue(result["message"] and result["href"])
        self.assertEqual(result["tasks"], [{"id": result["task_id"], "href": result["task_href"]}])
        return self.client.wait(result)

    def test_life_of_a_provider_as_the_client_leads_it(self):
        zone = self.client.find("zones", name="default")[0]
        href = self.client.actions(self.client.collection("providers"))[("create", "post")]
        body = {"action": "create", "resource": {"type": "demo", "name": "through the client", "zone": {"id": zone["id"]},
                                                 "options": {"vms": 3, "pods": 2, "churn": 0}}}
        made = self.client.call("POST", href, body)["results"][0]
        self.addCleanup(self.remove, made["id"])
        self.assertEqual((made["name"], made["type"], made["zone_id"]), ("through the client", "demo", zone["id"]))
        found = self.client.find("providers", name="through the client")
        self.assertEqual([one["id"] for one in found], [made["id"]])
        row = found[0]
        self.assertLessEqual({("edit", "post"), ("edit", "patch"), ("edit", "put"), ("refresh", "post"), ("verify", "post"),
                              ("delete", "post"), ("delete", "delete")}, set(self.client.actions(row)))
        task = self.task_of(self.client.act(row, "refresh"))
        self.assertEqual((task["state"], task["userid"]), ("Finished", "admin"))
        self.assertIn("through the client", task["name"])
        self.assertEqual(self.client.act(row, "edit", name="renamed")["name"], "renamed")
        self.assertEqual(self.client.act(row, "verify")["success"], True)
        count = self.client.call("GET", query(row["href"] + "/vms"))["count"]
        self.assertEqual(count, 3)
        self.task_of(self.client.act(self.client.find("providers", name="renamed")[0], "delete"))
        self.assertEqual(self.client.find("providers", name="renamed"), [])
        with self.assertRaises(ApiError) as gone:
            self.client.call("GET", row["href"])
        self.assertEqual((gone.exception.status, gone.exception.kind), (404, "not_found"))
        self.assertEqual(self.rows("/api/vms", f"ems_id={made['id']}", archived="true")["resources"], [])

    def test_create_takes_its_three_forms(self):
        one = {"type": "demo", "options": {"vms": 1, "pods": 1, "churn": 0}}
        forms = (dict(one, name="bare"), {"action": "create", "resource": dict(one, name="wrapped")},
                 {"action": "create", "resources": [dict(one, name="first"), dict(one, name="second")]})
        made = [row for form in forms for row in self.reeved.post("/api/providers", form)["results"]]
        for row in made:
            self.addCleanup(self.remove, row["id"])
        self.assertEqual([row["name"] for row in made], ["bare", "wrapped", "first", "second"])

    def test_create_refuses_what_it_must(self):
        before = self.get("/api/providers")["count"]
        base = {"type": "demo", "name": "never"}
        for more, says in (({"id": "1"}, "id"), ({"href": "/api/providers/1"}, "href"), ({"name": "demo"}, "demo"),
                           ({"name": ""}, "name"), ({"type": "demmo"}, "demmo"), ({"optoins": {}}, "optoins"),
                           ({"options": {"vsm": 1}}, "vsm"), ({"options": {"vms": "many"}}, "vms"),
                           ({"options": {"vms": -1}}, "vms"), ({"options": {"fault": "nonsense"}}, "fault"),
                           ({"zone": {"id": "77"}}, "Zone"), ({"zone": "default"}, "zone"),
                           ({"connection_configurations": "x"}, "connection_configurations"),
                           ({"connection_configurations": [{"endpoint": {"role": "default", "hostnam": "x"}}]}, "hostnam")):
            status = 404 if says == "Zone" else 400
            self.refused(status, "POST", "/api/providers", dict(base, **more), says=says)
        self.assertEqual(self.get("/api/providers")["count"], before)

    def test_provider_that_cannot_be_reached_leaves_no_row(self):
        tables = ("ext_management_systems", "endpoints", "authentications")
        counts = lambda: [self.case.database().one(f"SELECT COUNT(*) FROM {table}") for table in tables]
        before, zone = counts(), self.client.find("zones", name="default")[0]
        port = reeve_it.free_port()
        error = self.refused(400, "POST", "/api/providers", {
            "type": "ManageIQ::Providers::Kubernetes::ContainerManager", "name": "nobody there",
            "zone": {"href": zone["href"]}, "provider_region": "somewhere",
            "connection_configurations": [{
                "endpoint": {"role": "default", "hostname": "127.0.0.1", "port": port, "verify_ssl": 0,
                             "security_protocol": "ssl-without-validation"},
                "authentication": {"authtype": "bearer", "auth_key": "a-token"}}]}, timeout_s=60)
        self.assertIn(str(port), error["message"] + error.get("hint", ""))
        self.assertNotIn("a-token", json.dumps(error))
        self.assertEqual(counts(), before)

    def test_edits_by_post_put_and_patch_are_the_same(self):
        made = self.provider("to edit")
        path, outcomes = f"/api/providers/{made['id']}", []
        wanted = {"name": "edited", "provider_region": "north", "tenant_mapping_enabled": True}
        edits = (("POST", {"action": "edit", "resource": wanted}), ("PUT", wanted),
                 ("PATCH", [{"action": "edit", "path": name, "value": value} for name, value in wanted.items()]))
        for method, body in edits:
            self.reeved.post(path, {"action": "edit", "resource": {
                "name": "to edit", "provider_region": None, "tenant_mapping_enabled": False}})
            self.assertNotIn("provider_region", self.get(path))
            answer = self.reeved.call(method, path, body)
            stored = self.get(path)
            self.assertEqual({name: stored[name] for name in wanted}, wanted)
            self.assertEqual({**answer, "updated_on": 0}, {**stored, "updated_on": 0})
            outcomes.append({**stored, "updated_on": 0})
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertEqual(outcomes[1], outcomes[2])

    def test_options_are_laid_over_the_stored_ones(self):
        made = self.provider("more", vms=2)
        path = f"/api/providers/{made['id']}"
        self.reeved.post(path, {"action": "edit", "resource": {"options": {"vms": 4}}})
        self.case.until(lambda: self.get(path + "/vms")["count"] == 4, "the new options are used", 30)
        self.assertEqual(self.get(path + "/container_groups")["count"], 2)
        self.refused(400, "PUT", path, {"options": {"vms": "x"}}, says="vms")
        self.refused(400, "PUT", path, {"type": "kubernetes"}, says="type")

    def test_proof_that_fails_is_an_answer_with_the_reason(self):
        made = self.provider("to prove")
        answer = self.reeved.post(f"/api/providers/{made['id']}", {
            "action": "verify", "resource": {"options": {"fault": "auth"}}})
        self.assertEqual(answer["success"], False)
        self.assertTrue(answer["message"])
        self.refused(400, "PUT", f"/api/providers/{made['id']}", {"options": {"fault": "auth"}})

    def test_paused_provider_is_not_refreshed(self):
        made = self.provider("to pause")
        path = f"/api/providers/{made['id']}"
        self.assertTrue(self.reeved.post(path, {"action": "pause"})["success"])
        refused = self.reeved.post(path, {"action": "refresh"})
        self.assertEqual((refused["success"], "task_id" in refused), (False, False))
        self.assertTrue(self.reeved.post(path, {"action": "resume"})["success"])
        self.task_of(self.reeved.post(path, {"action": "refresh"}))

    def test_delete_in_its_forms(self):
        a, b, c, d = (self.provider(f"gone {i}") for i in range(4))
        answer = self.reeved.request("DELETE", f"/api/providers/{a['id']}")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.task_of(self.reeved.post(f"/api/providers/{b['id']}", {"action": "delete"}))
        results = self.reeved.post("/api/providers", {"action": "delete", "resources": [
            {"href": c["href"]}, {"id": "77"}, {"id": d["id"]}]})["results"]
        self.assertEqual([one["success"] for one in results], [True, False, True])
        self.assertIn("77", results[1]["message"])
        for one in (results[0], results[2]):
            self.client.wait(one)
        for one in (a, b, c, d):
            self.case.until(lambda: self.reeved.request("GET", f"/api/providers/{one['id']}").status == 404, "it is gone")
        self.refused(404, "DELETE", "/api/providers/77")

    def test_bulk_query_by_every_key(self):
        vms = self.rows("/api/vms", limit=3, sort_by="name")["resources"]
        answer = self.reeved.post("/api/vms?attributes=name", {"action": "query", "resources": [
            {"id": vms[0]["id"]}, {"href": vms[1]["href"]}, {"name": vms[2]["name"]}, {"id": int(vms[0]["id"])}]})
        self.assertEqual([one["name"] for one in answer["results"]], [vms[i]["name"] for i in (0, 1, 2, 0)])
        self.assertEqual({frozenset(one) - {"actions"} for one in answer["results"]}, {frozenset(("href", "id", "name"))})
        demo = self.get("/api/providers/" + self.demo["id"])
        by = lambda collection, key: self.reeved.post("/api/" + collection, {"action": "query", "resources": [key]})["results"]
        self.assertEqual(by("providers", {"guid": demo["guid"]})[0]["id"], demo["id"])
        self.assertEqual(by("users", {"userid": "admin"})[0]["userid"], "admin")
        self.assertEqual(by("servers", {"guid": self.reeved.read("guid")})[0]["status"], "started")
        self.refused(404, "POST", "/api/vms", {"action": "query", "resources": [{"id": vms[0]["id"]}, {"id": "77"}]})
        self.refused(400, "POST", "/api/vms", {"action": "query", "resources": [{"href": "/api/hosts/1"}]})
        self.refused(400, "POST", "/api/vms", {"action": "query", "resources": []})

    def test_statements_do_not_grow_with_rows(self):
        """The server's own counter, around a page of few and of all."""
        def cost(path):
            """The least of some: /metrics itself asks the store now and then."""
            out = []
            for _ in range(4):
                before = self.statements()
                self.reeved.get(path)
                out.append(self.statements() - before)
            return min(out)

        for more in ("expand=resources", "expand=resources,hardware,custom_attributes&attributes=host,href_slug",
                     "filter[]=host.name='*'&sort_by=name"):
            self.assertEqual(cost(f"/api/vms?{more}&limit=2"), cost(f"/api/vms?{more}&limit=90"), more)

    def statements(self):
        text = self.reeved.request("GET", "/metrics").body.decode()
        return int(re.search(r"^reeve_store_statements_total (\d+)", text, re.M).group(1))

    def test_task_that_is_finished_can_be_deleted(self):
        made = self.provider("with a task")
        task = self.task_of(self.reeved.post(f"/api/providers/{made['id']}", {"action": "refresh"}))
        self.assertIn(("delete", "delete"), self.client.actions(task))
        self.assertNotIn(("cancel", "post"), self.client.actions(task))
        self.refused(400, "POST", f"/api/tasks/{task['id']}", {"action": "cancel"}, says="finished")
        self.assertIsNone(self.client.act(task, "delete", "delete"))
        self.refused(404, "GET", f"/api/tasks/{task['id']}")


class Errors(Shared):
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
        for method, path, allowed in (("DELETE", "/api/vms", "GET, POST, OPTIONS"), ("PUT", "/api/vms", "GET, POST, OPTIONS"),
                                      ("POST", "/api", "GET, OPTIONS"), ("POST", "/healthz", "GET"),
                                      ("TRACE", "/api/vms", "GET, POST, OPTIONS"), ("PATCH", "/api/zones/1", "GET")):
            self.refused(405, method, path)
            self.assertEqual(self.reeved.request(method, path).headers["Allow"], allowed, (method, path))

    def test_wrong_bodies(self):
        for body in (b"", b"{", b"[]", b"null", b"7", b'"x"', b"{}", b'{"action":7}', b'{"action":"fly"}', b'{"action":"query"}',
                     b'{"action":"query","resources":{}}', b'{"action":"query","resources":[7]}', b"\xff\xfe", b'{"a":"\xff"}',
                     b'{"action":"query","resource":{"id":"1"},"resources":[]}', b"[" * 5000, b'{"a":' * 5000,
                     b'{"action":"query","resources":[{"id":"1"}],"more":1}', b'{"action":"query","resource":{"nmae":"x"}}'):
            self.refused(400, "POST", "/api/vms", body)
        self.assertIn("'query'", self.refused(400, "POST", "/api/vms", {"action": "qeury"}).get("hint", ""))
        self.refused(413, "POST", "/api/vms", b'{"a":"' + b"x" * (5 << 20) + b'"}')

    def test_wrong_types_of_answer(self):
        for accept in ("text/html", "text/plain", "image/png", "text/event-stream"):
            self.refused(415, "GET", "/api/vms/77" if accept == "text/event-stream" else "/api/vms",
                         headers={"Accept": accept})
        for accept in ("*/*", "application/json", "text/html, application/json;q=0.5", "application/*", ""):
            self.assertEqual(self.reeved.request("GET", "/api/vms?limit=1", headers={"Accept": accept}).status, 200, accept)

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
        for text in (b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /api HTTP/9.9\r\n\r\n",
                     b"GET " + b"/x" * 40000 + b" HTTP/1.1\r\n\r\n", b"GET /api HTTP/1.1\r\n" + b"A: b\r\n" * 20000 + b"\r\n",
                     b"POST /api/vms HTTP/1.1\r\nContent-Length: -5\r\n\r\n{}",
                     b"POST /api/vms HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
                     b"POST /api/vms HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            answer = self.raw(text)
            self.assertFalse(re.match(rb"HTTP/1\.\d (200|500)", answer), (text[:60], answer[:100]))
        self.assertEqual(self.reeved.request("GET", "/readyz").status, 200)


class Figures(Shared):
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
        self.assertTrue(rows, family)
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
            self.assertEqual(self.reeved.request("GET", "/metrics", user=None, headers={header: "192.0.2.1"}).status, 401)
            self.assertEqual(self.reeved.request("GET", "/metrics", headers={header: "192.0.2.1"}).status, 200)


class Stream:
    """Server-sent events over a bare socket, so that a test can stop reading."""

    def __init__(self, reeved, path, last=None, buffer_bytes=None, timeout_s=20):
        where = urllib.parse.urlsplit(reeved.url)
        self.socket = socket.socket()
        if buffer_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        self.socket.settimeout(timeout_s)
        self.socket.connect((where.hostname, where.port))
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
        self.provider = add_demo(self.reeved, "demo", vms=2, pods=2, churn=0)["id"]

    def stream(self, path, **more):
        stream = Stream(self.reeved, path, **more)
        self.addCleanup(stream.close)
        return stream.begin()

    def rename(self, name):
        self.reeved.call("PATCH", f"/api/providers/{self.provider}", [{"action": "edit", "path": "name", "value": name}])

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
            self.assertEqual((event, data["id"], set(data) - {"actions"}), ("updated", self.provider, {"href", "id", "name"}))
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
        made = add_demo(self.reeved, "second", vms=1, pods=1, churn=0)
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
        return int(re.search(r"^reeve_api_streams (\d+)", text, re.M).group(1))

    def memory(self):
        return max(int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))
                   for pid in self.reeved.children("api"))

    def test_reader_that_stops_is_dropped_while_others_go_on(self):
        # What is freed shall be free: the sanitizer otherwise keeps 256 MB of it.
        env = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=4")
        self.serve("--set", "api.idle_timeout=2s", "--set", "workers.api.count=1", env=env)
        add_demo(self.reeved, "busy", vms=10, pods=2000, churn=3000, projects=3, nodes=3)
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


@unittest.skipUnless(reeve_it.STORE == "postgres", "compares both stores, once")
class BothStores(reeve_it.Case):
    READS = (
        [f"/api/{name}?expand=resources&sort_by=id" for name in (
            "vms", "hosts", "clusters", "data_stores", "container_groups", "containers", "container_projects",
            "container_nodes", "container_images", "hardwares", "custom_attributes", "container_conditions", "zones",
            "server_roles", "endpoints")] +
        ["/api/vms", "/api/vms?limit=10&offset=40", "/api/vms?expand=resources,hardware,custom_attributes&limit=20",
         "/api/hosts?expand=resources,vms&attributes=name", "/api/provider_types", "/api/product_info",
         "/api/vms?expand=resources&attributes=name,host.name,storage.name,href_slug,archived,region_number",
         "/api/container_groups?expand=resources,containers&attributes=container_project.name&sort_by=namespace,name",
         "/api/vms?hide=resources", "/api/vms?by_tag=/a/b", "/api/vms?collection_class=Vm&limit=1",
         "/api/vms?archived=true&limit=1", "/api/nothing", "/api/vms/77", "/api/vms?limit=0", "/api/vms?attributes=x"] +
        [query("/api/vms", ("filter[]", text), expand="resources", attributes="name", sort_by="name") for text in (
            "name='a*'", "name!='a*'", "name='%A%'", "name='%\\\\%'", "name>'m'", "name<='m'", "power_state=on",
            "template=false", "template!=false", "boot_time=NULL", "boot_time!=nil", "boot_time>2026-01-01",
            "ems_created_on='2025-06-01'", "ems_created_on!='2025-06-01T00:00:00Z'", "hardware.memory_mb>=4096",
            "host.name='host-00%'", "storage.name!='x'", "id>0", "id<=1000000004100", "name=''", "name='\u00fc'",
            "hardware.cpu_total_cores!=2", "archived=false", "active=true", "created_on>2020-01-01", "name='_a%'")] +
        [query("/api/vms", ("filter[]", "power_state=off"), ("filter[]", "or name='d*'"), expand="resources",
               attributes="name,power_state", sort_by="power_state,name", sort_order=order, sort_options=options)
         for order in ("asc,desc", "desc,asc") for options in ("ignore_case", "")][::2] +
        [f"/api/vms?expand=resources&attributes=name&sort_by={key}&sort_order={order}" for order in ("asc", "desc")
         for key in ("boot_time,name", "template,name", "host.name,name", "hardware.memory_mb,name", "archived,name")])

    def start_on(self, store, home):
        kept, reeve_it.STORE = reeve_it.STORE, store
        try:
            reeved = self.start(home=home)
        finally:
            reeve_it.STORE = kept
        add_demo(reeved, "demo", **ESTATE)
        return reeved

    def seen(self, reeved, path):
        """Status and JSON, without what differs by nature: places, ids, times of ours, guids."""
        answer = reeved.request("GET", path)
        text = answer.body.decode().replace(reeved.url, "http://here")
        text = re.sub(r"\b1\d{12}\b", "ID", text)
        text = re.sub(r'"(created_on|updated_on|created_at|updated_at|last_\w+)":"[^"]+"', r'"\1":"WHEN"', text)
        return answer.status, text

    def test_answers_are_the_same_on_both_stores(self):
        here, there = self.start_on("sqlite", "sqlite"), self.start_on("postgres", "postgres")
        self.assertNotEqual(here.read("store-url").split(":")[0], there.read("store-url").split(":")[0])
        rows = 0
        for path in self.READS:
            with self.subTest(path=path):
                one, other = self.seen(here, path), self.seen(there, path)
                self.assertEqual(one, other)
                rows += len(re.findall(r'"href":"[^"]*/ID"', one[1]))
        self.assertGreater(rows, 1000)


if __name__ == "__main__":
    unittest.main()
