"""Rows into tables by COPY, which is some twenty times as fast as saving them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, models
from psycopg import sql


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Write rows of the table of a model; what is not among the columns has its default.

    An id that is not given comes from the table's own sequence.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001  # Django's own way in
    mine = [field for field in fields if not field.has_db_default()]  # the rest PostgreSQL knows
    rest = [field for field in mine if field.column not in columns]
    names = [*columns, *(str(field.column) for field in rest)]
    defaults = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001  # as above
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row((*row, *defaults))


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Take so many ids from the sequence of a table, which nobody else gets then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],  # noqa: SLF001  # as above
        )
        return [row[0] for row in cursor.fetchall()]
