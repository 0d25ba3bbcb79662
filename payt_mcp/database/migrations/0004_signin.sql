-- Who is signed in in a browser, what the identity provider says of them, and which Payt they connected.

-- `id` is the SHA-256 of what the browser's cookie holds.
create table web_sessions (
    id          bytea primary key,
    issuer      text not null,
    subject     text not null,
    created_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now()
);

create index web_sessions_by_subject on web_sessions (issuer, subject);

-- Browsers that were sent to the identity provider or to Payt, and come back once: SHA-256 of `state` and of the
-- browser's cookie. What PKCE and the nonce need is derived from the cookie and kept nowhere.
create table departures (
    state       bytea primary key,
    browser     bytea not null,
    next        text not null,
    person      text references people on delete cascade,
    company     boolean not null default false,
    created_at  timestamptz not null default now()
);

create index departures_by_age on departures (created_at);

-- Everybody who ever signed in and may. `sealed` is what the provider is asked with whether they are still there:
-- it last said so at `confirmed_at`, was last asked at `tried_at`, and that was over at `answered_at`.
create table identities (
    issuer        text not null,
    subject       text not null,
    sealed        bytea,
    signed_in_at  timestamptz not null default now(),
    confirmed_at  timestamptz not null default now(),
    tried_at      timestamptz not null default now(),
    answered_at   timestamptz not null default now(),
    ended_at      timestamptz,
    primary key (issuer, subject)
);

-- A consent at Payt: a person's own, or (person is null) the company's for all. The id stays when it is given anew.
-- `sealed` are its tokens, null once it has ended; `turn_until` is until when `turn_of` alone may renew it.
create table payt_grants (
    id          text primary key,
    tenant      text not null references tenants on delete cascade,
    person      text references people on delete cascade,
    login       text not null,
    client_id   text not null,
    scope       text not null default '',
    sealed      bytea,
    renewing    text not null default '',
    ended       text not null default '',
    turn_of     text,
    turn_until  timestamptz,
    created_at  timestamptz not null default now(),
    given_at    timestamptz not null default now(),
    renewed_at  timestamptz
);

create unique index payt_grants_of_person on payt_grants (tenant, person) where person is not null;
create unique index payt_grants_of_company on payt_grants (tenant) where person is null;
