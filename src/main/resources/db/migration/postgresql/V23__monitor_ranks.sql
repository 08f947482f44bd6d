-- Snapshots of the ranks behind the first, the last ones of each; and how far all ranks were apart at a step.
create table monitor_rank (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    step            bigint        not null,
    rank_number     int           not null,
    figures         bytea not null,
    primary key (monitor_id, step, rank_number)
);

create table monitor_rank_step (
    monitor_id      varchar(36)   not null references monitor (id) on delete cascade,
    step            bigint        not null,
    ordinal         bigint        not null,
    apart           varchar(1000000) not null,
    primary key (monitor_id, step)
);
