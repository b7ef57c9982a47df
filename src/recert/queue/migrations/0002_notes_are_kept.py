"""A note is never changed and never deleted; its words alone can be erased."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_to_change_a_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.text, NEW."by") = ('', '')
        AND (NEW.id, NEW.ref, NEW.subject, NEW.person_id, NEW.by_ref, NEW.at) =
            (OLD.id, OLD.ref, OLD.subject, OLD.person_id, OLD.by_ref, OLD.at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a note is never changed or deleted (%)', OLD.ref
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER a_note_is_kept BEFORE UPDATE OR DELETE ON queue_note
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_note();
"""
ALLOW = """
DROP TRIGGER a_note_is_kept ON queue_note;
DROP FUNCTION refuse_to_change_a_note();
"""


class Migration(migrations.Migration):
    """The trigger."""

    dependencies = (("queue", "0001_initial"),)
    operations = (migrations.RunSQL(REFUSE, ALLOW),)
