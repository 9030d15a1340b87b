"""What the author of circulars gives for the draft of a meeting's decisions."""

from circulars.forms import ComposedPaperForm


class CircularForm(ComposedPaperForm):
    """The file and the signatory; the text is composed from the decisions."""
