"""What was told stays: rows of ability, absence and distribution never change, an assignment is ended once."""

from django.db import migrations

from dunwell.evidence.append_only import guard

# Its end is the one thing that an assignment learns later; it names everything that stays as it was.
ENDS_ONCE = migrations.RunSQL(
    sql="""
        CREATE FUNCTION dunwell_assignment_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.until_at IS NULL AND NEW.until_at IS NOT NULL
               AND (NEW.id, NEW.party_id, NEW.staff_id, NEW.team, NEW.agency, NEW.from_at, NEW.why, NEW.batch_id)
                 = (OLD.id, OLD.party_id, OLD.staff_id, OLD.team, OLD.agency, OLD.from_at, OLD.why, OLD.batch_id)
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'work_assignment is told once and ended once: % is refused', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END
        $$;
        CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON work_assignment
            FOR EACH ROW EXECUTE FUNCTION dunwell_assignment_ends_once();
        CREATE TRIGGER append_only_table BEFORE TRUNCATE ON work_assignment
            FOR EACH STATEMENT EXECUTE FUNCTION dunwell_append_only();
    """,
    reverse_sql="""
        DROP TRIGGER append_only_rows ON work_assignment;
        DROP TRIGGER append_only_table ON work_assignment;
        DROP FUNCTION dunwell_assignment_ends_once();
    """,
)


class Migration(migrations.Migration):
    dependencies = [("work", "0002_assignment"), ("evidence", "0002_append_only")]
    operations = [*guard("work_ability", "work_absence", "work_distribution"), ENDS_ONCE]
