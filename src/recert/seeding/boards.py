"""Fills a database with a believable board of invented people, quickly and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from django.db import connection, transaction

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant, InactivePeriod
from recert.declarations.models import Use
from recert.journal.models import Event
from recert.people.models import Address, Person
from recert.policy import Rulebook
from recert.policy.cycles import years_after
from recert.policy.refusals import Refused
from recert.refs import ref_from
from recert.seeding.copying import Table, copy_rows, next_ids
from recert.seeding.lives import Life, Span, draw_life, draw_stage
from recert.seeding.people import Identity, draw_birthday, draw_identity
from recert.seeding.transcripts import Entry, Writer, asked_of, written
from recert.transcript.models import Activity

CHUNK: Final = 1000
"""So many people are kept in memory, and come in one transaction."""

EACH: Final = 11.5
"""How many activities fill a cycle, so that a person has some twenty."""

REF_BITS: Final = 60
