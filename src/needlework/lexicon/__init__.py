"""What a name means: medicines, conditions, ingredients and allergens, and their classes.

>>> lexicon = Lexicon.load()
>>> match = lexicon.medicine("Roaccutane® 20 mg caps")
>>> match.kind, match.entries[0].id, match.entries[0].classes[0]
('exact', 'isotretinoin', 'systemic-retinoid')
>>> lexicon.medicine("isotretionin").kind
'suggestion'
"""

from __future__ import annotations

from needlework.lexicon.entry import CLASSES, CONDITIONS, Entry, Kind, Source
from needlework.lexicon.match import Lexicon, Match, MatchKind, Suggestion

__all__ = [
    "CLASSES",
    "CONDITIONS",
    "Entry",
    "Kind",
    "Lexicon",
    "Match",
    "MatchKind",
    "Source",
    "Suggestion",
]
