create table optimizer_session (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    creation_key    varchar(255),
    creation_digest varchar(64),
    settings        text          not null,
    version         bigint        not null,
    step            bigint        not null,
    snapshot        blob          not null,
    created_at      bigint        not null,
    expires_at      bigint        not null,
    unique (owner, creation_key)
);

create index optimizer_session_expiry on optimizer_session (expires_at);

create table optimizer_session_reply (
    session_id      varchar(36)   not null references optimizer_session (id) on delete cascade,
    idempotency_key varchar(255)  not null,
    version         bigint        not null,
    digest          varchar(64)   not null,
    reply           text          not null,
    primary key (session_id, idempotency_key)
);
