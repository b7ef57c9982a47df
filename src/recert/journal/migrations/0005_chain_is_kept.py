"""Each event waits for its link; links are never changed; of an event, only its words may go."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION let_new_events_be_chained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_unchained (event) SELECT id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER new_events_are_chained AFTER INSERT ON journal_event
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION let_new_events_be_chained();

INSERT INTO journal_unchained (event) SELECT id FROM journal_event;

CREATE FUNCTION refuse_to_change_a_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a link of the journal is never changed or deleted (%)', OLD.position
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER a_link_is_kept BEFORE UPDATE OR DELETE ON journal_link
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_link();

-- (`by` stands in quotes, since PL/pgSQL takes it for a word of its own.)
CREATE OR REPLACE FUNCTION refuse_to_change_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.salt IS NOT NULL
        AND (NEW.salt, NEW."by", NEW.because, NEW.facts) IS NOT DISTINCT FROM
            (NULL::uuid, '', '', '{}'::jsonb)
        AND (NEW.id, NEW.kind, NEW.subject, NEW.about, NEW.by_ref, NEW.at) =
            (OLD.id, OLD.kind, OLD.subject, OLD.about, OLD.by_ref, OLD.at)
        AND NOT EXISTS (SELECT FROM journal_unchained WHERE event = OLD.id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an event is never changed or deleted (%)', OLD.kind
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""
BACKWARDS = """
CREATE OR REPLACE FUNCTION refuse_to_change_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an event is never changed or deleted (%)', OLD.kind
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
DROP TRIGGER a_link_is_kept ON journal_link;
DROP FUNCTION refuse_to_change_a_link();
DROP TRIGGER new_events_are_chained ON journal_event;
DROP FUNCTION let_new_events_be_chained();
"""


class Migration(migrations.Migration):
    """The triggers."""

    dependencies = (("journal", "0004_chain"),)
    operations = (migrations.RunSQL(FORWARDS, BACKWARDS),)
