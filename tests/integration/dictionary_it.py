# SPDX-License-Identifier: Apache-2.0
"""What docs/dictionary.md says of kinds, and rows of every kind with every column filled, put in with SQL.

The page is made by reeve-dictionary from core/model, and a test keeps it current.
"""
import os
import re
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "dictionary.md")

# One row of each kind, all with this id, so that every reference leads somewhere.
ROW = 1900000000001
# In the near future: what is old gets cleaned away.
TIME_MS = (int(time.time()) + 3600) * 1000 + 678
TIME = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(TIME_MS // 1000)) + ".678Z"
# In columns that the API must not show.
HIDDEN = "never-to-be-shown"
# The server acts on rows of these by itself: on settings at once, on others when they look stale.
OF_THE_SERVER = ("region", "server", "server_role", "assigned_server_role", "worker", "settings_change")
# Left null: rows that are gone are not listed, and the server ends a quarantine whose reason is no more.
NULL = ("deleted_on", "quarantine_reason", "quarantined_on")


class Column:
    def __init__(self, name, type_, marks):
        self.name = name
        self.type = "reference" if type_.startswith("reference") else type_
        self.targets = re.findall(r"`(\w+)`", type_)
        self.marks = {mark.strip() for mark in marks.split(",")}
        self.hidden = bool(self.marks & {"secret", "internal"})


class Kind:
    def __init__(self, name, collection, table):
        self.name, self.collection, self.table = name, collection, table
        self.columns = []
        self.of_server = self.archived = self.child = False

    def column(self, name):
        return next((column for column in self.columns if column.name == name), None)


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def add_column(kind, line):
    name, type_, marks = cells(line)[:3]
    kind.columns.append(Column(name.strip("`"), type_, marks))


def add_common(kind, common):
    """What the page does not repeat for kinds that providers fill."""
    for column in reversed(common):
        if kind.of_server and column.name != "id":
            continue
        if kind.column(column.name) or (column.name == "content_hash" and kind.child):
            continue
        if column.name == "deleted_on" and not kind.archived:
            continue
        kind.columns.insert(0, column)


def kinds():
    """All of the page, in its order."""
    out, common = {}, []
    now = None
    with open(PAGE) as page:
        for line in page:
            title = re.match(r"## (\w+)$", line)
            row = re.match(r"\| \[`(\w+)`\]", line)
            if row:
                words = cells(line)
                out[row.group(1)] = Kind(row.group(1), words[2].strip("`"), words[3].strip("`"))
            elif title:
                now = out.get(title.group(1))
            elif line.startswith("| `"):
                if now:
                    add_column(now, line)
                else:
                    holder = Kind("", "", "")
                    add_column(holder, line)
                    common += holder.columns
            elif now and line.startswith("- "):
                now.of_server = now.of_server or "of the server itself" in line
                now.child = now.child or line.startswith("- child")
                now.archived = now.archived or "archived" in line
    for kind in out.values():
        add_common(kind, common)
    return out


# Asked for by that, and in no list.
BY_GUID = {"automate_workspace"}
GUID = "0f1e2d3c-4b5a-4697-8877-665544332211"


def row_path(kind):
    """Of the filled row of this kind."""
    return f"/api/{kind.collection}/{GUID if kind.name in BY_GUID else ROW}"


def target_of(reference):
    """Name of the kind that a filled row's reference leads to."""
    return reference.targets[0] if reference.targets else "vm"


def text_of(kind, column):
    if column.hidden:
        return f"{HIDDEN} {kind.table}.{column.name}"
    if column.name.endswith("_type") and kind.column(column.name[:-5] + "_id"):
        return target_of(kind.column(column.name[:-5] + "_id"))
    if kind.name in BY_GUID and column.name == "guid":
        return GUID
    known = {"type": "demo", "state": "Finished", "status": "Ok", "role": "default"}
    return known.get(column.name, f"a {column.name} <ü\"\\>")


def literal(kind, column):
    """SQL for the column's value, the same for both stores."""
    if column.name == "id" or column.type == "reference":
        return str(ROW)
    if column.name in NULL:
        return "NULL"
    if column.type == "flag":
        return "FALSE" if column.name == "enabled" else "TRUE"
    if column.type == "time":
        return str(TIME_MS)
    if column.type in ("integer", "double"):
        return "7" if column.type == "integer" else "0.25"
    if column.type == "json":
        return "'{\"a\":[1,\"b\"]}'"
    return "'" + text_of(kind, column).replace("'", "''") + "'"


def fill(database):
    """A row of each kind, all columns set; the kinds."""
    filled = []
    for kind in kinds().values():
        if kind.name in OF_THE_SERVER:
            continue
        names = ", ".join(f'"{column.name}"' for column in kind.columns)
        values = ", ".join(literal(kind, column) for column in kind.columns)
        database.query(f'INSERT INTO "{kind.table}" ({names}) VALUES ({values})')
        filled.append(kind)
    return filled
