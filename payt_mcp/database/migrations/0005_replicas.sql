-- What replicas share beside the ledger: the rate of each grant at Payt, listings, and news of people.

-- When the last requests went out, or may: at most so many as Payt takes in a second. Lost in a crash, as a second is.
create unlogged table rate (
    tenant      text not null,
    grant_id    text not null,
    stamps      timestamptz[] not null,
    primary key (tenant, grant_id)
);

-- Listings that a cursor goes on with, whichever replica it comes to, for fifteen minutes. Sealed: sums have names.
create unlogged table listings (
    token       text primary key,
    tenant      text not null,
    person      text not null,
    version     bigint not null,
    body        bytea not null,
    used_at     timestamptz not null default now()
);

create index listings_by_use on listings (used_at);

create function tell_people() returns trigger language plpgsql as $$
begin
    perform pg_notify('people', '');
    return null;
end
$$;

create trigger people_changed after insert or update or delete on people
    for each statement execute function tell_people();
create trigger roles_changed after insert or update or delete on roles
    for each statement execute function tell_people();
create trigger tenants_changed after insert or update or delete on tenants
    for each statement execute function tell_people();

-- Which replica sees to a proposal that was approved: the others leave it to it, and do not ask Payt the same. The ledger
-- alone decides who sends it.
create unlogged table turns (
    tenant      text not null,
    proposal    text not null,
    owner       text not null,
    until       timestamptz not null,
    primary key (tenant, proposal)
);
