"""Two writings of a name: one person, or another; each pair is looked at from both sides."""

import pytest

from enrollment.name_match import likeness, score
from igot.lib.translit import romanised

LEAST = 80  # what `load_certificate_rules` loads

ONE_PERSON = [
    # as it is
    ("Asha Rao", "Asha Rao"),
    ("ASHA RAO", "asha rao"),
    ("Asha  Rao", "Asha Rao"),
    ("José Álvares", "Jose Alvares"),
    ("D'Souza Maria", "Maria Dsouza"),
    # initials
    ("A. Rao", "Asha Rao"),
    ("R.K. Sharma", "Rajesh Kumar Sharma"),
    ("RK Sharma", "Rajesh Kumar Sharma"),
    ("Sharma R K", "R. K. Sharma"),
    ("P. V. Narasimha Rao", "Pamulaparti Venkata Narasimha Rao"),
    ("Rajesh K. Sharma", "Rajesh Kumar Sharma"),
    # order
    ("Rao Asha", "Asha Rao"),
    ("Menon, Vijay", "Vijay Menon"),
    ("Subramanian Karthik", "Karthik Subramanian"),
    # a name left out or added
    ("Rajesh Sharma", "Rajesh Kumar Sharma"),
    ("Sunita Devi Yadav", "Sunita Yadav"),
    ("Anil Prakash Joshi", "Anil Joshi"),
    # titles
    ("Shri Anil Joshi", "Anil Joshi"),
    ("Dr. Asha Rao", "Asha Rao"),
    ("Smt. Sunita Yadav", "Sunita Yadav"),
    ("Anil Joshi, IAS", "Anil Joshi"),
    ("Col. Vikram Singh Rathore (Retd)".replace("(", "").replace(")", ""), "Vikram Singh Rathore"),
    ("Sriram Iyengar", "Sri Ram Iyengar"),
    # spellings
    ("Lakshmi Narayan", "Laxmi Narayan"),
    ("Laksmi Menon", "Lakshmi Menon"),
    ("Rakesh Choudhary", "Rakesh Chaudhari"),
    ("Rakesh Chowdhury", "Rakesh Chaudhary"),
    ("Mohd. Irfan", "Mohammed Irfan"),
    ("Md. Irfan Khan", "Muhammad Irfan Khan"),
    ("Mohammad Yusuf", "Mohammed Yousuf"),
    ("Suresh Yadav", "Suresh Yadaw"),
    ("Ramesh Rao", "Ramesh Row"),
    ("Raghav Bose", "Raghaw Bose"),
    ("Rajeev Mishra", "Rajiv Misra"),
    ("Sandeep Pathak", "Sandip Patak"),
    ("Geeta Iyer", "Gita Iyer"),
    ("Karthik Natarajan", "Kartik Natarajan"),
    ("Ashok Mookerjee", "Ashok Mukherji"),
    ("Subrata Banerjee", "Subrata Bannerji"),
    ("Pooja Gupta", "Puja Gupta"),
    ("Krishnamurthy Raman", "Krishnamoorti Raman"),
    ("Ravi Subramaniam", "Ravi Subramanian"),
    ("Ravi Subramanyam", "Ravi Subramaniam"),
    ("Rajinder Kaur", "Rajendra Kaur"),
    ("Narendra Solanki", "Narinder Solanki"),
    ("Vikas Sinha", "Bikas Sinha"),
    ("Zakir Hussain", "Jakir Husain"),
    ("Wasim Akhtar", "Waseem Akthar"),
    ("Ahmed Sayeed", "Ahmad Sayeed"),
    ("Syed Ali Raza", "Sayyid Ali Raza"),
    ("Ramkumar Pillai", "Ram Kumar Pillai"),
    ("Venkataramana Murthy", "Venkata Ramana Murthy"),
    ("Gyanesh Tiwari", "Jnanesh Tiwary"),
    ("Vishwanath Bhat", "Viswanath Bhatt"),
    ("Chandrashekhar Patil", "Chandrasekar Patil"),
    ("Shreya Ghosh", "Shreya Ghose"),
    ("Philip Mathew", "Filip Mathew"),
    # Devanagari
    ("आशा राव", "Asha Rao"),
    ("लक्ष्मी नारायण", "Laxmi Narayan"),
    ("राजेश कुमार शर्मा", "Rajesh Kumar Sharma"),
    ("विक्रम सिंह", "Vikram Singh"),
    ("मोहम्मद इरफ़ान", "Mohd. Irfan"),
    ("राकेश चौधरी", "Rakesh Choudhury"),
    ("डॉ. सुनीता यादव", "Sunita Yadav"),
    ("श्रीमती गीता मिश्रा", "Geeta Mishra"),
    ("ज्ञानेश्वर पाटील", "Gyaneshwar Patil"),
    ("अनिल प्रकाश जोशी", "A. P. Joshi"),
    ("संपत कृष्ण", "Sampath Krishna"),
]

