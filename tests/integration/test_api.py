# SPDX-License-Identifier: Apache-2.0
"""The REST API of a running reeved as ManageIQ's clients use it: entry point, login, and acting on rows."""
import base64
import http.client
import json
import re
import urllib.parse

import api_it
import reeve_it


class Entry(api_it.Shared):
    def test_entry_point_has_what_clients_read(self):
        entry = self.client.entry
        self.assertEqual(list(entry), ["name", "description", "version", "versions", "settings", "identity",
                                       "server_info", "product_info", "collections"])
        self.assertEqual((entry["name"], entry["description"], entry["version"]), ("API", "REST API", "3.0.0"))
        self.assertTrue(entry["versions"][0]["href"].endswith("/api/v3.0.0"))
        self.assertEqual(set(entry["identity"]), {"userid", "name", "user_href", "group", "group_href", "role",
                                                  "role_href", "tenant", "groups", "miq_groups"})
        self.assertLessEqual({"version", "build", "appliance", "server_href", "zone_href", "region_href"},
                             set(entry["server_info"]))
        self.assertLessEqual({"name", "name_full", "copyright", "support_website", "support_website_text"},
                             set(entry["product_info"]))
        names = [one["name"] for one in entry["collections"]]
        self.assertEqual(names, sorted(names))
        for one in entry["collections"]:
            self.assertEqual(set(one), {"name", "href", "description", "kind", "title", "aliases"})
            self.assertEqual(one["href"], f"{self.reeved.url}/api/{one['name']}")
        pods = next(one for one in entry["collections"] if one["name"] == "container_groups")
        self.assertEqual(pods["kind"], "container_group")
        self.assertIn("pods", pods["aliases"])
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
        answer = self.reeved.request("GET", "/api/zones", headers={
            "Host": "reeve.example:8443", "X-Forwarded-Proto": "https"})
        self.assertTrue(answer.json["resources"][0]["href"].startswith("https://reeve.example:8443/api/zones/"))

    def test_options_lists_names_without_login(self):
        names = self.reeved.request("OPTIONS", "/api/providers", user=None).json
        self.assertEqual(set(names), {"attributes", "virtual_attributes", "relationships", "subcollections", "data"})
        for key in ("attributes", "virtual_attributes", "relationships", "subcollections"):
            self.assertEqual(names[key], sorted(names[key]), key)
        self.assertIn("container_groups", names["subcollections"])
        settings = names["data"]["provider_settings"]
        told = {one["name"]: one for one in settings["demo"]["event_types"]}
        self.assertEqual(settings["demo"]["event_source"], "DEMO")
        self.assertTrue(told["DemoGarbage"]["quiet"])
        self.assertEqual(told["VmPoweredOnEvent"]["help"], "a virtual machine was started")
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


class Login(api_it.Shared):
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
        self.assertEqual(api_it.Client(self.reeved, token=token).entry["identity"]["userid"], "admin")


class Acting(api_it.Shared):
    def provider(self, name, **options):
        made = api_it.add_demo(self.reeved, name, **dict({"vms": 2, "pods": 2, "churn": 0}, **options))
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
        body = {"action": "create", "resource": {
            "type": "demo", "name": "through the client", "zone": {"id": zone["id"]},
            "options": {"vms": 3, "pods": 2, "churn": 0}}}
        made = self.client.call("POST", href, body)["results"][0]
        self.addCleanup(self.remove, made["id"])
        self.assertEqual((made["name"], made["type"], made["zone_id"]), ("through the client", "demo", zone["id"]))
        found = self.client.find("providers", name="through the client")
        self.assertEqual([one["id"] for one in found], [made["id"]])
        row = found[0]
        self.assertLessEqual({("edit", "post"), ("edit", "patch"), ("edit", "put"), ("refresh", "post"),
                              ("verify", "post"), ("delete", "post"), ("delete", "delete")},
                             set(self.client.actions(row)))
        task = self.task_of(self.client.act(row, "refresh"))
        self.assertEqual((task["state"], task["userid"]), ("Finished", "admin"))
        self.assertIn("through the client", task["name"])
        self.assertEqual(self.client.act(row, "edit", name="renamed")["name"], "renamed")
        self.assertEqual(self.client.act(row, "verify")["success"], True)
        count = self.client.call("GET", api_it.query(row["href"] + "/vms"))["count"]
        self.assertEqual(count, 3)
        self.task_of(self.client.act(self.client.find("providers", name="renamed")[0], "delete"))
        self.assertEqual(self.client.find("providers", name="renamed"), [])
        with self.assertRaises(api_it.ApiError) as gone:
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
                           ({"connection_configurations": [{"endpoint": {"hostnam": "x"}}]}, "hostnam")):
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

    def test_options_too_large_to_be_handed_on_are_refused_at_once(self):
        """A body as large as the API takes, which is more than a worker can be told."""
        head, tail = b'{"type":"demo","name":"large","options":{"fault_file":"', b'"}}'
        body = head + b"x" * ((4 << 20) - len(head) - len(tail)) + tail
        answer = self.reeved.request("POST", "/api/providers", body, {"Content-Type": "application/json"})
        self.assertEqual(answer.status, 400, answer.body[:300])
        self.assertIn("larger than", answer.json["error"]["message"])

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
            path = f"/api/providers/{one['id']}"
            self.case.until(lambda: self.reeved.request("GET", path).status == 404, "it is gone")
        self.refused(404, "DELETE", "/api/providers/77")

    def test_bulk_query_by_every_key(self):
        vms = self.rows("/api/vms", limit=3, sort_by="name")["resources"]
        answer = self.reeved.post("/api/vms?attributes=name", {"action": "query", "resources": [
            {"id": vms[0]["id"]}, {"href": vms[1]["href"]}, {"name": vms[2]["name"]}, {"id": int(vms[0]["id"])}]})
        self.assertEqual([one["name"] for one in answer["results"]], [vms[i]["name"] for i in (0, 1, 2, 0)])
        for one in answer["results"]:
            self.assertEqual(set(one), {"href", "id", "name"})
        demo = self.get("/api/providers/" + self.demo["id"])
        self.assertEqual(self.one_by("providers", guid=demo["guid"])["id"], demo["id"])
        self.assertEqual(self.one_by("users", userid="admin")["userid"], "admin")
        self.assertEqual(self.one_by("servers", guid=self.reeved.read("guid"))["status"], "started")
        self.refused(404, "POST", "/api/vms", {"action": "query", "resources": [{"id": vms[0]["id"]}, {"id": "77"}]})
        self.refused(400, "POST", "/api/vms", {"action": "query", "resources": [{"href": "/api/hosts/1"}]})
        self.refused(400, "POST", "/api/vms", {"action": "query", "resources": []})

    def one_by(self, collection, **key):
        return self.reeved.post("/api/" + collection, {"action": "query", "resources": [key]})["results"][0]

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
        return int(re.search(r'^reeve_store_statement_duration_seconds_count\{worker="api"\} (\d+)', text, re.M).group(1))

    def test_task_that_is_finished_can_be_deleted(self):
        made = self.provider("with a task")
        task = self.task_of(self.reeved.post(f"/api/providers/{made['id']}", {"action": "refresh"}))
        self.assertIn(("delete", "delete"), self.client.actions(task))
        self.assertNotIn(("cancel", "post"), self.client.actions(task))
        self.refused(400, "POST", f"/api/tasks/{task['id']}", {"action": "cancel"}, says="finished")
        self.assertIsNone(self.client.act(task, "delete", "delete"))
        self.refused(404, "GET", f"/api/tasks/{task['id']}")


