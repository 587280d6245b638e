# SPDX-License-Identifier: Apache-2.0
"""Tables of reevectl beside those of kubectl on a real cluster."""
import re
import time
import unittest

import kube_it
import reeve_it

# What the dictionary has no column for.
UNKNOWN = {"VOLUMEATTRIBUTESCLASS"}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31536000}


def parse_table(text):
    """Rows as dictionaries: cells stand below the beginning of their title."""
    lines = text.splitlines()
    titles = [(match.start(), match.group()) for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    starts = [start for start, _ in titles] + [None]
    return [{title: line[start:starts[index + 1]].strip() for index, (start, title) in enumerate(titles)}
            for line in lines[1:]]


def seconds(text):
    """Of "5m", "2d3h", "3 (5m ago)"; None for what is no duration."""
    parts = re.findall(r"(\d+)([smhdy])", text)
    return sum(int(number) * SECONDS[unit] for number, unit in parts) if parts else None


def same(title, ours, theirs):
    if ours == theirs:
        return True
    if title not in ("AGE", "DURATION", "LAST SCHEDULE", "RESTARTS"):
        return False
    if title == "RESTARTS" and ours.split(" ")[0] != theirs.split(" ")[0]:
        return False
    left, right = seconds(ours), seconds(theirs)
    # The two were printed a few seconds apart; the longer a time, the coarser it is written.
    return left is not None and right is not None and abs(left - right) <= 15 + right * 0.1


class Tables(kube_it.BusyCase):
    def table(self, kind):
        """Ours and kubectl's, by namespace and name."""
        ours = parse_table(self.ctl("get", kind, "--all", "-o", "wide"))
        theirs = parse_table(self.cluster.kubectl("get", kind, "-A", "-o", "wide"))
        return [{(row.get("NAMESPACE"), row["NAME"]): row for row in rows} for rows in (ours, theirs)]

    def differences(self, kind):
        ours, theirs = self.table(kind)
        out = []
        for key in sorted(set(ours) ^ set(theirs), key=str):
            out.append(f"{kind} {key}: only {'here' if key in ours else 'there'}")
        for key in sorted(set(ours) & set(theirs), key=str):
            for title, cell in theirs[key].items():
                if title in UNKNOWN:
                    continue
                if title not in ours[key]:
                    out.append(f"{kind}: no column {title}")
                elif not same(title, ours[key][title], cell):
                    out.append(f"{kind} {key} {title}: '{ours[key][title]}' here, '{cell}' there")
        return out

    def test_tables_columns_and_names_are_kubectls(self):
        self.connect()
        self.cluster.settle()
        for kind in kube_it.KINDS:
            with self.subTest(kind):
                self.cells_are_the_same(kind)
                self.titles_are_the_same(kind)
                self.names_are_the_same(kind)

    def cells_are_the_same(self, kind):
        end = time.monotonic() + 20
        while (found := self.differences(kind)) and time.monotonic() < end:
            time.sleep(0.5)  # what changed between the two looks
        self.assertEqual(found[:10], [], f"{len(found)} differences")

    def titles_are_the_same(self, kind):
        for form in ("table", "wide") if reeve_it.DEEP else ("table",):
            wide = ["-o", "wide"] if form == "wide" else []
            theirs = self.cluster.kubectl("get", kind, "-n", "kube-system", *wide)
            ours = self.ctl("get", kind, "-n", "kube-system", "-o", form)
            if not theirs:
                self.assertEqual(ours, "")
                continue
            ours, theirs = [re.findall(r"\S+(?: \S+)*", text.splitlines()[0]) for text in (ours, theirs)]
            more = {"PROVIDER", "ID", "KIND", "SECRETS", "GROUP", "SCOPE"} if wide else set()
            self.assertEqual([title for title in ours if title in theirs or title not in more],
                             [title for title in theirs if title not in UNKNOWN])

    def names_are_the_same(self, kind):
        theirs = sorted(self.cluster.kubectl("get", kind, "-A", "-o", "name").split())
        self.assertTrue(theirs)
        self.until(lambda: sorted(self.ctl("get", kind, "--all", "-o", "name").split()) == theirs,
                   f"names of {kind}", 20, 0.5)


if __name__ == "__main__":
    unittest.main()
