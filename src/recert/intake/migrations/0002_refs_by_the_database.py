"""Refs that PostgreSQL draws by itself, a million at once, written as `recert.refs` writes them."""

from django.db import migrations

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def letter(place: int) -> str:
    return f"substr('{LETTERS}', ((n >> {place * 5}) & 31)::int + 1, 1)"


def group(places: tuple[int, ...]) -> str:
    return " || ".join(letter(place) for place in places)


WRITE = f"""
CREATE FUNCTION recert_ref_of(prefix text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT prefix || '-' || {group((11, 10, 9, 8))} || '-' || {group((7, 6, 5, 4))}
        || '-' || {group((3, 2, 1, 0))}
$$;
CREATE FUNCTION recert_ref(prefix text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT recert_ref_of(prefix, ('x0' || right(gen_random_uuid()::text, 12)
        || substr(gen_random_uuid()::text, 6, 3))::bit(64)::bigint)
$$;
"""
FORGET = "DROP FUNCTION recert_ref(text); DROP FUNCTION recert_ref_of(text, bigint);"


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_what_providers_report")]

    operations = [migrations.RunSQL(WRITE, FORGET)]
