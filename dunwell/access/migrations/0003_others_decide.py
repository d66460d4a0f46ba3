from django.db.migrations import Migration as DjangoMigration
from django.db.migrations import RunSQL

# Nobody decides what he asked for or what is about himself, nor after the time is up: not even through another door.
# Error class 23: Django shows it as an IntegrityError.
OTHERS_DECIDE = RunSQL(
    sql="""
        CREATE FUNCTION access_others_decide() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            asked access_request%ROWTYPE;
        BEGIN
            SELECT * INTO asked FROM access_request WHERE id = NEW.request_id;
            IF NEW.voter_id IN (asked.asked_by_id, asked.staff_id) THEN
                RAISE EXCEPTION 'request %: % asked for it, or it is about him; others decide', asked.id, NEW.voter_id
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.voted_at >= asked.expires_at THEN
                RAISE EXCEPTION 'request % expired at %', asked.id, asked.expires_at
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER others_decide BEFORE INSERT ON access_vote
            FOR EACH ROW EXECUTE FUNCTION access_others_decide();
    """,
    reverse_sql="""
        DROP TRIGGER others_decide ON access_vote;
        DROP FUNCTION access_others_decide();
    """,
)


class Migration(DjangoMigration):
    dependencies = [("access", "0002_append_only")]

    operations = [OTHERS_DECIDE]
