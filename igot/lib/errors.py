"""How the office declines: one exception, with a sentence that the reader can act on."""


class Refused(Exception):
    """The office declines what was asked; `str()` of it is a whole, translated sentence."""
