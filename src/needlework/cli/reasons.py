"""A result as JSON, with the chain of reasons for every claim that it names, if wanted."""

from __future__ import annotations

import msgspec

from needlework import workflow
from needlework.evidence import Knowledge
from needlework.planning import cited_claims


def with_reasons(result: msgspec.Struct, knowledge: Knowledge, *, wanted: bool) -> bytes:
    """One line of JSON; `why` comes last and holds a chain for each claim id."""
    content = workflow.encode(result)
    if wanted:
        chains = workflow.encode(reasons(result, knowledge))
        content = content[:-1] + b',"why":' + chains + b"}"
    return content + b"\n"


def reasons(result: object, knowledge: Knowledge) -> dict[str, workflow.Why]:
    """The chain of every claim that a result names, by claim id."""
    ids = sorted(cited_claims(result))
    return {claim_id: workflow.why(knowledge, claim_id) for claim_id in ids}
