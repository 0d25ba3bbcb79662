-- Who is told that a proposal waits. `person` is null for the address (webhook) of the company.
create table notices (
    tenant      text not null references tenants on delete cascade,
    proposal    text not null,
    person      text references people on delete cascade,
    created_at  timestamptz not null default now(),
    done_at     timestamptz,
    unique nulls not distinct (tenant, proposal, person)
);

create index notices_to_do on notices (tenant, person) where done_at is null;

-- When somebody is told next: a while after what they were told last, and after what failed. Whoever tells them takes
-- the turn by moving it on.
create table notice_turns (
    tenant    text not null references tenants on delete cascade,
    person    text references people on delete cascade,
    next_at   timestamptz not null default now(),
    attempts  integer not null default 0,
    unique nulls not distinct (tenant, person)
);