class WrongPasswords(reeve_it.Case):
    """A reeved of its own: who guesses is kept out for a while."""

    def ask(self, reeved, password=None, source="127.0.0.1", user="admin", path="/api/auth", **headers):
        where = urllib.parse.urlsplit(reeved.url)
        pair = f"{user}:{password or reeved.read('admin-password')}"
        headers.setdefault("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=20, source_address=(source, 0))
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return reeve_it.Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def test_an_address_that_guesses_is_refused_for_a_growing_while(self):
        reeved = self.start()
        token = self.ask(reeved).json["auth_token"]
        for number in range(5):
            self.assertEqual(self.ask(reeved, "wrong", user=f"user{number}", path="/api").status, 401)
        refused = self.ask(reeved)  # it is not looked at: the right one fares no better
        self.assertEqual((refused.status, refused.headers["Retry-After"]), (429, "1"))
        error = refused.json["error"]
        self.assertEqual((error["kind"], error["klass"]), ("too_many_requests", "Api::TooManyRequestsError"))
        self.assertIn("too many wrong passwords", error["message"])
        self.assertIn("msg=\"too many wrong passwords; logins from there are refused for a while\" worker=api topic=auth"
                      " address=127.0.0.1 ms=1000", reeved.log())
        # Tokens are not affected, nor are others.
        headers = {"X-Auth-Token": token, "Authorization": ""}
        self.assertEqual(self.ask(reeved, path="/api", **headers).status, 200)
        self.assertEqual(self.ask(reeved, source="127.0.0.2").status, 200)
        self.until(lambda: self.ask(reeved).status == 200, "the wait is over", 10, 0.1)
        self.assertEqual(self.ask(reeved, "wrong").status, 401)
        refused = self.ask(reeved)
        self.assertEqual((refused.status, refused.headers["Retry-After"]), (429, "2"))
        code, _, message = self.run_program("reevectl", "login", "--url", reeved.url, "--password-file",
                                            self.home() + "/admin-password", env={"REEVE_CONFIG": self.folder + "/c"})
        self.assertEqual(code, 1, message)
        self.assertIn("too many wrong passwords", message)

    def test_a_user_who_is_guessed_from_many_places_gets_in_from_others(self):
        reeved = self.start()
        for number in range(5):
            self.assertEqual(self.ask(reeved, "wrong", source=f"127.0.0.{number + 10}").status, 401)
        self.assertEqual(self.ask(reeved, source="127.0.0.10").status, 429)
        self.assertEqual(self.ask(reeved, source="127.0.0.20").status, 200)
        self.assertEqual(self.ask(reeved, "wrong", source="127.0.0.21").status, 401)
        self.assertEqual(self.ask(reeved, "wrong", source="127.0.0.21").status, 429)

    def test_behind_a_proxy_the_client_counts(self):
        reeved = self.start()
        for _ in range(5):
            self.assertEqual(self.ask(reeved, "wrong", **{"X-Forwarded-For": "1.1.1.1, 10.0.0.1"}).status, 401)
        self.assertEqual(self.ask(reeved, **{"X-Forwarded-For": "2.2.2.2, 10.0.0.1"}).status, 429)
        self.assertEqual(self.ask(reeved, **{"X-Forwarded-For": "10.0.0.2"}).status, 200)
        self.assertEqual(self.ask(reeved).status, 200)

    def test_it_can_be_switched_off(self):
        reeved = self.start("--set", "api.login_failures=0")
        for _ in range(8):
            self.assertEqual(self.ask(reeved, "wrong").status, 401)
        self.assertIn('msg="wrong user or password" worker=api topic=auth user=admin address=127.0.0.1 failures=1\n', reeved.log())
        self.assertEqual(self.ask(reeved).status, 200)


if __name__ == "__main__":
    reeve_it.main()
