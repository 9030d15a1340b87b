"""Rupees: rounding, Indian grouping, amounts in words in English and Hindi, reading amounts."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _

PAISE: Final = Decimal("0.01")
LARGEST: Final = Decimal("9999999999.99")  # what twelve digits with two places hold

_ONES_EN: Final = (
    "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen "
    "Fifteen Sixteen Seventeen Eighteen Nineteen"
)
_TENS_EN: Final = "- - Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety"
# Hindi has a word of its own for every number below one hundred.
_BELOW_HUNDRED_HI: Final = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ "
    "दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस "
    "बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस "
    "तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस "
    "चालीस इकतालीस बयालीस तैंतालीस चवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास "
    "पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ "
    "साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर "
    "सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी "
    "अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी "
    "नब्बे इक्यानवे बानवे तिरानवे चौरानवे पंचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
ONES_EN: Final = tuple(_ONES_EN.split())
TENS_EN: Final = tuple(_TENS_EN.split())
BELOW_HUNDRED_HI: Final = tuple(_BELOW_HUNDRED_HI.split())
SCALES: Final = (  # largest first; crores are counted in words again: "One Hundred Crore"
    (10_000_000, "Crore", "करोड़"),
    (100_000, "Lakh", "लाख"),
    (1_000, "Thousand", "हजार"),
    (100, "Hundred", "सौ"),
)


def quantise(amount: Decimal | None) -> Decimal:
    """Give `amount` exactly two decimal places; the empty sum is 0.00.

    SQLite answers a Sum of decimals with fifteen places, PostgreSQL with two.
    """
    return (amount or Decimal(0)).quantize(PAISE, rounding=ROUND_HALF_UP)


def round_rupees(amount: Decimal) -> Decimal:
    """Round to whole rupees, 50 paise and above upwards; for amounts payable, once, at the end."""
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def group_indian(number: int | Decimal) -> str:
    """Write `number` with Indian grouping: 1234567 is "12,34,567"; a Decimal keeps its places."""
    sign = "-" if number < 0 else ""
    plain = f"{abs(number):f}" if isinstance(number, Decimal) else str(abs(number))
    whole, dot, places = plain.partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = re.sub(r"(?<=\d)(?=(?:\d\d)+$)", ",", head)
    return f"{sign}{pairs}{',' if head else ''}{tail}{dot}{places}"


def rupees(amount: int | Decimal) -> str:
    """Write an amount for people: "₹12,34,567" when it is whole, else "₹12,34,567.50"."""
    exact = quantise(Decimal(amount))
    shown = exact.to_integral_value() if exact == exact.to_integral_value() else exact
    sign = "-" if shown < 0 else ""
    return f"{sign}₹{group_indian(abs(shown))}"


def dollars(amount: int | Decimal) -> str:
    """Write an amount in United States dollars: "US$100" when it is whole, else "US$99.50"."""
    exact = quantise(Decimal(amount))
    return f"US${exact:,.0f}" if exact == exact.to_integral_value() else f"US${exact:,.2f}"


def amount_in_words(amount: int | Decimal, language: str = "en") -> str:
    """Write whole rupees in words, as a sanction order does; `language` is "en" or "hi".

    "Rupees Three Lakh Sixty Two Thousand Fifty only": no "and", always the singular.
    :raises ValueError: if the amount is negative or not a whole number of rupees
    """
    whole = int(amount)
    if whole != amount or whole < 0:
        raise ValueError(f"not a whole, non-negative number of rupees: {amount}")
    if language == "hi":
        return f"रुपये {_words_hi(whole)} मात्र"
    return f"Rupees {_words_en(whole)} only"


def parse_amount(text: str) -> Decimal:
    """Read an amount as people type it: "1,00,000.50", "₹ 8315", "Rs. 500/-", "१,०००".

    Digits of any script count. Commas may stand only between digits of the whole part.
    :raises ValueError: with a sentence for the person who typed it
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    typed = re.sub(r"^(?:₹|Rs\.?|INR)\s*", "", typed, flags=re.IGNORECASE)
    typed = re.sub(r"\s*/-$", "", typed)
    if typed.startswith("-"):
        raise ValueError(_("An amount cannot be negative."))
    if not re.fullmatch(r"\d+(?:,\d{2,3})*(?:\.\d*)?", typed):
        raise ValueError(_("Enter an amount in figures, such as 8315 or 1,00,000.50."))
    digits = "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in typed
        if character != ","
    )
    if len(digits.partition(".")[2]) > 2:
        raise ValueError(_("An amount has at most two decimal places."))
    amount = Decimal(digits)
    if amount > LARGEST:
        raise ValueError(_("This amount is too large."))
    return quantise(amount)


def _words_en(number: int) -> str:
    if number < 20:
        return ONES_EN[number]
    for value, name, _name_hi in SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            return f"{_words_en(count)} {name}" + (f" {_words_en(rest)}" if rest else "")
    tens, ones = divmod(number, 10)
    return TENS_EN[tens] + (f" {ONES_EN[ones]}" if ones else "")


def _words_hi(number: int) -> str:
    if number < 100:
        return BELOW_HUNDRED_HI[number]
    for value, _name, name in SCALES:
        if number >= value:
            count, rest = divmod(number, value)
            return f"{_words_hi(count)} {name}" + (f" {_words_hi(rest)}" if rest else "")
    raise AssertionError("every number from one hundred on has a scale")
