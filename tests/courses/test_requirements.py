"""The requirement tree of a programme, from its rows and in words."""

import pytest

from courses import requirements, rules
from courses.models import ProgrammeCourse, Requirement
from tests.factories.courses import make_course, make_programme

pytestmark = pytest.mark.django_db


def a_programme_of(count):
    programme = make_programme()
    courses = [make_course(programme=programme, title=f"Course {n}") for n in range(count)]
    return programme, courses


def branch(programme, parent, course, position=1):
    return Requirement.objects.create(
        programme=programme, parent=parent, kind="course", course=course, position=position
    )


def test_a_programme_without_a_tree_asks_for_all_required_courses():
    programme, courses = a_programme_of(3)
    ProgrammeCourse.objects.filter(course=courses[2]).update(is_required=False)

    tree = requirements.tree_of(programme)

    assert list(rules.courses_of(tree)) == [courses[0].pk, courses[1].pk]
    assert rules.is_complete(tree, {courses[0].pk, courses[1].pk})


def test_a_tree_is_read_from_its_rows_in_one_query(django_assert_num_queries):
    programme, courses = a_programme_of(4)
    root = Requirement.objects.create(programme=programme, kind="all", title="DEDP")
    either = Requirement.objects.create(
        programme=programme, parent=root, kind="any", least=1, position=2, title="A choice"
    )
    branch(programme, root, courses[0])
    branch(programme, either, courses[1])
    branch(programme, either, courses[2], position=2)

    with django_assert_num_queries(1):
        tree = requirements.tree_of(programme)

    assert rules.is_complete(tree, {courses[0].pk, courses[2].pk})
    assert not rules.is_complete(tree, {courses[1].pk, courses[2].pk})


def test_the_tree_in_words_links_the_courses_and_marks_what_is_done():
    programme, courses = a_programme_of(2)
    root = Requirement.objects.create(programme=programme, kind="any", least=1, title="DEDP")
    for position, course in enumerate(courses):
        branch(programme, root, course, position)

    lines = requirements.in_words(requirements.tree_of(programme), done=frozenset({courses[1].pk}))

    assert [(line.level, line.words, line.is_done) for line in lines] == [
        (0, "DEDP: At least 1 of these", True),
        (1, "Course 0", False),
        (1, "Course 1", True),
    ]
    assert lines[1].url == courses[0].get_absolute_url()


def test_a_course_without_a_public_page_is_named_and_not_linked():
    programme, courses = a_programme_of(1)
    type(courses[0]).objects.update(is_published=False)

    lines = requirements.in_words(requirements.tree_of(programme))

    assert [(line.words, line.url) for line in lines[1:]] == [("Course 0", "")]


def test_the_page_of_a_programme_shows_its_tree_in_words(client):
    programme, courses = a_programme_of(3)
    root = Requirement.objects.create(programme=programme, kind="any", least=2, title="A choice")
    for position, course in enumerate(courses):
        branch(programme, root, course, position)

    page = client.get(programme.get_absolute_url()).content.decode()

    assert "What completes the programme" in page
    assert "A choice: At least 2 of these" in page
