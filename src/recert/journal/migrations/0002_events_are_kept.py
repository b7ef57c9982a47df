"""An event is never changed and never deleted, whoever asks: PostgreSQL itself refuses."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_to_change_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed or deleted (%)', OLD.kind
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER an_event_is_kept BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_an_event();
"""
ALLOW = """
DROP TRIGGER an_event_is_kept ON journal_event;
DROP FUNCTION refuse_to_change_an_event();
"""


class Migration(migrations.Migration):
    """The trigger."""

    dependencies = (("journal", "0001_initial"),)
    operations = (migrations.RunSQL(REFUSE, ALLOW),)
