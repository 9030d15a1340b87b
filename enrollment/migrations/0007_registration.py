"""Deferral, waiting list, lapse, self-paced completion and choice of examination city."""

# ruff: noqa: S608 – SQL of constants only

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from igot.lib.append_only import AppendOnlyTable
from igot.lib.refusals import Refusal
from igot.lib.triggers_aside import PutTriggersAside, PutTriggersBack

TABLE = "enrollment_enrollment"
TAKEN = "('confirmed', 'in_progress', 'completed', 'not_completed')"
SEATS_TAKEN = (  # counted only where the batch has seats
    "EXISTS (SELECT 1 FROM courses_run r WHERE r.id = NEW.run_id AND CASE WHEN r.seats IS NULL "
    f"THEN FALSE ELSE r.seats <= (SELECT COUNT(*) FROM {TABLE} WHERE run_id = NEW.run_id "
    f"AND state IN {TAKEN}) END)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_notice_attachment"),
        ("courses", "0009_seats"),
        ("enrollment", "0006_file_work"),
    ]
    operations = [
        PutTriggersAside(TABLE),
        migrations.CreateModel(
            name='ExamCity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('name_hi', models.CharField(blank=True, max_length=100, verbose_name='name in Hindi')),
                ('is_active', models.BooleanField(default=True, verbose_name='may be chosen')),
                ('is_verified', models.BooleanField(default=False, verbose_name='verified')),
            ],
            options={
                'verbose_name': 'examination city',
                'verbose_name_plural': 'examination cities',
            },
        ),
        migrations.CreateModel(
            name='ExamPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='choice')),
                ('chosen_at', models.DateTimeField(verbose_name='chosen at')),
            ],
            options={
                'verbose_name': 'choice of an examination city',
                'verbose_name_plural': 'choices of examination cities',
            },
        ),
        migrations.CreateModel(
            name='RegistrationPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effective_from', models.DateField(verbose_name='from')),
                ('effective_to', models.DateField(blank=True, null=True, verbose_name='until')),
                ('circular_reference', models.CharField(max_length=200, verbose_name='circular')),
                ('draft_reminder_days', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days before the window closes on which the owner of a draft is reminded')),
                ('returned_first_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until the first reminder to correct what came back')),
                ('returned_second_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until the second reminder to correct what came back')),
                ('returned_lapse_days', models.PositiveSmallIntegerField(default=21, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until what came back lapses')),
                ('authority_first_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until the first reminder of an approval')),
                ('authority_second_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until the second reminder of an approval')),
                ('authority_lapse_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days until a registration never approved lapses')),
                ('begun_lapse_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days after the commencement on which whatever still waits for others lapses')),
                ('city_choice_days', models.PositiveSmallIntegerField(default=21, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days before the end of a run until which examination cities may be chosen')),
                ('is_verified', models.BooleanField(default=False, verbose_name='verified')),
            ],
            options={
                'verbose_name': 'policy of registration',
                'verbose_name_plural': 'policies of registration',
            },
        ),
        migrations.CreateModel(
            name='RegistrationReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('awaiting_authority', "Awaiting the authority's approval"), ('returned', 'Returned for correction'), ('confirmed', 'Confirmed'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('not_completed', 'Not completed'), ('rejected', 'Not confirmed'), ('withdrawn', 'Withdrawn'), ('deferred', 'Deferred to a later run'), ('lapsed', 'Lapsed')], max_length=20, verbose_name='state')),
                ('since', models.DateTimeField(verbose_name='in this state since')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'reminder of a registration',
                'verbose_name_plural': 'reminders of registrations',
            },
        ),
        migrations.RemoveConstraint(
            model_name='enrollment',
            name='enrollment_enrollment_submitted_is_complete',
        ),
        migrations.AddField(
            model_name='enrollment',
            name='completion_declared_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='completion declared at'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='state_since',
            field=models.DateTimeField(blank=True, null=True, verbose_name='in this state since'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='waitlisted_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='on the waiting list since'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['state', 'state_since'], name='enrollment_in_state'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn', 'returned', 'lapsed']), models.Q(('decision__isnull', False), ('declared_at__isnull', False), ('number__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='enrollment_enrollment_submitted_is_complete'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'deferred'), _negated=True), ('reason__gt', ''), _connector='OR'), name='enrollment_enrollment_deferred_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('completion_declared_at__isnull', True), models.Q(('completed_on__isnull', False), ('run__isnull', True)), _connector='OR'), name='enrollment_enrollment_declared_complete'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('waitlisted_at__isnull', True), models.Q(('run__isnull', False), ('state__in', ['awaiting_authority', 'submitted'])), _connector='OR'), name='enrollment_enrollment_waits_for_a_seat'),
        ),
        migrations.AddField(
            model_name='examcity',
            name='state',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.state', verbose_name='State or Union Territory'),
        ),
        migrations.AddField(
            model_name='exampreference',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preferences', to='enrollment.examcity', verbose_name='city'),
        ),
        migrations.AddField(
            model_name='exampreference',
            name='enrollment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exam_preferences', to='enrollment.enrollment', verbose_name='registration'),
        ),
        migrations.AddConstraint(
            model_name='registrationpolicy',
            constraint=models.UniqueConstraint(fields=('effective_from',), name='enrollment_registrationpolicy_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='registrationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('effective_to__isnull', True), ('effective_to__gte', models.F('effective_from')), _connector='OR'), name='enrollment_registrationpolicy_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='registrationpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('returned_first_days__gte', 1), ('returned_lapse_days__gt', models.F('returned_second_days')), ('returned_second_days__gt', models.F('returned_first_days')), ('authority_first_days__gte', 1), ('authority_lapse_days__gt', models.F('authority_second_days')), ('authority_second_days__gt', models.F('authority_first_days'))), name='enrollment_registrationpolicy_reminders_before_lapse'),
        ),
        migrations.AddField(
            model_name='registrationreminder',
            name='enrollment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='enrollment.enrollment', verbose_name='registration'),
        ),
        migrations.AddField(
            model_name='registrationreminder',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollment.registrationpolicy', verbose_name='policy'),
        ),
        migrations.AddConstraint(
            model_name='examcity',
            constraint=models.UniqueConstraint(fields=('state', 'name'), name='enrollment_examcity_once'),
        ),
        migrations.AddIndex(
            model_name='exampreference',
            index=models.Index(fields=['city', 'rank'], name='enrollment_exampref_demand'),
        ),
        migrations.AddConstraint(
            model_name='exampreference',
            constraint=models.UniqueConstraint(fields=('enrollment', 'rank'), name='enrollment_exampreference_rank_once'),
        ),
        migrations.AddConstraint(
            model_name='exampreference',
            constraint=models.UniqueConstraint(fields=('enrollment', 'city'), name='enrollment_exampreference_city_once'),
        ),
        migrations.AddConstraint(
            model_name='exampreference',
            constraint=models.CheckConstraint(condition=models.Q(('rank__range', (1, 3))), name='enrollment_exampreference_rank_in_three'),
        ),
        migrations.AddConstraint(
            model_name='registrationreminder',
            constraint=models.UniqueConstraint(fields=('enrollment', 'since', 'number'), name='enrollment_registrationreminder_once'),
        ),
        migrations.AddConstraint(
            model_name='registrationreminder',
            constraint=models.CheckConstraint(condition=models.Q(('number__in', [1, 2])), name='enrollment_registrationreminder_two'),
        ),
        AppendOnlyTable("enrollment_registrationreminder"),
        PutTriggersBack(TABLE),
        Refusal(
            TABLE,
            "enrollment_within_seats_at_once",
            ["INSERT"],
            f"NEW.state IN {TAKEN} AND {SEATS_TAKEN}",
        ),
        Refusal(
            TABLE,
            "enrollment_within_seats",
            ["UPDATE"],
            f"NEW.state IN {TAKEN} AND (OLD.state NOT IN {TAKEN} "
            f"OR OLD.run_id IS DISTINCT FROM NEW.run_id) AND {SEATS_TAKEN}",
        ),
        Refusal(
            "courses_run",
            "courses_run_seats_taken",
            ["UPDATE"],
            "NEW.seats IS NOT NULL AND OLD.seats IS DISTINCT FROM NEW.seats AND NEW.seats < "
            f"(SELECT COUNT(*) FROM {TABLE} WHERE run_id = OLD.id AND state IN {TAKEN})",
        ),
    ]
