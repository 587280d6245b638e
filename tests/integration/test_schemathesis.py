# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document of a running reeved: whether it is one, whether every answer is closed, and whether the server
does what it says, asked by hand for a row of every kind and by schemathesis for what nobody thought of.

Runs in the virtual environment of tests/peers/python, which it makes when it is not there. Everyday schemathesis gets
the operations of some kinds of each sort. With REEVE_TEST_DEEP it gets all 1,100, twice the examples, and the form of
the Kubernetes provider beside the demo's.
"""
import json
import os
import re
import subprocess
import sys
import urllib.parse

import venv_it

venv_it.enter()

import jsonschema_rs  # noqa: E402
import schemathesis  # noqa: E402

import dictionary_it  # noqa: E402
import reeve_it  # noqa: E402

PARTS = 12  # of the document under --deep
SEED = 20260722
HERE = os.path.dirname(os.path.abspath(__file__))
# For looking into a finding, for instance: --report ndjson --report-ndjson-path FILE.
MORE_OPTIONS = os.environ.get("REEVE_SCHEMATHESIS", "").split()
# Everyday's kinds and sub-collections.
KEPT = ("providers", "tasks", "miq_queue", "zones", "auth_tokens", "vms", "container_groups", "custom_attributes",
        "servers", "container_label_tag_mappings")
KEPT_SUBS = (("container_groups", "containers"), ("vms", "tags"))
MOST_BYTES = 2_500_000
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMBINATIONS = ("anyOf", "oneOf", "allOf")
# Objects whose keys are data: names of features, of provider types. What stands behind a key is closed again.
MAPS = {"Entry/authorization/product_features", "CollectionOptions/data/provider_settings",
        "Diagnostics/database/settings", "Counts/counts"}
# The one free answer: the OpenAPI standard describes it, not we.
FREE = {"GET /api/openapi.json"}


def operations(document):
    for path, item in document["paths"].items():
        item, _ = resolve(document, item)
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", path, item[method]


def resolve(document, thing):
    """Follows $ref; the thing and the name that it has in the document, if any."""
    name = None
    while "$ref" in thing:
        at = document
        for part in thing["$ref"].removeprefix("#/").split("/"):
            at = at[part.replace("~1", "/").replace("~0", "~")]
        name, thing = thing["$ref"].rpartition("/")[2], at
    return thing, name


class Walk:
    """Through every schema that an answer can have; notes what is open."""

    def __init__(self, document, json_columns):
        self.document, self.json_columns = document, json_columns
        self.seen, self.open, self.objects = set(), [], 0

    def schema(self, schema, where):
        schema, name = resolve(self.document, schema)
        if name:
            if name in self.seen:
                return
            self.seen.add(name)
            where = name
        known = {"type", "properties", "items", "enum", "const", "pattern", *COMBINATIONS}
        if not known & set(schema):
            if where not in self.json_columns:
                self.open.append(f"{where}: anything goes")
        for combination in COMBINATIONS:
            for i, one in enumerate(schema.get(combination, [])):
                self.schema(one, f"{where}/{combination}{i}")
        if "items" in schema:
            self.schema(schema["items"], f"{where}/[]")
        elif schema.get("type") == "array":
            self.open.append(f"{where}: a list of anything")
        if schema.get("type") == "object" or "properties" in schema or "additionalProperties" in schema:
            self.object(schema, where)

    def object(self, schema, where):
        self.objects += 1
        rest = schema.get("additionalProperties", True)
        if isinstance(rest, dict) and where in MAPS:
            self.schema(rest, f"{where}/*")
        elif rest is not False or "patternProperties" in schema:
            self.open.append(f"{where}: unknown members are allowed")
        for name, one in schema.get("properties", {}).items():
            self.schema(one, f"{where}/{name}")

    def operation(self, label, operation):
        for status, response in operation["responses"].items():
            response, _ = resolve(self.document, response)
            for media in response.get("content", {}).values():
                if label not in FREE or status != "200":
                    self.schema(media["schema"], f"{label} {status}")


def json_columns():
    """Where a schema says nothing because the store keeps any JSON: Kind/column."""
    return {"".join(word.capitalize() for word in kind.name.split("_")) + "/" + column.name
            for kind in dictionary_it.kinds().values() for column in kind.columns if column.type == "json"} | {
                "Task/task_results"}  # results by another name


class Case(reeve_it.Case):
    def begin(self):
        """reeved with a row of each kind, and the document."""
        self.reeved = self.start("--module-dir", self.modules(), "--set", "api.login_failures=0",
                                 "--set", "api.password_checks=0")
        self.filled = dictionary_it.fill(self.database())
        self.document = self.reeved.get("/api/openapi.json", user=None)

    def modules(self):
        """Stores and the demo provider: without Kubernetes, nothing that is invented here leads anywhere."""
        built = os.path.join(os.path.dirname(reeve_it.BIN), "lib", "reeve")
        if reeve_it.DEEP:
            return built
        out = os.path.join(self.folder, "modules")
        os.makedirs(os.path.join(out, "providers"))
        for name in os.listdir(built):
            if name.endswith(".so"):
                os.symlink(os.path.join(built, name), os.path.join(out, name))
        os.symlink(os.path.join(built, "providers", "demo.so"), os.path.join(out, "providers", "demo.so"))
        return out


class Document(Case):
    def check_references(self):
        def walk(thing):
            if isinstance(thing, dict):
                if isinstance(thing.get("$ref"), str):
                    resolve(self.document, thing)  # a KeyError when it leads nowhere
                for one in thing.values():
                    walk(one)
            elif isinstance(thing, list):
                for one in thing:
                    walk(one)

        walk(self.document)

    def check_operations(self):
        # What several paths share has none.
        ids = [operation["operationId"] for item in self.document["paths"].values()
               for method, operation in item.items() if method in METHODS]
        self.assertEqual(len(ids), len(set(ids)), "operation ids are unique")
        for label, path, operation in operations(self.document):
            given = [resolve(self.document, one)[0] for one in operation.get("parameters", [])]
            in_path = {one["name"] for one in given if one["in"] == "path"}
            self.assertEqual(in_path, set(re.findall(r"{(\w+)}", path)), label)
            names = [(one["in"], one["name"]) for one in given]
            self.assertEqual(len(names), len(set(names)), label)
            self.assertTrue(operation["responses"], label)

    def check_schemas(self):
        for name, schema in self.document["components"]["schemas"].items():
            jsonschema_rs.meta.validate(dict(schema, **{"$schema": "https://json-schema.org/draft/2020-12/schema"}))
            for pattern in re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', json.dumps(schema)):
                re.compile(json.loads(pattern))
            self.assertRegex(name, r"^[A-Za-z]+$")

    def check_every_collection_is_there(self):
        paths = set(self.document["paths"])
        entry = self.reeved.get("/api")
        for collection in entry["collections"]:
            self.assertIn("/api/" + collection["name"], paths)
            self.assertIn("/api/" + collection["name"] + "/{id}", paths)
            for sub in self.ask("OPTIONS", "/api/" + collection["name"])["subcollections"]:
                self.assertIn("/api/%s/{id}/%s" % (collection["name"], sub), paths)

    def check_answers_are_closed(self):
        walk = Walk(self.document, json_columns())
        for label, _, operation in operations(self.document):
            walk.operation(label, operation)
        self.assertEqual(walk.open, [])
        self.assertGreater(walk.objects, 2 * len(self.filled))

    def check_walk_finds_open_schemas(self):
        """The walk above can fail: each of these is open."""
        for schema in ({}, {"type": "object"}, {"properties": {}}, {"type": "array"}, {"description": "x"},
                       {"type": "object", "additionalProperties": {"type": "string"}},
                       {"type": "array", "items": {"type": "object", "additionalProperties": True}},
                       {"anyOf": [{"type": "string"}, {"type": "object"}]}):
            walk = Walk(self.document, json_columns())
            walk.schema(schema, "here")
            self.assertEqual(len(walk.open), 1, schema)

    def row_queries(self, kind):
        """As much in one answer as there can be: associations, virtual attributes, sub-collections."""
        names = self.ask("OPTIONS", "/api/" + kind.collection)
        attributes = names["virtual_attributes"] + names["relationships"] + ["actions"]
        yield {}
        for i in range(0, len(attributes), 10):
            yield {"attributes": ",".join(attributes[i:i + 10])}
        for i in range(0, len(names["subcollections"]), 15):
            yield {"expand": ",".join(names["subcollections"][i:i + 15])}

    def ask(self, method, path, **query):
        """The answer's JSON, after the checks that hold for every answer."""
        path += "?" + urllib.parse.urlencode(query) if query else ""
        answer = self.reeved.request(method, path, headers={"X-Auth-Token": self.token})
        self.assertEqual(answer.status, 200, (path, answer.body))
        text = answer.body.decode()
        self.assertNotIn(dictionary_it.HIDDEN, text, path)
        self.assertIsNone(re.search(r"[:\[,]null\b", text), path)
        self.check_values(answer.json, path)
        return answer.json

    def check_values(self, value, where):
        """Ids are texts, times are in UTC."""
        for key, one in value.items() if isinstance(value, dict) else []:
            if key == "id" or key.endswith("_id"):
                self.assertIsInstance(one, str, (where, key))
            if isinstance(one, str) and re.match(r"\d{4}-\d\d-\d\d", one):
                self.assertRegex(one, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$", (where, key))
            self.check_values(one, where)
        for one in value if isinstance(value, list) else []:
            self.check_values(one, where)

    def check_rows(self, kind):
        """The row and its collection, with all that can be in them, fit their schemas."""
        title = "".join(word.capitalize() for word in kind.name.split("_"))
        for query in self.row_queries(kind):
            row = self.ask("GET", dictionary_it.row_path(kind), **query)
            expand = "resources," + query["expand"] if "expand" in query else "resources"
            page = self.ask("GET", f"/api/{kind.collection}", **dict(query, expand=expand))
            self.validator.validate({title: row, title + "List": page})
            if kind.name in dictionary_it.BY_GUID:
                self.assertNotIn("resources", page)
            else:
                self.assertIn(str(dictionary_it.ROW), [one["id"] for one in page["resources"]])
            for name in query.get("attributes", "").split(",") + query.get("expand", "").split(","):
                self.assertTrue(not name or name in row or self.may_lack(kind, name), (kind.name, name, row))

    def check_answers_of_no_collection(self):
        """Counts, database, diagnostics, settings and so on, each as its schema says."""
        collections = {one["name"] for one in self.reeved.get("/api")["collections"]}
        checked = []
        for label, path, operation in operations(self.document):
            content = operation["responses"].get("200", {}).get("content", {})
            if not label.startswith("GET ") or "{" in path or path.rpartition("/")[2] in collections or label in FREE or \
                    "application/json" not in content:
                continue
            _, name = resolve(self.document, content["application/json"]["schema"])
            if name:
                self.validator.validate({name: self.ask("GET", path)})
                checked.append(path)
        self.assertGreaterEqual(set(checked), {"/api/counts", "/api/database", "/api/diagnostics"})

    # Found by what the provider calls them; the invented row calls nobody its parent.
    COMPUTED = {("snapshot", "parent_id"), ("guest_device", "parent_device_id")}

    def may_lack(self, kind, name):
        """Associations with kinds of which there is no such row; what belongs to a row of another kind."""
        if (kind.name, name) in self.COMPUTED:
            return True
        column = kind.column(name + "_id")
        if column:
            return column.targets[0] in dictionary_it.OF_THE_SERVER
        child = next((one for one in self.filled if one.name == name), None)
        owners = [dictionary_it.target_of(one) for one in child.columns if one.type == "reference"] if child else []
        return child is not None and kind.name not in owners

    def check_columns(self, kind):
        """Every column that is not hidden is there; a null one is not."""
        row = self.ask("GET", dictionary_it.row_path(kind))
        shown = {column.name: column for column in kind.columns
                 if not column.hidden and column.name not in dictionary_it.NULL}
        self.assertEqual(set(row) - {"href", "actions"}, set(shown), kind.name)
        for name, column in shown.items():
            if column.type == "time":
                self.assertEqual(row[name], dictionary_it.TIME, (kind.name, name))
            if column.type == "flag":
                self.assertIsInstance(row[name], bool, (kind.name, name))

    def one_validator(self):
        """Of an object {SCHEMA: something}: compiled once for all."""
        schemas = self.document["components"]["schemas"]
        return jsonschema_rs.validator_for({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "additionalProperties": False,
            "properties": {name: {"$ref": "#/components/schemas/" + name} for name in schemas},
            "components": {"schemas": schemas}}, validate_formats=True)

    def test_document_is_valid_and_every_row_is_as_it_says(self):
        self.begin()
        self.token = self.reeved.get("/api/auth")["auth_token"]
        self.assertRegex(self.document["openapi"], r"^3\.1\.\d$")
        self.assertLess(len(self.reeved.request("GET", "/api/openapi.json").body), MOST_BYTES)
        schemathesis.openapi.from_dict(self.document).validate()
        self.check_references()
        self.check_operations()
        self.check_schemas()
        self.check_every_collection_is_there()
        self.check_answers_are_closed()
        self.check_walk_finds_open_schemas()
        self.validator = self.one_validator()
        with self.assertRaises(jsonschema_rs.ValidationError):
            self.validator.validate({"Vm": {"unheard_of": 1}})
        self.check_answers_of_no_collection()
        self.assertGreater(len(self.filled), 60)
        for kind in self.filled:
            with self.subTest(kind=kind.name):
                self.check_columns(kind)
                self.check_rows(kind)


class Fuzz(Case):
    def is_kept(self, path):
        parts = path.removeprefix("/api/").split("/")
        if parts[0] not in {kind.collection for kind in self.filled}:
            return parts[0] not in {kind.collection for kind in dictionary_it.kinds().values()}
        return parts[0] in KEPT if len(parts) < 3 else (parts[0], parts[2]) in KEPT_SUBS

    def document_of(self, name, is_kept):
        paths = {path: item for path, item in self.document["paths"].items() if is_kept(path)}
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            json.dump(dict(self.document, paths=paths), out)
        return path

    def reduced(self):
        """The document with some kinds of each sort: all are made from the dictionary by the same lines."""
        return self.document_of("openapi.json", self.is_kept)

    def parts(self):
        """The whole document in parts, each for a process of its own: one that tests all of it comes to need over 10 GB."""
        of = lambda path: path.removeprefix("/api/").split("/")[0]
        collections = sorted({of(path) for path in self.document["paths"]})
        return [self.document_of(f"part{i}.json", lambda path, i=i: collections.index(of(path)) % PARTS == i)
                for i in range(PARTS)]

    def add_victims(self):
        """What may be changed and deleted: a provider, and the finished task of its refresh."""
        victim = self.reeved.post("/api/providers", {"name": "victim", "type": "demo", "options": {
            "churn": 0, "vms": 3, "pods": 3}})["results"][0]["id"]
        self.until(lambda: self.reeved.get(f"/api/providers/{victim}").get("last_refresh_success_date"), "a refresh")
        task = self.reeved.post(f"/api/providers/{victim}", {"action": "refresh"})["task_id"]
        self.reeved.wait_task(task)
        return {"providers": victim, "tasks": task, "miq_queue": str(dictionary_it.ROW)}

    def configuration(self, examples):
        """Most ids are those of a row that is there, in writes those of the victims."""
        lines = [f"seed = {SEED}", "continue-on-failure = true", "request-timeout = 30", "warnings = false",
                 "[auth.openapi]", 'token = { api_key = "${REEVE_FUZZ_TOKEN}" }',
                 "[generation]", 'database = "none"', "no-shrink = true", f"max-examples = {examples}",
                 "[dictionaries.rows]", f'values = ["{dictionary_it.ROW}"]',
                 "[parameters]", 'id = { dictionary = "rows", probability = 0.8 }',
                 'sub_id = { dictionary = "rows", probability = 0.8 }']
        for collection, number in self.add_victims().items():
            # What rows and plugins refuse is not in the document: schemathesis_checks.py looks at the reason.
            lines += [f"[dictionaries.{collection}]", f'values = ["{number}"]',
                      "[[operations]]", f'include-path = "/api/{collection}/{{id}}"',
                      'include-method = ["POST", "PUT", "PATCH", "DELETE"]',
                      f'parameters = {{ id = {{ dictionary = "{collection}", probability = 0.8 }} }}',
                      "checks = { positive_data_acceptance = { enabled = false } }",
                      "[[operations]]", f'include-path = "/api/{collection}"', 'include-method = "POST"',
                      "checks = { positive_data_acceptance = { enabled = false },"
                      " negative_data_rejection = { enabled = false } }"]
        # Boundary values of each parameter: of a few kinds, for they take ten times the requests; deep, of all but
        # sub-collections.
        alone = "[a-z_]+" if reeve_it.DEEP else "(providers|container_label_tag_mappings)"
        lines += ["[[operations]]", 'include-path-regex = "^/api/"',
                  f'exclude-path-regex = "^/api/({alone}(/.id.)?|auth|ping|[a-z]+_(info|types)|openapi.json)$"',
                  "phases = { coverage = { enabled = false } }"]
        if not reeve_it.DEEP:  # 2,000 requests, while those that change one take the same form
            lines += ["[[operations]]", 'include-name = "POST /api/providers"', "phases = { coverage = { enabled = false } }"]
        path = os.path.join(self.folder, "schemathesis.toml")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\n")
        return path

    def run_it(self, location, *options, configuration):
        """Requests that were sent. One thread: more confuse Python 3.11's parser, which Hypothesis uses."""
        program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
        token = self.reeved.get("/api/auth?requester_type=ui")["auth_token"]
        done = subprocess.run([program, "--config-file", configuration, "--no-color", "run", location,
                               "--url", self.reeved.url, "--phases", "coverage,fuzzing", "--workers", "1",
                               "--report-dir", self.folder, *MORE_OPTIONS, *options],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=3400 if reeve_it.DEEP else 500, cwd=self.folder,
                              env=dict(os.environ, REEVE_FUZZ_TOKEN=token, PYTHONPATH=HERE,
                                       SCHEMATHESIS_HOOKS="schemathesis_checks"))
        print(done.stdout if done.returncode else re.sub(r"(?s).*= SUMMARY =", "= SUMMARY =", done.stdout))
        self.assertEqual(done.returncode, 0, "schemathesis has findings, see above")
        return int(re.search(r"(\d+) generated", done.stdout).group(1))

    def test_server_does_what_the_document_says(self):
        self.begin()
        workers = self.reeved.children("api")
        configuration = self.configuration(examples=4 if reeve_it.DEEP else 2)
        # DELETE /api/auth ends the token that the others are sent with: it has a run of its own.
        sent = sum(self.run_it(part, "--exclude-operation-id", "delete_auth", configuration=configuration)
                   for part in (self.parts() if reeve_it.DEEP else [self.reduced()]))
        self.assertGreater(sent, 1000)
        sent = self.run_it(self.reduced(), "--include-operation-id", "delete_auth", configuration=configuration)
        self.assertGreater(sent, 0)
        self.assertEqual(self.reeved.request("GET", "/readyz").status, 200)
        self.assertEqual(self.reeved.children("api"), workers, "no API worker had to be replaced")


if __name__ == "__main__":
    reeve_it.main()
