"""Sentences with a little Markdown in them, as HTML: foreign text is cleaned and escaped first."""

import re

from markupsafe import Markup, escape

from grader.model.words import clean


def prose(text: str) -> Markup:
    """A sentence with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(clean(text)))))


def hint(text: str) -> Markup:
    """A hint of the course's own, which also has words in *italics*."""
    return Markup(re.sub(r"(?<![\w*])\*(\w[^*<>]*)\*(?![\w*])", r"<em>\1</em>", str(prose(text))))
