"""A person is forgotten: who they were goes, with all that was theirs; the record of writes keeps their id alone."""

from __future__ import annotations

from payt_mcp.database.database import Connection, first
from payt_mcp.server.team.people import Person, person_of


def known(connection: Connection, tenant_id: str, who: str) -> list[Person]:
    """Everybody of a company who goes by this address or id, those who were removed as well."""
    query = "select * from people where tenant = %s and (id = %s or lower(email) = lower(%s)) order by invited_at"
    return [person_of(row) for row in connection.execute(query, (tenant_id, who, who)).fetchall()]


def forget(connection: Connection, person: Person) -> None:
    """Roles, connections, tokens and the grant at Payt go with the row of the person; browser sessions and what the
    provider is asked with go where the identity is nobody else's here (it may work for several companies).
    """
    connection.execute("delete from people where tenant = %s and id = %s", (person.tenant_id, person.id))
    identity = (person.issuer, person.subject)
    if first(connection, "select 1 from people where issuer = %s and subject = %s limit 1", identity) is None:
        connection.execute("delete from web_sessions where issuer = %s and subject = %s", identity)
        connection.execute("delete from identities where issuer = %s and subject = %s", identity)
