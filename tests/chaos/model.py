# SPDX-License-Identifier: Apache-2.0
"""Whether the model equals the provider. The demo estate is a function of its seed and its step, and the step is its
resume token: a second, undisturbed home reads the same estate at the same step, and both must hold the same rows.
Ids differ, so a reference counts as the key of the row that it names."""
import os
import shutil
import tempfile

from world import reeve_it

# Ours, not the provider's: when we saw it, who works on it.
NOT_COMPARED = {"id", "created_on", "updated_on", "created_at", "updated_at", "ems_id", "resource_version", "guid",
                "last_perf_capture_on", "last_scan_on", "state_changed_on", "deleted_on", "region_id"}
NOT_INVENTORY = {"ext_management_systems", "miq_workers", "miq_queue", "miq_tasks", "event_streams", "event_lanes", "blacklisted_events",
                 "event_receivers", "inventory_streams", "inventory_references",
                 "settings_changes", "endpoints", "authentications", "audit_events", "auth_tokens", "users"}
NAMES = ("ems_ref", "uid_ems", "image_ref", "name", "device_name", "uid", "key", "section")


class Rows:
    """All rows of one provider, by table; `tables` are those with inventory in them."""

    def __init__(self, database, provider):
        self.database = database
        self.columns = self.read_columns()
        self.tables = {}
        self.names = {}
        everything = self.read(provider)
        # Children have no provider of their own: they belong to whoever they point to.
        children = [table for table in sorted(self.columns) if "ems_id" not in self.columns[table]]
        for table in sorted(set(self.columns) - set(children)):
            self.keep(table, everything[table])
        found = True
        while found:
            found = False
            for table in list(children):
                if self.keep_children(table, everything[table]):
                    children.remove(table)
                    found = True

    def read_columns(self):
        if getattr(self.database, "env", None) or not self.database.url.startswith("sqlite:"):
            rows = self.database.query("SELECT table_name, column_name FROM information_schema.columns"
                                       " WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position")
        else:
            rows = self.database.query("SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p"
                                       " WHERE m.type = 'table' ORDER BY m.name, p.cid")
        out = {}
        for table, column in rows:
            out.setdefault(table, []).append(column)
        return {table: columns for table, columns in out.items()
                if "id" in columns and any(one.endswith("_id") for one in columns) and table not in NOT_INVENTORY}

    def read(self, provider):
        """Rows of each table: living ones of the provider, or all where none is named."""
        tables, texts = sorted(self.columns), []
        for table in tables:
            columns = self.columns[table]
            # Quoted: some of ManageIQ's columns have names that are words of SQL.
            wanted = ", ".join(f'"{one}"' for one in columns)
            which = [f"ems_id = {provider}"] if "ems_id" in columns else []
            which += ["deleted_on IS NULL"] if which and "deleted_on" in columns else []
            texts.append(f"SELECT {wanted} FROM {table} WHERE {' AND '.join(which) or 'TRUE'}")
        return {table: [dict(zip(self.columns[table], row)) for row in rows]
                for table, rows in zip(tables, self.database.query_all(texts))}

    def keep(self, table, rows):
        if rows:
            self.tables[table] = rows
        for row in rows:
            self.names[row["id"]] = f"{table}:" + next((row[one] for one in NAMES if row.get(one)), "")

    def keep_children(self, table, rows):
        """Whether there are any that belong to rows which are known by now."""
        links = [one for one in self.columns[table] if one.endswith("_id")]
        rows = [row for row in rows if any(row[one] in self.names for one in links)]
        self.keep(table, rows)
        return rows

    def plain(self, table, row):
        """The row without our ids, as text that sorts."""
        out = []
        for column, value in row.items():
            if column in NOT_COMPARED:
                continue
            if column.endswith("_id") and value:
                value = self.names.get(value, "?") if value.isdigit() and len(value) > 12 else value
            out.append(f"{column}={value}")
        return " ".join(out)

    def sorted(self, table):
        return sorted(self.plain(table, row) for row in self.tables.get(table, ()))


def reference(world, options, step, folder):
    """The estate at that step, read in one piece by a reeved of its own: its Rows."""
    home = os.path.join(folder, "home")
    os.makedirs(home, mode=0o700)
    database = reeve_it.Database(home, world.cluster, empty=True)  # the same engine: its texts of values are the same
    for with_token in (False, True):
        reeved = reeve_it.Reeved(home, database, ["--listen=127.0.0.1:0"]).ready(60)
        try:
            if not with_token:
                made = reeved.post("/api/providers", {"type": "demo", "name": "reference", "options": options})
                provider = str(made["results"][0]["id"])
            else:
                task = reeved.post(f"/api/providers/{provider}", {"action": "refresh"})
                reeved.wait_task(task["task_id"], 120)
            reeve_it.until(lambda: reeved.get(f"/api/providers/{provider}").get("last_refresh_date"),
                           "the reference is read", 120, 0.2)
        finally:
            reeved.stop(30)
        if not with_token:
            database.query(f"UPDATE inventory_streams SET token = '{step}' WHERE ems_id = {provider}"
                           " AND stream = 'churn'")
    return Rows(database, provider)


def differences(world, provider, options, most=10):
    """(objects compared, texts of what differs)."""
    step = world.database.one(f"SELECT token FROM inventory_streams WHERE ems_id = {provider} AND stream = 'churn'")
    folder = tempfile.mkdtemp(prefix="reeve-chaos-model-")
    try:
        ours, theirs = Rows(world.database, provider), reference(world, options, step, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    out, count = [], 0
    for table in sorted(set(ours.tables) | set(theirs.tables)):
        mine, right = ours.sorted(table), theirs.sorted(table)
        count += len(right)
        if mine == right:
            continue
        only_mine, only_right = set(mine) - set(right), set(right) - set(mine)
        out.append(f"{table}: {len(mine)} rows, {len(right)} expected")
        out += [f"  too much: {one[:300]}" for one in sorted(only_mine)[:most]]
        out += [f"  missing:  {one[:300]}" for one in sorted(only_right)[:most]]
    return count, out
