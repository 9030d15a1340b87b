"""Files, circulars and their paragraphs, distribution, and the documents that were issued."""

from circulars.models.circulars import Addressee, Circular, Paragraph
from circulars.models.documents import IssuedDocument
from circulars.models.files import AddressList, AddressListEntry, OfficeFile
from circulars.models.mails import Delivery

__all__ = [
    "AddressList",
    "AddressListEntry",
    "Addressee",
    "Circular",
    "Delivery",
    "IssuedDocument",
    "OfficeFile",
    "Paragraph",
]