ANOTHER_PERSON = [
    ("Somebody Else", "Asha Rao"),
    ("Usha Rao", "Asha Rao"),
    ("Rajesh Kumar", "Ramesh Kumar"),
    ("Rajesh Kumar", "Rakesh Kumar"),
    ("Rajesh Kumar", "Suresh Kumar"),
    ("Anil Kumar", "Sunil Kumar"),
    ("Anil Joshi", "Anila Joshi"),
    ("Manish Gupta", "Manisha Gupta"),
    ("Sunita Yadav", "Sumita Yadav"),
    ("Anita Yadav", "Amita Yadav"),
    ("Ajay Verma", "Vijay Verma"),
    ("Suresh Patil", "Sudesh Patil"),
    ("Mahesh Jain", "Mukesh Jain"),
    ("Geeta Iyer", "Rita Iyer"),
    ("Kiran Desai", "Karan Desai"),
    ("Deepa Nair", "Deepak Nair"),
    ("Priya Nair", "Riya Nair"),
    ("Rajesh Sharma", "Rajesh Verma"),
    ("Rajesh Kumar Sharma", "Rajesh Kumar Verma"),
    ("Rajesh Kumar Sharma", "Mahesh Kumar Sharma"),
    ("Vikram Singh", "Vikram Sinha"),
    ("Kumar", "Rajesh Kumar"),
    ("Asha", "Asha Rao"),
    ("A. R.", "Asha Rao"),
    ("S. Kumar", "Rajesh Kumar"),
    ("Anil Joshi", "Anil Doshi"),
    ("Nitin Shah", "Jatin Shah"),
    ("Ram Prasad", "Rama Prasad"),
    ("Mohd. Irfan", "Mohd. Imran"),
    ("Harish Rao", "Girish Rao"),
    ("Savita Patel", "Kavita Patel"),
    ("Meena Kumari", "Reena Kumari"),
    ("आशा राव", "Usha Rao"),
    ("राजेश कुमार", "Ramesh Kumar"),
    ("मनीषा गुप्ता", "Manish Gupta"),
    ("", "Asha Rao"),
    ("Shri", "Asha Rao"),
]


@pytest.mark.parametrize(("given", "on_record"), ONE_PERSON)
def test_what_may_be_one_person_scores_enough_from_either_side(given, on_record):
    assert score(given, on_record) >= LEAST
    assert score(on_record, given) == score(given, on_record)


@pytest.mark.parametrize(("given", "on_record"), ANOTHER_PERSON)
def test_another_person_scores_too_little_from_either_side(given, on_record):
    assert score(given, on_record) < LEAST
    assert score(on_record, given) == score(given, on_record)


def test_the_same_name_scores_a_hundred_and_strangers_next_to_nothing():
    assert score("Asha Rao", "Asha Rao") == 100
    assert score("Somebody Else", "Asha Rao") == 0


def test_what_is_left_out_counts_a_little_each_time():
    whole = score("Rajesh Kumar Sharma", "Rajesh Kumar Sharma")
    without_one = score("Rajesh Sharma", "Rajesh Kumar Sharma")
    by_initials = score("R. K. Sharma", "Rajesh Kumar Sharma")

    assert whole > without_one > LEAST
    assert whole > by_initials > LEAST


@pytest.mark.parametrize(
    ("devanagari", "latin"),
    [
        ("राव", "rav"),
        ("कृष्ण", "krishna"),
        ("सिंह", "sinh"),
        ("लक्ष्मी", "lakshmi"),
        ("चौधरी", "chaudhari"),
        ("ज़ाकिर", "zakir"),
        ("संपत", "sampat"),
        ("न", "na"),
        ("Rao", "Rao"),
    ],
)
def test_devanagari_is_written_as_it_is_spoken(devanagari, latin):
    assert romanised(devanagari) == latin


def test_a_word_is_like_itself_and_an_initial_like_what_begins_with_it():
    assert likeness("sharma", "sharma") == 1
    assert likeness("s", "sharma") == pytest.approx(0.85)
    assert likeness("k", "sharma") == 0
