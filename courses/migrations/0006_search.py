"""Full text search on PostgreSQL: the texts of each course, renewed by triggers with every change.

Who changes a course, its outline, its names or its institute, by whatever way, changes what it is
found by in the same transaction (docs/decisions/0110). SQLite searches in memory.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LETTERS = r"0-9a-z\u00df-\u0963\u0966-\u096f\u0971-\u1fff\u3040-\ud7ff"
JOINTS = r"-.''/_&+\u2010\u2019"

# As `igot.lib.folding.fold` does; `tests/courses/test_search_texts.py` holds the two equal.
FOLD = r"""
CREATE OR REPLACE FUNCTION courses_search_fold(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT replace(replace(regexp_replace(regexp_replace(regexp_replace(
    translate(
      regexp_replace(
        regexp_replace(
          normalize(lower(written), NFKD), '[\u0300-\u036f\u093c\u200b-\u200d\u2060\ufeff]', '', 'g'
        ), '[''\u2019]s\M', '', 'g'
      ), 'ँ०१२३४५६७८९', 'ं0123456789'
    ), 'ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])', 'ं', 'g'),
    '([a-z]{3})is(e|ed|es|er|ers|ing|ation|ations)\M', '\1iz\2', 'g'),
    '([a-z]{2})our(|s|ed|ing|al)\M', '\1or\2', 'g'),
    'gramme', 'gram'), 'centre', 'center')
$$
"""

# Each word as it stands; the parts of J-PAL as one word too; the stems of English words.
VECTOR = r"""
CREATE OR REPLACE FUNCTION courses_search_vector(written text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH part (folded) AS (VALUES (courses_search_fold(written))), words AS (
    SELECT place, left(word, 60) AS word
    FROM part, regexp_split_to_table(folded, '[^LETTERS]+') WITH ORDINALITY AS w (word, place)
    WHERE word <> ''
  ), lexemes AS (
    SELECT place, word FROM words
    UNION ALL
    SELECT place, stem FROM words, unnest(ts_lexize('english_stem', word)) AS stem
    WHERE word COLLATE "C" BETWEEN 'a' AND '{' AND stem <> word
    UNION ALL
    SELECT 1, left(regexp_replace(found[1], '[JOINTS]+', '', 'g'), 60)
    FROM part, regexp_split_to_table(folded, '\s+') AS chunk,
      regexp_matches(chunk, '([LETTERS]+(?:[JOINTS]+[LETTERS]+)+)', 'g') AS found
    WHERE chunk ~ '.[JOINTS].'
  )
  SELECT coalesce(
    string_agg('''' || word || ''':' || least(place, 16000), ' ')::tsvector, ''::tsvector
  ) FROM lexemes WHERE word <> ''
$$
"""

# Titles, also former ones; names: codes, keys of providers, institutes, programmes; the outline.
TEXTS = """
CREATE OR REPLACE FUNCTION courses_search_texts(ids bigint[])
RETURNS TABLE (course_id bigint, titles text, names text, outline text)
LANGUAGE sql STABLE AS $$
  SELECT c.id,
    concat_ws(E'\\n', c.title, c.title_hi, (
      SELECT string_agg(concat_ws(E'\\n', f.title, f.title_hi), E'\\n' ORDER BY f.id)
      FROM courses_formertitle f WHERE f.course_id = c.id)),
    concat_ws(E'\\n', c.code, i.code, i.title, i.title_hi, i.short_name, i.short_name_hi,
      v.name, v.name_hi, (
      SELECT string_agg(a.key, E'\\n' ORDER BY a.id)
      FROM courses_coursealias a WHERE a.course_id = c.id), (
      SELECT string_agg(concat_ws(E'\\n', p.code, p.title, p.title_hi), E'\\n' ORDER BY pc.id)
      FROM courses_programmecourse pc JOIN courses_programme p ON p.id = pc.programme_id
      WHERE pc.course_id = c.id), (
      SELECT string_agg(concat_ws(E'\\n', q.title, q.title_hi, q.short_name, q.short_name_hi),
        E'\\n' ORDER BY cp.id)
      FROM courses_course_partners cp JOIN courses_institute q ON q.id = cp.institute_id
      WHERE cp.course_id = c.id)),
    concat_ws(E'\\n', c.objective, c.objective_hi, (
      SELECT string_agg(concat_ws(E'\\n', m.title, m.title_hi, m.summary, m.summary_hi),
        E'\\n' ORDER BY m.id)
      FROM courses_coursemodule m WHERE m.course_id = c.id), (
      SELECT string_agg(concat_ws(E'\\n', u.title, u.title_hi), E'\\n' ORDER BY u.id)
      FROM courses_courseunit u JOIN courses_coursemodule m ON m.id = u.module_id
      WHERE m.course_id = c.id))
  FROM courses_course c
  JOIN courses_institute i ON i.id = c.institute_id
  JOIN courses_provider v ON v.id = c.provider_id
  WHERE c.id = ANY(ids)
$$
"""

REFRESH = r"""
CREATE OR REPLACE FUNCTION courses_search_refresh(ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  renewed bigint[];
BEGIN
  -- Writers stand in one line already, at the catalogue's version; stand there before the words.
  PERFORM 1 FROM courses_catalogueversion WHERE id = 1 FOR UPDATE;
  DELETE FROM courses_searchtext s
  WHERE s.course_id = ANY(ids) AND NOT EXISTS (SELECT FROM courses_course WHERE id = s.course_id);
  WITH changed AS (
    SELECT t.*,  -- the vectors of parts that stay as they are
      CASE WHEN s.titles = t.titles THEN s.titles_vector END AS titles_vector,
      CASE WHEN s.names = t.names THEN s.names_vector END AS names_vector,
      CASE WHEN s.outline = t.outline THEN s.outline_vector END AS outline_vector
    FROM courses_search_texts(ids) t
    LEFT JOIN courses_searchtext s USING (course_id)
    WHERE (s.titles, s.names, s.outline) IS DISTINCT FROM (t.titles, t.names, t.outline)
  ), written AS (
    INSERT INTO courses_searchtext
      (course_id, titles, names, outline, titles_vector, names_vector, outline_vector)
    SELECT course_id, titles, names, outline,
      coalesce(titles_vector, courses_search_vector(titles)),
      coalesce(names_vector, courses_search_vector(names)),
      coalesce(outline_vector, courses_search_vector(outline))
    FROM changed
    ON CONFLICT (course_id) DO UPDATE SET titles = excluded.titles, names = excluded.names,
      outline = excluded.outline, titles_vector = excluded.titles_vector,
      names_vector = excluded.names_vector, outline_vector = excluded.outline_vector
    RETURNING course_id
  )
  SELECT array_agg(course_id) INTO renewed FROM written;
  IF renewed IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO courses_searchword (shown, word)
  SELECT shown, left(courses_search_fold(shown), 60) FROM (
    SELECT DISTINCT left(word, 60) AS shown
    FROM courses_searchtext s, regexp_split_to_table(
      lower(concat_ws(E'\n', s.titles, s.names, s.outline)), '[^LETTERS]+'
    ) AS word
    WHERE s.course_id = ANY(renewed) AND length(word) >= 3 AND word COLLATE "C" > ':'
  ) AS found
  WHERE NOT EXISTS (SELECT FROM courses_searchword known WHERE known.shown = found.shown)
  ON CONFLICT (shown) DO NOTHING;
END $$
"""

# The trigger's argument is the SELECT of the courses that the changed rows belong to.
RENEW = """
CREATE OR REPLACE FUNCTION courses_search_renew() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
BEGIN
  EXECUTE 'SELECT array_agg(DISTINCT id) FROM (' || TG_ARGV[0] || ') AS found (id)' INTO ids;
  IF ids IS NOT NULL THEN
    PERFORM courses_search_refresh(ids);
  END IF;
  RETURN NULL;
END $$
"""
WATCHED = {
    "courses_course": "SELECT id FROM {rows}",
    "courses_course_partners": "SELECT course_id FROM {rows}",
    "courses_programmecourse": "SELECT course_id FROM {rows}",
    "courses_coursealias": "SELECT course_id FROM {rows}",
    "courses_formertitle": "SELECT course_id FROM {rows}",
    "courses_coursemodule": "SELECT course_id FROM {rows}",
    "courses_courseunit": (
        "SELECT m.course_id FROM {rows} r JOIN courses_coursemodule m ON m.id = r.module_id"
    ),
    "courses_institute": (
        "SELECT c.id FROM {rows} r JOIN courses_course c ON c.institute_id = r.id"
        " UNION SELECT p.course_id FROM {rows} r"
        " JOIN courses_course_partners p ON p.institute_id = r.id"
    ),
    "courses_provider": "SELECT c.id FROM {rows} r JOIN courses_course c ON c.provider_id = r.id",
    "courses_programme": (
        "SELECT p.course_id FROM {rows} r JOIN courses_programmecourse p ON p.programme_id = r.id"
    ),
}
TRANSITIONS = {
    "INSERT": "NEW TABLE AS changed",
    "UPDATE": "NEW TABLE AS changed OLD TABLE AS former",
    "DELETE": "OLD TABLE AS changed",
}
SETUP = (
    "ALTER TABLE courses_searchtext ADD COLUMN titles_vector tsvector NOT NULL,"
    " ADD COLUMN names_vector tsvector NOT NULL, ADD COLUMN outline_vector tsvector NOT NULL",
    "CREATE INDEX courses_searchtext_vectors ON courses_searchtext"
    # A list of pending entries makes the planner read the whole table instead.
    " USING gin (titles_vector, names_vector, outline_vector) WITH (fastupdate = off)",
    "CREATE INDEX courses_searchword_near ON courses_searchword USING gin (word gin_trgm_ops)",
)
FUNCTIONS = {
    "courses_search_renew()": RENEW,
    "courses_search_refresh(bigint[])": REFRESH,
    "courses_search_texts(bigint[])": TEXTS,
    "courses_search_vector(text)": VECTOR,
    "courses_search_fold(text)": FOLD,
}
FILL = "SELECT courses_search_refresh(array_agg(id)) FROM courses_course"


def triggers() -> list[tuple[str, str, str]]:
    """Return name, table and statement of each trigger."""
    found = []
    for table, courses in WATCHED.items():
        for verb, transition in TRANSITIONS.items():
            rows = courses.format(rows="changed")
            if verb == "UPDATE":
                rows += " UNION " + courses.format(rows="former")
            name = f"courses_search_{verb.lower()}"
            found.append(
                (
                    name,
                    table,
                    f"CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {transition} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION courses_search_renew('{rows}')",
                )
            )
    return found


def search(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    statements = [*SETUP, *reversed(FUNCTIONS.values())]
    for statement in [*statements, *(create for _name, _table, create in triggers()), FILL]:
        spelt = statement.replace("LETTERS", LETTERS).replace("JOINTS", JOINTS)
        editor.execute(spelt, params=None)


def leave(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for name, table, _create in triggers():
        editor.execute(f"DROP TRIGGER {name} ON {table}")
    for signature in FUNCTIONS:
        editor.execute(f"DROP FUNCTION {signature}")


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0005_version_told'),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='SearchText',
            fields=[
                ('course', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='courses.course', verbose_name='course')),
                ('titles', models.TextField()),
                ('names', models.TextField()),
                ('outline', models.TextField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('shown', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('word', models.CharField(max_length=60)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RunPython(search, leave),
    ]
