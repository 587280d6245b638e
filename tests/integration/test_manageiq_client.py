# SPDX-License-Identifier: Apache-2.0
"""ManageIQ's own Python client, unmodified and as it is published, against reeved."""
import logging
import warnings

import venv_it

venv_it.enter()

warnings.simplefilter("ignore")  # the client is of an age
from manageiq_client.api import APIException, ManageIQClient  # noqa: E402
from manageiq_client.filters import Q  # noqa: E402

import reeve_it  # noqa: E402


class PublishedClient(reeve_it.Case):
    def setUp(self):
        super().setUp()
        logging.getLogger("wait_for").setLevel(logging.ERROR)
        self.reeved = self.start()
        self.entry = self.reeved.url + "/api"
        self.api = ManageIQClient(self.entry, {"user": "admin", "password": self.reeved.read("admin-password")})

    def add(self, name, **options):
        provider = self.api.collections.providers.action.create(
            name=name, type="demo", zone={"id": self.api.collections.zones.get(name="default").id}, options=options)[0]
        provider.reload()
        self.until(lambda: self.reload(provider).get("last_inventory_date"), "a first refresh", 30)
        return provider

    def reload(self, entity):
        entity.reload()
        return entity._data

    def wait(self, entity):
        """Of an action that became a task: the client keeps the whole answer."""
        task = self.api.get_entity("tasks", self.api.response.json()["task_id"])
        task.reload()
        self.until(lambda: self.reload(task)["state"].lower() == "finished", "the task is finished", 30)
        self.assertEqual(task.status.lower(), "ok")
        return entity

    def test_entry_point_is_understood(self):
        self.assertEqual((self.api.version, self.api.versions, self.api.latest_version), ("3.0.0", ["3.0.0"], "3.0.0"))
        self.assertTrue(self.api.on_latest_version)
        self.assertIn("providers", self.api.collections)
        self.assertEqual(self.api.identity["userid"], "admin")
        self.assertEqual(self.api.api_version("3.0.0").collections.zones.get(name="default").name, "default")

    def test_token_alone_is_enough(self):
        token = self.reeved.get("/api/auth")["auth_token"]
        api = ManageIQClient(self.entry, {"token": token})
        self.assertEqual(api.collections.users.get(userid="admin").name, "Administrator")
        with self.assertRaisesRegex(APIException, "Invalid Authentication Token"):
            ManageIQClient(self.entry, {"token": "wrong"})
        with self.assertRaisesRegex(APIException, "Authentication failed"):
            ManageIQClient(self.entry, {"user": "admin", "password": "wrong"})

    def test_events_of_an_object_are_found_by_class_id_and_time(self):
        self.add("eventful", pods=5, vms=3)
        vm = next(iter(self.api.collections.vms))
        events = self.api.collections.event_streams
        for name, when in (("early", "2026-01-01T00:00:00Z"), ("late", "2026-03-01T00:00:00Z")):
            events.action.create(event_type=name, target_type="VmOrTemplate", target_id=str(vm.id), timestamp=when)
        about = ["target_type='VmOrTemplate'", f"target_id={vm.id}"]
        found = events.raw_filter([*about, "timestamp>2026-02-01T00:00:00Z"])
        self.assertEqual([one.event_type for one in found], ["late"])
        self.assertEqual({one.event_type for one in events.raw_filter(about)}, {"early", "late"})
        self.assertEqual(len(events.raw_filter(["target_type='Host'", f"target_id={vm.id}"])), 0)

    def test_provider_lives_and_goes(self):
        provider = self.add("demo", vms=12, pods=6, churn=0)
        self.assertEqual(provider.zone.name, "default")
        self.assertLessEqual({"edit", "refresh", "delete"}, set(provider.action.all))
        self.assertEqual(self.wait(provider.action.refresh()).name, "demo")
        self.assertEqual(provider.vms.count, 12)
        provider.action.edit(name="by post")
        self.assertEqual(self.reload(provider)["name"], "by post")
        provider.action.edit.PUT(name="by put")
        self.assertEqual(self.reload(provider)["name"], "by put")
        provider.action.edit.PATCH({"action": "edit", "path": "name", "value": "by patch"})
        self.assertEqual(self.reload(provider)["name"], "by patch")
        self.wait(provider.action.delete())
        provider.wait_not_exists(timeout=10, delay=0.1)
        self.assertEqual(len(self.api.collections.providers.find_by(name="by patch")), 0)

    def test_bulk_actions_and_both_ways_to_delete(self):
        a, b, c = (self.add(f"p{i}", vms=1, pods=1, churn=0) for i in range(3))
        self.assertEqual({one.name for one in self.api.collections.providers.action.query(a, b)}, {"p0", "p1"})
        self.api.collections.providers.action.delete(a, b)
        self.assertIsNone(c.action.delete.DELETE())
        for one in (a, b, c):
            one.wait_not_exists(timeout=20, delay=0.1)
        self.assertEqual(self.api.collections.providers.count, 0)

    def test_rows_are_found_and_followed(self):
        self.add("demo", vms=20, pods=6, hosts=3, churn=0)
        vms = self.api.collections.vms
        self.assertEqual((vms.count, len(vms.all)), (20, 20))
        first = vms.all[0]
        self.assertEqual([one.id for one in vms.find_by(name=first.name)], [first.id])
        self.assertEqual(vms.get(id=int(first.id)).name, first.name)
        self.assertEqual(first.ems.name, "demo")
        self.assertEqual(first.host.vms.name, "vms")
        self.assertEqual(first.storage.id, first.storage_id)
        self.assertEqual(first.created_on.utcoffset().total_seconds(), 0)
        with self.assertRaises(AttributeError):
            first.nothing_of_that_name
        both = vms.filter(Q("name", "=", first.name) | Q("name", "=", vms.all[1].name))
        self.assertEqual(len(both), 2)
        self.assertEqual(len(vms.filter(Q("power_state", "=", None))), 0)
        named = vms.all_include_attributes(["name", "href_slug"])
        self.assertEqual(named[0].href_slug, f"vms/{named[0].id}")
        page = vms.query_string(expand="resources", limit=5, offset=15, sort_by="name", sort_order="desc")
        self.assertEqual((page.count, page.subcount), (20, 5))
        with self.assertRaises(ValueError):
            vms.get(name="no such machine")

    def test_errors_reach_the_caller(self):
        for call, says in ((lambda: self.api.collections.vms.raw_filter(["nmae='x'"]), "BadRequestError.*nmae"),
                           (lambda: self.api.get(self.entry + "/vms/77"), "RecordNotFound"),
                           (lambda: self.api.get(self.entry + "/nothing"), "NotFoundError"),
                           (lambda: self.api.collections.providers.action.create(name="x", type="demmo"), "demmo"),
                           (lambda: self.api.delete(self.entry + "/vms/77"), "MethodNotAllowedError")):
            with self.assertRaisesRegex(APIException, says):
                call()


if __name__ == "__main__":
    reeve_it.main()
