import django.db.models.deletion
import dunwell.ledger.columns
from django.db import migrations, models

from dunwell.evidence.append_only import guard


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0004_agreement_holds'),
        ('settle', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('form_key', models.TextField(unique=True)),
                ('reason', models.TextField()),
                ('amount', dunwell.ledger.columns.AmountField(decimal_places=3, max_digits=18, null=True)),
                ('currency', models.CharField(default='', max_length=3)),
                ('proof', models.TextField()),
                ('note_sealed', models.BinaryField(null=True)),
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dispute', to='ledger.hold')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.party')),
            ],
        ),
        migrations.CreateModel(
            name='DisputeDecision',
            fields=[
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='decision', serialize=False, to='ledger.hold')),
                ('verdict', models.TextField()),
                ('ground', models.TextField()),
                ('note_sealed', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('verdict__in', ['partly', 'rejected', 'upheld'])), name='settle_disputedecision_verdict_known'), models.CheckConstraint(condition=models.Q(('ground__in', ['bill_correct', 'billing_error', 'fraud_confirmed', 'goodwill', 'no_payment', 'not_proven_by_us', 'payment_found', 'service_failed'])), name='settle_disputedecision_ground_known')],
            },
        ),
        migrations.CreateModel(
            name='DisputeLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.charge')),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='settle.dispute')),
            ],
        ),
        migrations.CreateModel(
            name='PauseReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('form_key', models.TextField(unique=True)),
                ('reason', models.TextField()),
                ('released', models.BooleanField()),
                ('note_sealed', models.BinaryField(null=True)),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pause_reviews', to='ledger.hold')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.party')),
            ],
        ),
        migrations.CreateModel(
            name='Relief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('form_key', models.TextField(unique=True)),
                ('kind', models.TextField()),
                ('reason', models.TextField()),
                ('currency', models.CharField(max_length=3)),
                ('level', models.TextField()),
                ('expires_at', models.DateTimeField()),
                ('pay_amount', dunwell.ledger.columns.AmountField(decimal_places=3, max_digits=18, null=True)),
                ('pay_by', models.DateField(null=True)),
                ('tolerance_days', models.PositiveSmallIntegerField(null=True)),
                ('note_sealed', models.BinaryField(null=True)),
                ('counters', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='countered_by', to='settle.relief')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.party')),
            ],
        ),
        migrations.CreateModel(
            name='ReliefAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.TextField()),
                ('seat', models.TextField(default='')),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('addendum', models.TextField(null=True)),
                ('note_sealed', models.BinaryField(null=True)),
                ('relief', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='settle.relief')),
            ],
        ),
        migrations.CreateModel(
            name='ReliefLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', dunwell.ledger.columns.AmountField(decimal_places=3, max_digits=18)),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.charge')),
                ('relief', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='settle.relief')),
            ],
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('form_key', models.TextField(unique=True)),
                ('topic', models.TextField()),
                ('staff', models.TextField(null=True)),
                ('note_sealed', models.BinaryField(null=True)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.party')),
                ('signal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='complaint', to='ledger.signal')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('topic__in', ['conduct', 'data', 'debt', 'frequency', 'service', 'third_party'])), name='settle_complaint_topic_known')],
            },
        ),
        migrations.CreateModel(
            name='ComplaintAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.TextField()),
                ('finding', models.TextField(null=True)),
                ('note_sealed', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField()),
                ('by', models.TextField()),
                ('signal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='complaint_acts', to='ledger.signal')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['acknowledged', 'answered', 'closed', 'mediation_accepted', 'mediation_declined', 'mediation_offered', 'mediation_result'])), name='settle_complaintact_step_known'), models.CheckConstraint(condition=models.Q(('finding__in', ['not_settled', 'not_upheld', 'partly', 'settled', 'upheld'])), name='settle_complaintact_finding_known'), models.UniqueConstraint(fields=('signal', 'step'), name='settle_complaintact_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['amount', 'cancelled', 'fraud', 'not_mine', 'other', 'paid', 'service'])), name='settle_dispute_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('proof__in', ['bill', 'cancellation', 'none', 'police_report', 'receipt'])), name='settle_dispute_proof_known'),
        ),
        migrations.AddConstraint(
            model_name='disputeline',
            constraint=models.UniqueConstraint(fields=('dispute', 'charge'), name='settle_disputeline_once'),
        ),
        migrations.AddConstraint(
            model_name='pausereview',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['mistaken', 'not_reached', 'spoken', 'still_in_distress', 'support'])), name='settle_pausereview_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='pausereview',
            constraint=models.UniqueConstraint(condition=models.Q(('released', True)), fields=('hold',), name='settle_pausereview_released_once'),
        ),
        migrations.AddIndex(
            model_name='relief',
            index=models.Index(fields=['party', 'made_at'], name='settle_relief_by_party'),
        ),
        migrations.AddConstraint(
            model_name='relief',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['settlement', 'waiver'])), name='settle_relief_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='relief',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['complaint', 'doubtful', 'goodwill', 'hardship', 'lump_sum', 'our_fault'])), name='settle_relief_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='relief',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['collector', 'joint', 'manager', 'team_lead'])), name='settle_relief_level_known'),
        ),
        migrations.AddConstraint(
            model_name='relief',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__isnull', True), ('expires_at__gte', models.F('made_at')), _connector='OR'), name='settle_relief_expires_at_after_made_at'),
        ),
        migrations.AddConstraint(
            model_name='relief',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'waiver'), ('pay_amount__isnull', True), ('pay_by__isnull', True), ('tolerance_days__isnull', True)), models.Q(('kind', 'settlement'), ('pay_amount__gt', 0), ('pay_by__isnull', False), ('tolerance_days__isnull', False)), _connector='OR'), name='settle_relief_settlement_has_its_sum'),
        ),
        migrations.AddConstraint(
            model_name='reliefact',
            constraint=models.CheckConstraint(condition=models.Q(('step__in', ['accepted', 'agreed', 'approved', 'countered', 'dropped', 'granted', 'lapsed', 'refused'])), name='settle_reliefact_step_known'),
        ),
        migrations.AddConstraint(
            model_name='reliefact',
            constraint=models.UniqueConstraint(fields=('relief', 'step', 'seat'), name='settle_reliefact_once'),
        ),
        migrations.AddConstraint(
            model_name='reliefact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seat__in', ['alone', 'line', 'finance']), ('step', 'approved')), models.Q(models.Q(('step', 'approved'), _negated=True), ('seat', '')), _connector='OR'), name='settle_reliefact_approval_has_its_seat'),
        ),
        migrations.AddConstraint(
            model_name='reliefline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='settle_reliefline_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='reliefline',
            constraint=models.UniqueConstraint(fields=('relief', 'charge'), name='settle_reliefline_once'),
        ),
        *guard(
            "settle_relief",
            "settle_reliefline",
            "settle_reliefact",
            "settle_dispute",
            "settle_disputeline",
            "settle_disputedecision",
            "settle_pausereview",
            "settle_complaint",
            "settle_complaintact",
        ),
    ]
