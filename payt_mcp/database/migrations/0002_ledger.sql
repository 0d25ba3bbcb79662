-- The record of writes: for each company its proposals, and the chain of events that vouches for them.

-- Moments are texts that sort as they follow each other in time; each column is vouched for by the last event.
create table proposals (
    tenant             text not null references tenants,
    number             bigint generated always as identity,
    id                 text not null,
    kind               text not null,
    scope              text not null,
    administration_id  text not null,
    digest             text not null,
    letter             text not null,
    status             text not null,
    created_at         text collate "C" not null,
    changed_at         text collate "C" not null,
    content            text,
    preview            text,
    basis              text,
    approved_at        text collate "C",
    sending_at         text collate "C",
    owner              text not null default '',
    baseline           text not null default '[]',
    message_id         text not null default '',
    outcome            text not null default '{}',
    code               text not null default '',
    code_until         text collate "C",
    once               integer not null default 1,
    yeses              text not null default '[]',
    proposer           text not null default '',
    amount             text not null default '',
    primary key (tenant, id)
);

create index proposals_by_digest on proposals (tenant, digest);
create index proposals_by_letter on proposals (tenant, letter);
create index proposals_by_status on proposals (tenant, status, scope);
create index proposals_by_change on proposals (tenant, changed_at);
create unique index proposals_one_message on proposals (tenant, administration_id, letter, message_id)
    where message_id <> '';

-- Of the proposals of one letter that leave something new at Payt, one is under way or may be out.
create unique index proposals_under_way on proposals (tenant, kind, letter)
    where once = 1 and (status in ('sending', 'outcome_unknown') or (status = 'approved' and sending_at is not null));

create table events (
    tenant       text not null references tenants,
    seq          bigint not null,
    proposal_id  text not null,
    at           text collate "C" not null,
    status       text not null,
    who          text not null,
    digest       text not null,
    body         text not null,
    detail       text not null,
    mark         text not null,
    primary key (tenant, seq)
);

create index events_by_proposal on events (tenant, proposal_id, seq);

-- The last event of each chain, and a point up to which it was verified: signed with the key of that name. `looked_at`
-- is when one of the replicas began to verify the whole.
create table heads (
    tenant     text primary key references tenants,
    seq        bigint not null,
    mark       text not null,
    key        text not null,
    signature  text not null,
    looked_at  timestamptz not null default now()
);

create table checkpoints (
    tenant     text primary key references tenants,
    text       text not null,
    key        text not null,
    signature  text not null
);

-- Who sends something, and until when it counts as alive without saying so again. Who is not here is dead.
create table owners (
    name         text primary key,
    lease_until  timestamptz not null
);
