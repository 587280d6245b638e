# SPDX-License-Identifier: Apache-2.0
"""Infrastructure, cloud, networks, storage, physical machines and configuration as the demo provider invents them, seen
with reevectl and over the API: tables, links both ways, trees."""
import unittest

import cli_it
from cli_it import FAILURE, NOT_FOUND, OK


class Estate(cli_it.Case):
    def prepare(self):
        super().prepare()
        self.add_demo("demo", vms=24, pods=5)

    def names(self, *arguments):
        return sorted(row["name"] for row in self.json("get", *arguments, "--columns", "name"))

    def test_tables_of_the_main_kinds_have_no_empty_column(self):
        kinds = ("vms", "hosts", "clusters", "datastores", "folders", "resource_pools", "switches", "lans",
                 "flavors", "cloud_tenants", "stacks", "cloud_networks", "cloud_subnets", "routers",
                 "security_groups", "load_balancers", "cloud_volumes", "buckets", "physical_servers", "chassis",
                 "configured_systems", "configuration_scripts", "snapshots", "cloud_databases")
        for kind in kinds:
            with self.subTest(kind=kind):
                out, _ = self.cli(OK, "get", kind, "-o", "csv")
                title, *rows = [line.split(",") for line in out.splitlines()]
                self.assertGreater(len(rows), 0)
                for column, name in enumerate(title):
                    self.assertTrue(any(row[column] not in ("", "<none>") for row in rows), f"{kind}: {name}")

    def test_kinds_lists_every_family(self):
        listed = {row["name"] for row in self.json("kinds")}
        self.assertLessEqual({"ems_folder", "flavor", "network_port", "cloud_volume", "physical_server",
                              "configured_system", "orchestration_stack", "load_balancer_pool"}, listed)

    def test_what_lies_in_a_folder_cluster_or_pool_is_listed_from_the_command_line(self):
        everything = self.names("vms")
        self.assertEqual(len(everything), 24)
        self.assertEqual(self.names("vms", "--under", "folder/datacenter-01"), everything)
        of_clusters = [self.names("vms", "--under", f"cluster/{name}") for name in self.names("clusters")]
        self.assertEqual(sorted(sum(of_clusters, [])), everything)
        self.assertEqual(self.names("folders", "--under", "folder/Datacenters", "--levels", "1"), ["datacenter-01"])
        vm = everything[0]
        self.assertIn("datacenter-01", self.names("folders", "--above", f"vm/{vm}"))
        self.assertEqual(len(self.json("get", "clusters", "--above", f"vm/{vm}")), 1)
        template = self.json("get", "vms", "--filter", "template=true")[0]["name"]
        self.assertEqual(len(self.names("vms", "--under", f"vm/{template}", "--tree", "genealogy")), 19)
        _, err = self.cli(NOT_FOUND, "get", "vms", "--under", "folder/nowhere")
        self.assertIn("nowhere", err)
        _, err = self.cli(FAILURE, "get", "pods", "--under", "folder/datacenter-01")
        self.assertIn("no place under", err)

    def test_links_lead_both_ways_over_the_api(self):
        get = self.reeved.get
        host = get("/api/hosts?expand=resources,vms,data_stores,switches&limit=1")["resources"][0]
        self.assertTrue(host["vms"] and host["data_stores"] and host["switches"])
        server = get(f"/api/physical_servers/{host['physical_server_id']}?expand=hosts,asset_detail")
        self.assertEqual(server["hosts"][0]["id"], host["id"])
        self.assertEqual(server["asset_detail"]["room"], "B1")
        volume = get("/api/cloud_volumes?expand=resources,disks,cloud_volume_snapshots&limit=1")["resources"][0]
        self.assertEqual(volume["cloud_volume_snapshots"][0]["cloud_volume_id"], volume["id"])
        self.assertEqual(volume["disks"][0]["backing_id"], volume["id"])
        pool = get("/api/load_balancer_pools?expand=resources,load_balancer_pool_members")["resources"][0]
        self.assertEqual(len(pool["load_balancer_pool_members"]), 2)
        group = get("/api/security_groups?expand=resources,firewall_rules,vms,network_ports&limit=1")["resources"][0]
        self.assertTrue(group["firewall_rules"] and group["vms"] and group["network_ports"])


if __name__ == "__main__":
    unittest.main()
