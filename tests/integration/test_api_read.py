# SPDX-License-Identifier: Apache-2.0
"""Reading over the REST API: pages, links, attributes, sub-collections, sorting, filters; and whether both stores give
the same answers."""
import json
import re
import unittest

import api_it
import reeve_it


@reeve_it.DEEP_ON_POSTGRES
class Reading(api_it.Shared):
    def test_collection_lists_hrefs_alone(self):
        page = self.get("/api/vms")
        self.assertEqual(page["name"], "vms")
        self.assertEqual([set(one) for one in page["resources"]], [{"href"}] * api_it.VMS)
        self.assertEqual((page["count"], page["subcount"], page["pages"]), (api_it.VMS, api_it.VMS, 1))
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
            self.refused(400, "GET", api_it.query("/api/vms", (name, value)), says=name)

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
        error = self.refused(400, "GET", api_it.query("/api/vms", expand="resources", attributes="name,pwoer_state"),
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
        self.assertEqual(sum(len(host["vms"]) for host in hosts), api_it.VMS)
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
            self.refused(400, "GET", api_it.query("/api/vms", collection_class=alien), says="collection_class")

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
        api_it.add_demo(self.reeved, "with-secret", vms=1, pods=1, churn=0, password="sesame-open-wide")
        try:
            texts = [json.dumps(self.rows("/api/" + name, limit=1000)) for name in self.client.collections]
            self.assertGreater(len(texts), 60)
            for text in texts:
                self.assertNotIn("sesame-open-wide", text)
                self.assertIsNone(re.search(r'"(password\w*|auth_key\w*|token_digest|private_key)": ?"', text))
            self.assertNotIn("sesame-open-wide", self.reeved.log())
            self.refused(400, "GET", api_it.query("/api/authentications", ("filter[]", "password='sesame-open-wide'")),
                         says="password")
            self.refused(400, "GET", "/api/users?sort_by=password_digest", says="password_digest")
        finally:
            made = self.client.find("providers", name="with-secret")[0]
            self.client.wait(self.client.act(made, "delete"))


@reeve_it.DEEP_ON_POSTGRES
class Filters(api_it.Shared):
    """Against the whole list, filtered here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all = cls.reeved.get("/api/vms?expand=resources&attributes=hardware")["resources"]

    def expect(self, wanted, *filters):
        fitting = sorted(row["name"] for row in self.all if wanted(row))
        self.assertEqual(self.names("/api/vms", *filters), fitting, filters)

    def refused_filter(self, text, says):
        self.refused(400, "GET", api_it.query("/api/vms", ("filter[]", text)), says=says)

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
        self.refused_filter(f"ems_created_on>={when}", says="ems_created_on")
        self.refused_filter("ems_created_on=yesterday", says="yesterday")

    def test_flags_and_words_need_no_quotes(self):
        self.expect(lambda row: not row["template"], "template=false")
        self.expect(lambda row: row["template"], "template != false")
        self.expect(lambda row: row["power_state"] == "on", "power_state=on")
        self.expect(lambda row: row["power_state"] != "on", "power_state != on")
        self.refused_filter("template=maybe", says="maybe")

    def test_blanks_and_both_quotes(self):
        name = self.all[0]["name"]
        for text in (f'name = "{name}"', f"name='{name}'", f"  name  =  {name}  ", f"name ='{name}'",
                     f'name= "{name}"'):
            self.expect(lambda row: row["name"] == name, text)
        self.assertEqual([row["name"] for row in self.client.find("vms", name=name)], [name])

    def test_quotes_within_a_name_are_found(self):
        number = self.all[0]["id"]
        for name in ('say "hi"', "it's", "a%b*c_d\\e", "ünï cødé ✓", " blanks ", "", "NULL", "or x = 'y'",
                     "a=b<c>d!=e"):
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
        self.refused_filter("boot_time<NULL", says="boot_time")

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
        self.assertEqual(self.names("/api/hosts", f"vms.name='{self.all[0]['name']}'"),
                         self.names("/api/hosts", f"id={self.all[0]['host_id']}"))
        self.refused_filter("host.ems_cluster.name='x'", says="more than one")

    def test_filters_that_cannot_be_are_refused_by_name(self):
        for text, says in (("nmae='x'", "nmae"), ("name", "operator"), ("='x'", "attribute"), ("name=", "value"),
                           ("name='x", "quote"), ("name=='x'", "operator"), ("name=~/x/", "operator"),
                           ("host='x'", "host"), ("host.nmae='x'", "nmae"), ("id=x", "id"), ("id=1.5", "id"),
                           ("name='x' and 1=1", "quote"), ("name;drop='x'", "attribute")):
            self.refused_filter(text, says=says)
        self.refused(400, "GET", api_it.query("/api/vms", filter="name='x'"), says="filter")

    def test_values_are_never_sql(self):
        for value in ("' OR 1=1 --", "x'; DROP TABLE vms; --", "\\' OR ''='", "%' OR '1'='1"):
            page = self.get("/api/vms", ("filter[]", f'name="{value}"'))
            self.assertEqual((page["subquery_count"], page["count"]), (0, 95))


@unittest.skipUnless(reeve_it.STORE == "postgres", "compares both stores, once")
class BothStores(reeve_it.Case):
    WHOLE = ("vms", "hosts", "clusters", "data_stores", "container_groups", "containers", "container_projects",
             "container_nodes", "container_images", "hardwares", "custom_attributes", "container_conditions", "zones",
             "server_roles", "endpoints")
    PATHS = ("/api/vms", "/api/vms?limit=10&offset=40", "/api/vms?expand=resources,hardware,custom_attributes&limit=20",
             "/api/hosts?expand=resources,vms&attributes=name", "/api/provider_types", "/api/product_info",
             "/api/vms?expand=resources&attributes=name,host.name,storage.name,href_slug,archived,region_number",
             "/api/container_groups?expand=resources,containers&attributes=container_project.name&sort_by=namespace,name",
             "/api/vms?hide=resources", "/api/vms?by_tag=/a/b", "/api/vms?collection_class=Vm&limit=1",
             "/api/vms?archived=true&limit=1", "/api/nothing", "/api/vms/77", "/api/vms?limit=0", "/api/vms?attributes=x")
    FILTERS = ("name='a*'", "name!='a*'", "name='%A%'", "name='%\\%'", "name='_a%'", "name>'m'", "name<='m'", "name=''",
               "name='\u00fc'", "power_state=on", "template=false", "template!=false", "boot_time=NULL", "boot_time!=nil",
               "boot_time>2026-01-01", "ems_created_on='2025-06-01'", "ems_created_on!='2025-06-01T00:00:00Z'",
               "created_on>2020-01-01", "hardware.memory_mb>=4096", "hardware.cpu_total_cores!=2", "host.name='host-00%'",
               "storage.name!='x'", "id>0", "id<=1000000004100", "archived=false", "active=true")
    SORTS = ("name", "boot_time,name", "template,name", "host.name,name", "hardware.memory_mb,name", "archived,name")

    def reads(self):
        yield from (f"/api/{name}?expand=resources&sort_by=id" for name in self.WHOLE)
        yield from self.PATHS
        named = {"expand": "resources", "attributes": "name"}
        for text in self.FILTERS:
            yield api_it.query("/api/vms", ("filter[]", text), sort_by="name", **named)
            yield api_it.query("/api/vms", ("filter[]", text), ("filter[]", "or name='d*'"), sort_by="name", **named)
        for key in self.SORTS:
            for order in ("asc", "desc"):
                yield api_it.query("/api/vms", sort_by=key, sort_order=order, **named)
                yield api_it.query("/api/vms", sort_by=key, sort_order=order, sort_options="ignore_case", **named)

    def start_on(self, store, home):
        kept, reeve_it.STORE = reeve_it.STORE, store
        try:
            reeved = self.start(home=home)
        finally:
            reeve_it.STORE = kept
        api_it.add_demo(reeved, "demo", **api_it.ESTATE)
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
        for path in self.reads():
            with self.subTest(path=path):
                one, other = self.seen(here, path), self.seen(there, path)
                self.assertEqual(one, other)
                rows += len(re.findall(r'"href":"[^"]*/ID"', one[1]))
        self.assertGreater(rows, 1000)


if __name__ == "__main__":
    reeve_it.main()
