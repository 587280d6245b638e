#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a domain of automate of a given size: make_domain.py FOLDER [NAME] [NAMESPACES CLASSES INSTANCES METHODS]

The default is the size of ManageIQ 4.6's own. The same numbers give the same files."""
import os
import sys

DOMAIN = """---
object_type: domain
version: 1.0
object:
  attributes:
    name: %s
    description: Made for a test
    display_name:
    priority: 1
    enabled: true
    source: user
"""
NAMESPACE = """---
object_type: namespace
version: 1.0
object:
  attributes:
    name: %s
"""
CLASS = """---
object_type: class
version: 1.0
object:
  attributes:
    name: %s
    display_name: Class %d
  schema:
"""
FIELD = """  - field:
      aetype: %s
      name: %s
      datatype: string
      priority: %d
      default_value: %s
      substitute: true
      message: create
"""
INSTANCE = """---
object_type: instance
version: 1.0
object:
  attributes:
    name: %s
  fields:
  - rel1:
      value: "/System/event_handlers/event_action_refresh?target=%d"
  - meth1:
      value: m%d
"""
METHOD = """---
object_type: method
version: 1.0
object:
  attributes:
    name: %s
    scope: instance
    language: lua
    location: inline
  inputs: []
"""
BODY = """-- Method %d of a test.
local object = evm.object
evm.log("info", "method %d runs on " .. tostring(object))
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def namespaces_of(count):
    """A third at the top, the others below: one, two and three deep."""
    paths = []
    for i in range(count):
        path = "Space%d" % i
        paths.append(path if i % 3 == 0 or not paths else paths[i - 1] + "/" + path)
    return paths


def make(folder, name="Made", namespaces=81, classes=122, instances=803, methods=292):
    root = os.path.join(folder, name)
    write(root + "/__domain__.yaml", DOMAIN % name)
    spaces = namespaces_of(namespaces)
    for path in spaces:
        write("%s/%s/__namespace__.yaml" % (root, path), NAMESPACE % path.rsplit("/", 1)[-1])
    homes = []
    for i in range(classes):
        home = "%s/%s/Class%d.class" % (root, spaces[i % len(spaces)], i)
        homes.append(home)
        state = "state" if i % 4 == 0 else "attribute"
        write(home + "/__class__.yaml", CLASS % ("Class%d" % i, i)
              + FIELD % ("relationship", "rel1", 1, "")
              + FIELD % ("method", "meth1", 2, "")
              + FIELD % (state, "attr1", 3, "'00%d'" % i))
    for i in range(instances):
        name_of = ".missing" if i < classes and i % 2 == 0 else "Instance_%d" % i
        write("%s/%s.yaml" % (homes[i % classes], name_of.replace(".", "_", 1)),
              INSTANCE % (name_of if name_of[0] != "." else '"%s"' % name_of, i, i % methods))
    for i in range(methods):
        place = "%s/__methods__/m%d" % (homes[i % classes], i)
        write(place + ".yaml", METHOD % ("m%d" % i))
        write(place + ".lua", BODY % (i, i))


if __name__ == "__main__":
    make(sys.argv[1], *sys.argv[2:3], *(int(number) for number in sys.argv[3:7]))
