"""The grammar: one component's official text → what it asks for. Pure; every word it knows is in the dictionary.

A text is folded (`text`), cut into words and cues (`words`), read from left to right for the papers it asks for
(`asking`), and what was found is weighed (`weighing`).
"""

from app.domain.reading.asking import find_papers
from app.domain.reading.lexicon import Cue, Dictionary, FormWord, Nature, PaperName, Turn
from app.domain.reading.text import fold
from app.domain.reading.weighing import weigh
from app.domain.reading.words import cut
from app.domain.readings import Reading

__all__ = ["Cue", "Dictionary", "FormWord", "Nature", "PaperName", "Turn", "read"]


def read(text: str, dictionary: Dictionary) -> Reading:
    """What one component's text asks for. Any string may come; none raises."""
    folded = fold(text)
    return weigh(folded, find_papers(cut(folded, dictionary), folded, dictionary), dictionary)
