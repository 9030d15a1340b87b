"""How the office declines: exceptions with a sentence that the reader can act on."""


class Refused(Exception):
    """The office declines what was asked; `str()` of it is a whole, translated sentence."""


class UploadRefused(Refused):
    """A file is not kept; `str()` of it is a sentence for whoever sent it."""
