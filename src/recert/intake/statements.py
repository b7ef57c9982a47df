"""The statements with which some lines become completions, a thousand times faster than one by one.

A chunk's new completions are gathered in a table of this transaction alone, each with the person
whom it names, and from there come the activities, the completions and what is still unclear. All
look-ups are by index and row by row, since nobody knows yet how large the tables are.
"""

from __future__ import annotations

from typing import Final

LOCK: Final = "SELECT pg_advisory_xact_lock(7, %(organisation)s)"
"""Of a provider, one chunk is taken at a time; so the same line in two files is one completion."""

TABLE: Final = """
CREATE TEMP TABLE IF NOT EXISTS intake_fresh (
    number int, completion text, digest text, ref text, activity_id bigint, activity_ref text,
    person_id bigint, person_ref text, kind text, title text, completed_on date,
    contact_hours int, covers text[], said jsonb
) ON COMMIT DELETE ROWS
"""

PERSON: Final = """
CASE WHEN l.customer_number <> '' THEN (
    SELECT p.id FROM people_person p
    WHERE p.customer_number = l.customer_number AND p.merged_into_id IS NULL
        AND p.erased_at IS NULL AND (l.born_on IS NULL OR l.born_on = p.born_on)
) ELSE (
    SELECT CASE WHEN count(*) = 1 THEN min(p.id) END FROM people_person p
    WHERE upper(p.email) = upper(l.email) AND l.email <> '' AND p.born_on = l.born_on
        AND lower(p.family_name) = lower(l.family_name)
        AND lower(p.given_names) = lower(l.given_names)
        AND p.merged_into_id IS NULL AND p.erased_at IS NULL
) END
"""
"""Whom a line names for certain: by customer number, else by name, birth date and email."""

SAID: Final = """
jsonb_build_object('kind', l.kind, 'title', l.title, 'completed_on', l.completed_on,
    'contact_hours', l.contact_hours, 'covers', to_jsonb(l.covers))
"""

FRESH: Final = f"""
INSERT INTO intake_fresh
SELECT l.number, l.completion, l.digest, recert_ref('CM'),
    CASE WHEN l.person_id IS NOT NULL THEN nextval('transcript_activity_id_seq') END,
    recert_ref('AC'), l.person_id,
    (SELECT ref FROM people_person WHERE id = l.person_id),
    l.kind, l.title, l.completed_on, l.contact_hours, l.covers,
    CASE WHEN l.person_id IS NULL THEN {SAID} || jsonb_build_object(
        'customer_number', l.customer_number, 'given_names', l.given_names,
        'family_name', l.family_name, 'born_on', l.born_on, 'email', l.email) ELSE '{{}}' END
FROM (
    SELECT DISTINCT ON (l.completion) l.*, {PERSON} AS person_id FROM intake_line l
    WHERE l.intake_id = %(intake)s AND l.number > %(after)s AND l.number <= %(until)s
        AND l.wrong = '' AND NOT l.revoked AND (
            SELECT c.id FROM intake_completion c
            WHERE c.organisation_id = %(organisation)s AND c.number = l.completion
        ) IS NULL
    ORDER BY l.completion, l.number
) l
"""  # noqa: S608  # our own text

ACTIVITIES: Final = """
INSERT INTO transcript_activity (id, ref, person_id, state, kind, title, completed_on, provider,
    contact_hours, earned, repeat, approved, covers, reported_by, attested_by, entry_key, version,
    entered_at, changed_at)
SELECT activity_id, activity_ref, person_id, 'entered', kind, title, completed_on, %(provider)s,
    contact_hours, '', false, false, covers, %(provider)s, '', gen_random_uuid(), 1, %(at)s, %(at)s
FROM intake_fresh WHERE person_id IS NOT NULL
"""

COMPLETIONS: Final = """
INSERT INTO intake_completion (ref, organisation_id, number, state, person_id, activity_id, digest,
    said, reported_at)
SELECT ref, %(organisation)s, completion,
    CASE WHEN person_id IS NULL THEN 'unknown' ELSE 'recorded' END,
    person_id, activity_id, digest, said, %(at)s
FROM intake_fresh
"""

