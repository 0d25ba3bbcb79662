-- Programs that people let in, and what those were given. Codes, tokens and request ids are kept as SHA-256 alone.

-- Those that registered themselves; a program whose id is the address of a document is not among them.
create table oauth_clients (
    id               text primary key,
    name             text not null,
    redirect_uris    text[] not null,
    registered_from  text not null default '',
    created_at       timestamptz not null default now(),
    used_at          timestamptz
);

create index oauth_clients_by_age on oauth_clients (created_at);

-- What a program asked for, until somebody answers it.
create table oauth_requests (
    id            text primary key,
    client_id     text not null,
    client        text not null,
    vouched_by    text not null,
    redirect_uri  text not null,
    state         text,
    challenge     text not null,
    writes        boolean not null,
    created_at    timestamptz not null default now()
);

create index oauth_requests_by_age on oauth_requests (created_at);

-- One consent of one person to one program: every code and token belongs to one. `began_at` is when its code was
-- redeemed; `resource` is what its tokens are good for.
create table connections (
    id               text primary key,
    tenant           text not null references tenants on delete cascade,
    person           text not null references people on delete cascade,
    client_id        text not null,
    client           text not null,
    client_host      text not null,
    resource         text not null,
    redirect_uri     text not null,
    challenge        text not null,
    writes           boolean not null,
    code             text not null unique,
    code_expires_at  timestamptz not null,
    created_at       timestamptz not null default now(),
    began_at         timestamptz,
    used_at          timestamptz,
    revoked_at       timestamptz
);

create index connections_by_person on connections (tenant, person);

create table connection_tokens (
    hash        text primary key,
    connection  text not null references connections on delete cascade,
    kind        text not null check (kind in ('access', 'refresh')),
    writes      boolean not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    used_at     timestamptz
);

create index connection_tokens_by_connection on connection_tokens (connection, expires_at);
