# SPDX-License-Identifier: Apache-2.0
"""Checks for schemathesis, loaded by test_schemathesis.py. They stand in for its own where those know too little: a
request that fits the document may be refused for what no document can say, the state of rows and the options of a
provider's plugin, and then the answer says so."""
import re

import schemathesis
from schemathesis import GenerationMode

REASONS = (
    r"with another '\w+' the secret '(.|\n)*' must be given again$",
    r"Name has already been taken: '",
    r"(cancel task: )?task \d+ is \w+( already|; only finished tasks are deleted)$",
    r"message \d+ ",
    r"the type of a provider cannot be changed$",
    r"(unknown )?option '",
    r"stored option '.*': not a sealed secret",  # of the rows that dictionary_it.py makes up
    r"'.*' is no kind of inventory$",
    r"a \w+ has at most \d+ bytes$",
    r"the tags of a mapping stay; ",
    r"tag \d+ is no category, and no entry of one$",
    r"label '(.|\n)*' is mapped already, by mapping \d+$",
    r"there is no server role '",
    r"(add a domain: )?there is a (domain|receiver) '(.|\n)*' already$",
    r"'(.|\n)*' is on the list already$",
    r"it came with the provider's plugin, and would come again$",
    r"the class has (no field|an instance) '",
    r"domain '(.|\n)*' is of source ",
    r"run \d+ (is over: |of event \d+ is not over: )",
    r"target_type and target_id belong together$",
    r"target(_type)?: there is no kind '",
    r"document: ",
    r"data: not base64 ",
    r"there is no kind '(.|\n)*' of which a row could be meant$",
    r"path '",
    r"the name stays, paths lead to it: '",
    r"request body: JSON at byte \d+ .*: U\+0000 is not allowed in a string$",
)


def is_of(mode, case):
    return case.meta is not None and case.meta.generation.mode == mode


@schemathesis.check
def nonsense_is_refused_entry_by_entry(ctx, response, case):
    """Of a list, what fits the document may work though another entry does not."""
    if not is_of(GenerationMode.NEGATIVE, case) or response.status_code != 200 or case.method != "POST":
        return
    results = response.json().get("results")
    if results is not None and isinstance(case.body, dict) and "resources" in case.body:
        assert any(result.get("success") is False for result in results), response.text[:2000]


@schemathesis.check
def refusal_has_a_reason_beyond_the_document(ctx, response, case):
    if not is_of(GenerationMode.POSITIVE, case) or response.status_code != 400:
        return
    message = response.json()["error"]["message"]
    assert any(re.match(reason, message) for reason in REASONS), message
