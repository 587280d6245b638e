# SPDX-License-Identifier: Apache-2.0
"""Domains of automate for tests, written as Python values and imported into a running server.

    domain("Acme", {"Ops/Jobs": {"fields": ["act: method = clean"], "methods": {"clean": "evm.log('info', 'x')"},
                                 "instances": {"go": {}}}})
"""
import base64
import io
import json
import zipfile


def document(kind, attributes, **more):
    return json.dumps({"object_type": kind, "version": 1.0, "object": dict(attributes=attributes, **more)})


def field(text, priority):
    """"NAME: AETYPE [once] [= VALUE]", with further keys after ';': "poll: state = METHOD::x; max_retries=3"."""
    first, *others = text.split(";")
    name, rest = first.split(":", 1)
    kind, _, value = rest.partition("=")
    words = kind.split()
    made = {"name": name.strip(), "aetype": words[0], "priority": priority}
    if "once" in words:
        made["once"] = True
    if value:
        made["default_value"] = value.strip()
    for other in others:
        key, _, value = other.partition("=")
        made[key.strip()] = value.strip()
    return {"field": made}


def files(name, classes, priority=10):
    """The tree of a domain on disk: path to text."""
    out = {f"{name}/__domain__.yaml": document("domain", {"name": name, "priority": priority, "enabled": True,
                                                          "source": "user"})}
    for path, made in classes.items():
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            out[f"{name}/{folder}/__namespace__.yaml"] = document("namespace", {"name": parts[depth - 1]})
        here = f"{name}/{path}.class"
        schema = [field(text, number + 1) for number, text in enumerate(made.get("fields", ()))]
        out[f"{here}/__class__.yaml"] = document("class", {"name": parts[-1]}, schema=schema)
        for instance, values in made.get("instances", {}).items():
            file = "_" + instance[1:] if instance.startswith(".") else instance
            out[f"{here}/{file}.yaml"] = document("instance", {"name": instance},
                                                  fields=[{key: {"value": value}} for key, value in values.items()])
        for method, text in made.get("methods", {}).items():
            out[f"{here}/__methods__/{method}.yaml"] = document(
                "method", {"name": method, "language": "lua", "location": "inline", "scope": "instance"}, inputs=[])
            out[f"{here}/__methods__/{method}.lua"] = text
    return out


def archive(name, classes, priority=10):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, text in files(name, classes, priority).items():
            made.writestr(path, text)
    return out.getvalue()


def put(database, name, classes, priority=10):
    """Has a domain imported, enabled, by a message of its own; until it is done see `there`."""
    data = base64.b64encode(archive(name, classes, priority)).decode()
    number = int(database.one("SELECT COALESCE(MAX(id), 0) FROM automate_imports")) + 900000000001
    database.query("INSERT INTO automate_imports (id, options, data) VALUES"
                   f" ({number}, '{{\"base64\":true,\"enable\":true}}', '{data}')")
    database.query(
        "INSERT INTO miq_queue (id, queue_name, state, priority, class_name, method_name, target_id, args, msg_timeout,"
        " max_attempts, attempts, generation, lock_version, retryable, created_on) VALUES"
        f" ({number}, 'generic', 'ready', 20, 'Automate', 'import', {number}, '{{}}', 600, 3, 0, 0, 0,"
        f" {'TRUE' if database.env else 1}, 0)")
    return lambda: database.one(f"SELECT COUNT(*) FROM automate_imports WHERE id = {number}") == "0"
