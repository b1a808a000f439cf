"""Licences by value, and what a repository shows of its openness."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Repository
from aggregator.openness import licence, open_of

OSI = """
mit=MIT MIT=MIT MIT_License=MIT The_MIT_License=MIT apache-2.0=Apache-2.0 Apache-2.0=Apache-2.0
Apache_License_2.0=Apache-2.0 Apache_License,_Version_2.0=Apache-2.0 bsd-3-clause=BSD-3-Clause BSD-3-Clause=BSD-3-Clause
bsd-2-clause=BSD-2-Clause bsd=BSD-3-Clause gpl-3.0=GPL-3.0 GPL-3.0-only=GPL-3.0-only gpl-2.0=GPL-2.0 gpl=GPL-3.0
GNU_General_Public_License_v3.0=GPL-3.0 agpl-3.0=AGPL-3.0 lgpl-3.0=LGPL-3.0 lgpl-2.1=LGPL-2.1 mpl-2.0=MPL-2.0
Mozilla_Public_License_2.0=MPL-2.0 epl-2.0=EPL-2.0 epl-1.0=EPL-1.0 unlicense=Unlicense The_Unlicense=Unlicense isc=ISC
zlib=Zlib ncsa=NCSA bsl-1.0=BSL-1.0 artistic-2.0=Artistic-2.0 eupl-1.2=EUPL-1.2 ms-pl=MS-PL postgresql=PostgreSQL
osl-3.0=OSL-3.0 ecl-2.0=ECL-2.0 ofl-1.1=OFL-1.1 lppl-1.3c=LPPL-1.3c afl-3.0=AFL-3.0 MulanPSL-2.0=MulanPSL-2.0 0bsd=0BSD
"""
NOT_OSI = """
cc-by-4.0=CC-BY-4.0=yes cc-by-sa-4.0=CC-BY-SA-4.0=yes cc-by-nc-4.0=CC-BY-NC-4.0=no
cc-by-nc-sa-4.0=CC-BY-NC-SA-4.0=no cc-by-nc-nd-4.0=CC-BY-NC-ND-4.0=no cc-by-nd-4.0=CC-BY-ND-4.0=yes
cc-by-nc-2.0=CC-BY-NC-2.0=no CC_BY-NC_4.0=CC-BY-NC-4.0=no cc0-1.0=CC0-1.0=yes wtfpl=WTFPL=yes
openmdw=OpenMDW-1.0=yes odc-by=ODC-By-1.0=yes llama2==conditions llama3.1==conditions llama4==conditions
gemma==conditions openrail==conditions openrail++==conditions creativeml-openrail-m==conditions
bigscience-openrail-m==conditions falcon==conditions apple-amlr==no intel-research==no
fair-noncommercial-research-license==no
"""
NAMED = """
modified-mit=conditions glm-4=conditions qwen=conditions qwen-research=no tongyi-qianwen=conditions
tongyi-qianwen-research=no deepseek=conditions kimi=conditions minimax-model-license=conditions
minimax-m2.7-non-commercial=no tencent-hunyuan-community=conditions hunyuan-community=conditions yi-license=conditions
internlm=conditions cogvideox-license=conditions nvidia-open-model-license=conditions skywork=conditions
some-invented-terms=unknown
"""


@pytest.mark.parametrize("case", OSI.split())
def test_the_osi_approves_it(case: str) -> None:
    text, spdx = case.split("=")
    found = licence(text.replace("_", " "))
    assert (found.spdx, found.osi, found.commercial) == (spdx, True, "yes")


@pytest.mark.parametrize("case", NOT_OSI.split())
def test_the_osi_does_not_approve_it(case: str) -> None:
    text, spdx, commercial = case.split("=")
    found = licence(text.replace("_", " "))
    assert (found.spdx, found.osi, found.commercial) == (spdx or None, False, commercial)


@pytest.mark.parametrize("case", NAMED.split())
def test_a_labs_own_licence_is_not_approved(case: str) -> None:
    name, commercial = case.split("=")
    for found in (licence("other", name), licence(name)):
        assert (found.text, found.spdx, found.osi, found.commercial) == (name, None, False, commercial)


def test_other_may_still_name_an_approved_licence() -> None:
    assert licence("other", "apache-2.0").spdx == "Apache-2.0"
    assert licence("other", None, "https://www.apache.org/licenses/LICENSE-2.0").spdx == "Apache-2.0"
    assert licence("other", None, "https://opensource.org/license/mit").spdx == "MIT"
    assert licence("other", "modified-mit", "https://opensource.org/license/mit").osi is False


@pytest.mark.parametrize("text", [None, "", "unknown", "NOASSERTION", "None"])
def test_no_licence_is_unknown(text: str | None) -> None:
    found = licence(text)
    assert (found.spdx, found.osi, found.commercial) == (None, None, "unknown")


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_no_text_breaks_it_and_only_approved_licences_are_approved(text: str, name: str | None) -> None:
    found = licence(text, name)
    assert (found.osi is True) <= (found.spdx is not None)


def repository(**fields: Any) -> Repository:
    return Repository("huggingface", "lab/Model-1", **{"files": ("model.safetensors",), "licence": "mit", **fields})


@pytest.mark.parametrize(
    ("fields", "openness", "weights", "osi"),
    [
        ({}, "open-weights", "yes", True),
        ({"gated": "manual"}, "open-weights", "gated", True),
        ({"gated": "auto", "licence": "llama4"}, "open-weights", "gated", False),
        ({"files": ("README.md",)}, "unknown", "no", True),
        ({"private": True}, "unknown", "no", True),
        ({"files": None}, "open-weights", "yes", True),
        ({"licence": None}, "open-weights", "yes", False),
        ({"licence": None, "files": ("README.md",)}, "unknown", "no", None),
        ({"datasets": ("lab/corpus",)}, "open-weights", "yes", True),
    ],
)
def test_a_repository_shows_its_openness(fields: dict[str, Any], openness: str, weights: str, osi: bool | None) -> None:
    found = open_of(repository(**fields))
    assert (found.openness, found.weights, found.osi) == (openness, weights, osi)


def test_code_repositories_without_weights_show_nothing() -> None:
    found = open_of(Repository("github", "lab/Model-1", licence="Apache-2.0"))
    assert (found.openness, found.weights) == ("unknown", "unknown")
