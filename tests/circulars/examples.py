"""Papers as other apps compose them: copy from here."""

from datetime import date
from uuid import UUID

from circulars.documents import Annexure, Paper, Para, Signatory, Table, Words
from igot.lib.money import amount_in_words, group_indian

PUBLIC_ID = UUID("0b6f5c5e-7a7a-4a53-8b57-e8f3f0bdb111")


def sanction_letter(*, officers: int = 2, public_id: UUID | None = PUBLIC_ID) -> Paper:
    """A sanction to the Pay & Accounts Officer, with one row per officer in the annexure."""
    total = officers * 6960
    rows = [[str(n), f"Officer {n}", "IAS", group_indian(6960)] for n in range(1, officers + 1)]
    return Paper(
        form="sanction",
        number="F.No. T-16017/42/2018-Trg",
        dated_on=date(2026, 9, 2),
        to=[
            Words(
                "The Pay & Accounts Officer,\nPay & Accounts Office, DoPT,\n"
                "Lok Nayak Bhavan, New Delhi",
                "वेतन एवं लेखा अधिकारी,\nवेतन एवं लेखा कार्यालय, डीओपीटी,\nलोक नायक भवन, नई दिल्ली",
            )
        ],
        subject=Words(
            "Reimbursement of course fee under the iGOT Programme – regarding.",
            "आईगॉट कार्यक्रम के अंतर्गत पाठ्यक्रम शुल्क की प्रतिपूर्ति के संबंध में।",
        ),
        paragraphs=[
            Para(
                text=Words(
                    "I am directed to convey the sanction of the President to the payment of "
                    f"Rs. {group_indian(total)}/- ({amount_in_words(total)}) to the officers named "
                    "in the Annexure.",
                    "मुझे अनुलग्नक में नामित अधिकारियों को "
                    f"रु. {group_indian(total)}/- ({amount_in_words(total, 'hi')}) के भुगतान हेतु "
                    "राष्ट्रपति की स्वीकृति सूचित करने का निदेश हुआ है।",
                )
            ),
            Para(
                label="2.",
                text=Words(
                    "The amount may be released electronically.",
                    "यह राशि इलेक्ट्रॉनिक माध्यम से जारी की जाए।",
                ),
            ),
        ],
        signatory=Signatory(
            name=Words("Anita Bilung", "अनिता बिलुंग"),
            designation=Words("Under Secretary to the Government of India", "अवर सचिव, भारत सरकार"),
            telephone="011-26107960",
        ),
        copy_to=[Words("DDO, DoPT", "आहरण एवं संवितरण अधिकारी"), Words("Guard file", "गार्ड फाइल")],
        annexures=[
            Annexure(
                title=Words("Annexure", "अनुलग्नक"),
                table=Table(
                    head=["S. No.", "Officer", "Service", "Amount (₹)"],
                    head_hi=["क्र.सं.", "अधिकारी", "सेवा", "राशि (₹)"],
                    rows=[*rows, ["", "Total", "", group_indian(total)]],
                    align=["center", "left", "left", "right"],
                    has_total=True,
                ),
            )
        ],
        public_id=public_id,
    )
