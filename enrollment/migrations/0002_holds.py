"""A registration is held when the answer changes under it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_rolls_and_postings'),
        ('courses', '0003_reschedules'),
        ('eligibility', '0003_switches_and_circular'),
        ('enrollment', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='enrollment',
            name='held_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held since'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='held_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eligibility.decision', verbose_name='decision before the hold'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='hold_reason',
            field=models.CharField(blank=True, choices=[('rescheduled', 'The batch was moved'), ('record', 'The service record changed')], max_length=12, verbose_name='reason of the hold'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='hold_told_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='desk told of the hold at'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(condition=models.Q(('held_at__isnull', False)), fields=['held_at'], name='enrollment_held'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('held_at__isnull', True), ('held_from__isnull', True), ('hold_reason', '')), models.Q(('held_at__isnull', False), ('held_from__isnull', False), ('hold_reason__gt', ''), ('state__in', ['awaiting_authority', 'completed', 'confirmed', 'in_progress', 'not_completed', 'returned', 'submitted'])), _connector='OR'), name='enrollment_enrollment_held_with_reason'),
        ),
    ]
