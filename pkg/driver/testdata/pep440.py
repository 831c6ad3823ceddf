"""Writes pep440.json: which versions Python's packaging finds in which specifiers."""

import json
import pathlib

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

VERSIONS = """
    0 1 1.0 1.0.0 0.1 0.1.0 0.9.9 1.1 1.2 1.2.3 1.2.3.4 1.10 2 2.0 v1.0 V1.0 1.0a1 1.0.a1 1.0-alpha 1.0b2 1.0rc1
    1.0-rc.1 1.0c1 1.0.dev1 1.0.post1 1.0-1 1.0+abc 1.0+abc.1 1!1.0 2!0.1 1.0rc1.post2.dev3 1.0.post1.dev1 1.0a
    1.0.post 1.0-r4 2024.1.1 2024.01.01 1.0+Abc-1 01.2.03 1.0.0-beta latest 1.x 1.0. .1 1..0 1.0-nightly.3 1.0+
    1.0_1 1,0 ~1 * 1.0.0.0.0.0.1 99999999999 1.2rc1 1.1.dev0
""".split()

SPECIFIERS = """
    >=0.1,<1.0|>=0.1, <1.0|>= 1.0|==1.0|==1.0.*|==1.*|!=1.0|!=1.0.*|~=1.2|~=1.2.3|~=1|<1.0|>1.0|<=1.0|<1.0rc1
    >1.0.post1|>=1.0a1|===1.0|=== 1.0 |==1.0+abc|!=1.0+abc|>=1.0+abc|==1.0.dev1||  |,|>=1,|1.0|=1.0|^1.2|~1.2
    >=1 <2|>=a|==1.0.*.1|<1.0.*|==1!1.0|>=1!0|==v1.0|>=0.1,<1.0,!=0.5.*|=>1|== *|==*|>=1.0.post1|<2!0|>1.0+abc
    ==1.0a1.*|~=1.0.*|~= 1.0rc1|<1.0.post1|>1.0a1|<1.2rc1|>1.2rc1|~=1.0.post1|==1.0.post1|~=1!1.0|!=1.0.post1.*
    <1.0.dev1|>1.0.dev1|<=1.0.post1|>1|<1|>=1.0.dev0|===latest|==1.0.0.*
"""


def main() -> None:
    valid = {}
    for text in VERSIONS:
        try:
            valid[text] = Version(text)
        except InvalidVersion:
            pass
    specifiers = {}
    for text in (s for line in SPECIFIERS.splitlines()[1:] for s in line.removeprefix("    ").split("|")):
        try:
            specifier = SpecifierSet(text)
        except InvalidSpecifier:
            specifiers[text] = None
            continue
        specifiers[text] = [v for v in valid if specifier.contains(v, prereleases=True)]
    out = {"versions": {v: v in valid for v in VERSIONS}, "specifiers": specifiers}
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out, indent=None, separators=(", ", ": ")).replace("], ", "],\n").replace("null, ", "null,\n") + "\n")


if __name__ == "__main__":
    main()
