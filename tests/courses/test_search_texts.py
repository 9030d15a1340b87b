"""What PostgreSQL keeps for the search: folded as Python folds, composed as Python composes."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from courses.models import Course, SearchText, SearchWord
from courses.search_finders import texts
from igot.lib.folding import fold, words_of
from tests.factories.courses import make_course, make_institute, make_module

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

SPELT = [
    "Randomised Programmes of J-PAL’s centre, 14.73x; labour & behaviour",
    "गान्धी गाँधी गांधी ज़िला क़ानून पञ्चायत अङ्क सम्पर्क २०१९ क्\u200dया।",
    "Café ﬁnance １４．７３ｘ Straße ÅNGSTRÖM 😀 100% a_b\\c 'quoted' \"words\"",
    "organisation's four hours of wise advertising, tours and colours",
    "",
]


def ask(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def vector_of(course):
    rows = ask(
        "SELECT titles_vector::text, names_vector::text, outline_vector::text "
        "FROM courses_searchtext WHERE course_id = %s",
        course.pk,
    )
    return " ".join(rows[0])


def words_by_part(parts):
    return [set(words_of(fold(part))) for part in parts]


def test_the_database_folds_as_python_does():
    folded = [ask("SELECT courses_search_fold(%s)", text)[0][0] for text in SPELT]

    assert folded == [fold(text) for text in SPELT]


def test_the_texts_of_the_whole_catalogue_are_those_that_memory_would_hold():
    call_command("load_catalogue", stdout=StringIO())

    kept = {row.pk: (row.titles, row.names, row.outline) for row in SearchText.objects.all()}

    ours = texts()
    assert kept.keys() == ours.keys() != set()
    for key, parts in kept.items():
        assert words_by_part(parts) == words_by_part(ours[key])


def test_a_vector_has_the_words_their_stems_and_words_without_their_joints():
    course = make_course(title="Zebra J-PAL", objective="Giraffes.")

    vector = vector_of(course)

    for lexeme in ("'zebra':1", "'j':2", "'pal':3", "'jpal':1", "'giraffes':1", "'giraff':1"):
        assert lexeme in vector


def test_many_courses_at_once_are_one_refresh(django_assert_max_num_queries):
    make_course()
    institute = make_institute()
    made = [
        Course(
            code=f"c{number}",
            title=f"Course {number}",
            institute=institute,
            provider=institute.courses.get().provider,
            mode=Course.Mode.RUN,
            certification=Course.Certification.CERTIFICATE,
            rule_set_code="OM",
        )
        for number in range(200)
    ]

    with django_assert_max_num_queries(3):
        Course.objects.bulk_create(made)

    assert SearchText.objects.count() == 201


def test_a_module_that_moves_leaves_one_course_and_comes_to_the_other():
    here, there = make_course(), make_course()
    module = make_module(course=here, title="Zebra")

    module.__class__.objects.filter(pk=module.pk).update(course=there)

    assert "zebra" not in vector_of(here)
    assert "zebra" in vector_of(there)


def test_a_change_that_is_not_searched_leaves_the_texts_as_they_are():
    course = make_course()
    before = ask("SELECT xmin::text FROM courses_searchtext WHERE course_id = %s", course.pk)

    Course.objects.filter(pk=course.pk).update(weeks=9)
    course.fees.update(fee_usd=5)

    assert before == ask(
        "SELECT xmin::text FROM courses_searchtext WHERE course_id = %s", course.pk
    )


def test_a_change_that_is_rolled_back_leaves_the_texts():
    course = make_course(title="Stays")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Course.objects.update(title="Zebra")
        assert "zebra" in vector_of(course)
        _ = 1 / 0

    assert "zebra" not in vector_of(course)


def test_a_course_that_is_deleted_takes_its_texts_along_also_by_sql():
    course = make_course(fee_usd=None, points=None, is_published=False)

    ask("DELETE FROM courses_course WHERE id = %s RETURNING id", course.pk)

    assert not SearchText.objects.exists()


def test_the_words_are_kept_as_they_are_written_and_as_they_are_folded():
    make_course(title="Randomised गाँधी")

    words = dict(SearchWord.objects.values_list("shown", "word"))

    assert words["randomised"] == "randomized"
    assert words["गाँधी"] == "गांधी"


def test_the_index_is_used_for_words_and_for_words_near_to_them():
    make_course()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM courses_searchtext WHERE names_vector @@ '''a'':*'")
        found = str(cursor.fetchall())
        cursor.execute("EXPLAIN SELECT 1 FROM courses_searchword WHERE word % 'povrty'")
        near = str(cursor.fetchall())

    assert "courses_searchtext_vectors" in found
    assert "courses_searchword_near" in near
