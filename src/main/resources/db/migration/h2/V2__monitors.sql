create table monitor (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    creation_key    varchar(255),
    creation_digest varchar(64),
    name            varchar(255),
    settings        text          not null,
    snapshots       bigint        not null,
    state           text          not null,
    verdict         varchar(16)   not null,
    created_at      bigint        not null,
    expires_at      bigint        not null,
    unique (owner, creation_key)
);

create index monitor_expiry on monitor (expires_at);

create table monitor_snapshot (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    step            bigint        not null,
    figures         blob          not null,
    reply           text          not null,
    primary key (monitor_id, step)
);

create table monitor_finding (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    ordinal         bigint        not null,
    lasts           boolean       not null,
    report          text          not null,
    primary key (monitor_id, ordinal)
);
