-- Companies, and who works there.

create table tenants (
    id          text primary key,
    name        text not null unique,
    policy      jsonb not null default '{}',
    created_at  timestamptz not null default now()
);

-- Invited by their address; `issuer` and `subject` are what the identity provider calls them, known from the first
-- time they sign in.
create table people (
    id          text primary key,
    tenant      text not null references tenants on delete cascade,
    email       text not null,
    name        text not null default '',
    issuer      text,
    subject     text,
    status      text not null default 'invited' check (status in ('invited', 'active', 'removed')),
    invited_at  timestamptz not null default now(),
    joined_at   timestamptz,
    removed_at  timestamptz
);

create unique index people_by_address on people (tenant, lower(email)) where status <> 'removed';
create unique index people_by_subject on people (tenant, issuer, subject) where status <> 'removed';

-- What somebody may do in one administration, or ('*') in all that no other row names.
create table roles (
    person          text not null references people on delete cascade,
    administration  text not null default '*',
    role            text not null check (role in ('reader', 'proposer', 'approver', 'admin')),
    primary key (person, administration)
);
