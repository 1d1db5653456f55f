"""What to do: protocols per zone, course, preparation, anaesthetic, alternatives."""

from needlework.planning.citing import cited_claims
from needlework.planning.model import Plan
from needlework.planning.plan import plan

__all__ = ["Plan", "cited_claims", "plan"]
