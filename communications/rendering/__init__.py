"""From the text of a template to a mail: subject, plain text and HTML. Pure Python, without Django.

What people write is a small language: placeholders with fallback values, and passages that stand or fall with one. It
has no loops, calls nothing and reaches nothing but the words that it is given (security.md T16); python-liquid runs it.
"""

from __future__ import annotations

from communications.rendering.frames import Colour, Frame
from communications.rendering.language import Problem, TemplateRefusedError, names_in, problems_in
from communications.rendering.letters import Letter, Rendered, compile_letter, filled_in, one_line, problems_of

__all__ = [
    "Colour",
    "Frame",
    "Letter",
    "Problem",
    "Rendered",
    "TemplateRefusedError",
    "compile_letter",
    "filled_in",
    "names_in",
    "one_line",
    "problems_in",
    "problems_of",
]
