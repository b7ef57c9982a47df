"""Nothing new comes to a record that was merged into another, or erased, whoever was under way."""

from django.db import migrations

TABLES = (
    "people_formername",
    "people_address",
    "people_invitation",
    "people_privatelink",
    "credentials_credential",
    "transcript_activity",
    "transcript_transcriptimport",
    "payments_order",
    "payments_payer",
)
FUNCTION = """
CREATE FUNCTION refuse_what_comes_to_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN people_person p ON p.id = added.person_id
        WHERE p.merged_into_id IS NOT NULL OR p.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'nothing new comes to a record that was merged or erased (%)', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
"""
TRIGGER = """
CREATE TRIGGER zz_comes_to_somebody AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_what_comes_to_nobody();
"""


class Migration(migrations.Migration):
    """The triggers."""

    dependencies = (
        ("dossiers", "0001_initial"),
        ("people", "0003_merged_and_erased"),
        ("credentials", "0001_initial"),
        ("transcript", "0002_imports"),
        ("payments", "0001_initial"),
    )
    operations = (
        migrations.RunSQL(
            FUNCTION + "".join(TRIGGER.format(table=table) for table in TABLES),
            "".join(f"DROP TRIGGER zz_comes_to_somebody ON {table};" for table in TABLES)
            + "DROP FUNCTION refuse_what_comes_to_nobody();",
        ),
    )