CANDIDATES: Final = """
INSERT INTO intake_candidate (completion_id, person_id, confidence)
SELECT c.id, found.id, found.confidence
FROM ({wanted}) l
JOIN intake_completion c ON c.organisation_id = %(organisation)s AND c.number = l.number,
LATERAL (
    SELECT one.id, max(one.confidence) AS confidence FROM (
        SELECT p.id, 60 AS confidence FROM people_person p
        WHERE p.customer_number = l.said->>'customer_number' AND l.said->>'customer_number' <> ''
            AND p.merged_into_id IS NULL AND p.erased_at IS NULL
        UNION ALL
        SELECT p.id, (
            (upper(p.email) = upper(l.said->>'email'))::int
            + (p.born_on = (l.said->>'born_on')::date)::int
            + (lower(p.family_name) = lower(l.said->>'family_name')
                AND lower(p.given_names) = lower(l.said->>'given_names'))::int
        ) * 30 FROM people_person p
        WHERE (p.id IN (
            SELECT id FROM people_person WHERE upper(email) = upper(l.said->>'email')
                AND l.said->>'email' <> ''
        ) OR p.id IN (
            SELECT id FROM people_person
            WHERE lower(family_name) = lower(l.said->>'family_name')
                AND lower(given_names) = lower(l.said->>'given_names')
        )) AND p.merged_into_id IS NULL AND p.erased_at IS NULL
    ) one WHERE one.confidence >= 60 GROUP BY one.id
) found
ON CONFLICT DO NOTHING
"""
"""Who may be meant: by two of name, birth date and email, or by a number beside another day."""

UNCLEAR: Final = """
UPDATE intake_completion c SET state = 'unclear'
WHERE c.organisation_id = %(organisation)s AND c.state = 'unknown'
    AND c.number IN ({numbers})
    AND EXISTS (SELECT FROM intake_candidate o WHERE o.completion_id = c.id)
"""

ALL_FRESH: Final = "SELECT completion AS number, said FROM intake_fresh WHERE person_id IS NULL"
FRESH_NUMBERS: Final = "SELECT completion FROM intake_fresh WHERE person_id IS NULL"

EVENTS: Final = """
SELECT activity_ref AS subject, person_ref AS about, jsonb_build_object(
    'kind', kind, 'title', title, 'completed_on', completed_on, 'contact_hours', contact_hours,
    'covers', to_jsonb(covers), 'reported_by', %(provider)s::text, 'completion', ref,
    'intake', %(intake_ref)s::text) AS facts
FROM intake_fresh WHERE person_id IS NOT NULL
"""

TAKEN_EVENTS: Final = """
SELECT ref AS subject, '' AS about, jsonb_build_object('intake', %(intake_ref)s::text) AS facts
FROM intake_fresh WHERE person_id IS NULL
"""

OTHERS: Final = """
CREATE TEMP TABLE IF NOT EXISTS intake_other (
    number int, completion text, same boolean
) ON COMMIT DELETE ROWS
"""

FIND_OTHERS: Final = """
INSERT INTO intake_other
SELECT l.number, l.completion, (
    SELECT c.digest = l.digest AND c.state <> 'revoked' FROM intake_completion c
    WHERE c.organisation_id = %(organisation)s AND c.number = l.completion
)
FROM intake_line l
WHERE l.intake_id = %(intake)s AND l.number > %(after)s AND l.number <= %(until)s AND l.wrong = ''
    AND (
        SELECT count(*) FROM intake_fresh f
        WHERE f.completion = l.completion AND f.number >= l.number
    ) = 0
"""

UNCHANGED: Final = """
UPDATE intake_line l SET fate = 'unchanged'
FROM intake_other o
WHERE l.intake_id = %(intake)s AND l.number = o.number AND o.same AND o.completion NOT IN (
    SELECT completion FROM intake_other WHERE same IS NOT TRUE
)
"""

LEFT: Final = """
SELECT o.number FROM intake_other o
WHERE o.completion IN (SELECT completion FROM intake_other WHERE same IS NOT TRUE)
ORDER BY o.number
"""

INDEX_FRESH: Final = (
    "CREATE INDEX IF NOT EXISTS intake_fresh_completion ON intake_fresh (completion)"
)

TOO_EARLY: Final = """
UPDATE intake_line l SET fate = 'unknown' FROM intake_fresh f
WHERE l.intake_id = %(intake)s AND l.number > %(after)s AND l.number <= %(until)s AND l.revoked
    AND l.completion = f.completion AND l.number < f.number
"""
"""A revocation of what is first reported further down."""

FATES: Final = """
SELECT CASE WHEN wrong <> '' THEN 'wrong' WHEN fate = '' THEN 'taken' ELSE fate END, count(*)
FROM intake_line WHERE intake_id = %(intake)s AND number > %(after)s AND number <= %(until)s
GROUP BY 1
"""
