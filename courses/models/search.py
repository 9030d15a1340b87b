"""What a course is searched by on PostgreSQL: kept by the triggers of the migration `search`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.catalogue import Course


class SearchText(models.Model):
    """The texts of a course by weight; the migration adds a vector of each, and their index.

    Written by triggers and by nobody else; SQLite leaves the table empty and searches in memory.
    """

    course = models.OneToOneField(
        Course,
        models.CASCADE,  # a part of its course; the triggers remove it too
        primary_key=True,
        related_name="+",
        verbose_name=_("course"),
    )
    titles = models.TextField()
    names = models.TextField()
    outline = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.course_id}"


class SearchWord(models.Model):
    """A word of the texts as it is written and as it is folded: what misspelt words are held to."""

    shown = models.CharField(max_length=60, primary_key=True)
    word = models.CharField(max_length=60)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.shown
