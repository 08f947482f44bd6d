-- Reports as they were answered; a list reads no large object.
create table report (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    kind            varchar(32)   not null,
    verdict         varchar(16)   not null,
    label           varchar(255),
    item            text not null,
    body            bytea         not null,
    figures         bytea,
    bytes           bigint        not null,
    created_at      bigint        not null,
    expires_at      bigint        not null
);

create index report_newest on report (owner, created_at desc, id);
create index report_room on report (owner, bytes);
create index report_expiry on report (expires_at);
