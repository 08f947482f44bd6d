-- A session is what it was opened with and what was told since: it is led again from there at every round.
create table probe_session (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    opening         varchar(1000000) not null,
    transcript      varchar(1000000) not null,
    rounds          int           not null,
    verdict         varchar(16),
    created_at      bigint        not null,
    expires_at      bigint        not null
);

create index probe_session_expiry on probe_session (expires_at);
