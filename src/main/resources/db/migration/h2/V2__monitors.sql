-- Inline, not as large objects: those are kept for minutes after they were overwritten, and each snapshot overwrites.
create table monitor (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    creation_key    varchar(255),
    creation_digest varchar(64),
    name            varchar(255),
    settings        varchar(1000000) not null,
    snapshots       bigint        not null,
    state           varchar(1000000) not null,
    verdict         varchar(16)   not null,
    created_at      bigint        not null,
    expires_at      bigint        not null,
    unique (owner, creation_key)
);

create index monitor_expiry on monitor (expires_at);

create table monitor_snapshot (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    step            bigint        not null,
    figures         varbinary(1000000) not null,
    reply           varchar(1000000) not null,
    primary key (monitor_id, step)
);

create table monitor_finding (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    ordinal         bigint        not null,
    lasts           boolean       not null,
    report          varchar(1000000) not null,
    primary key (monitor_id, ordinal)
);
