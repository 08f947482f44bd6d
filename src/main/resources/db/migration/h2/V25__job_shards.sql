-- Pieces of a job's work, kept as they are done: a crash loses what was under way alone, and processes share one job. A heap
-- is work that falls into pieces; a shard has those from begins to ends. The token is another for each who takes it up.
create table job_shard (
    job             varchar(36)   not null references job (id) on delete cascade,
    heap            varchar(64)   not null,
    begins          integer       not null,
    ends            integer       not null,
    bytes           bigint        not null,
    holder          varchar(100),
    token           bigint        not null,
    attempts        integer       not null,
    digest          varchar(64),
    result          blob,
    primary key (job, heap, begins)
);

-- The last state of work that is a chain. Inline where large objects would be kept for minutes after they were overwritten.
create table job_checkpoint (
    job             varchar(36)   not null references job (id) on delete cascade,
    ordinal         integer       not null,
    content         varbinary(1000000) not null,
    primary key (job, ordinal)
);

-- How often it was begun since something new was kept.
alter table job add column fruitless integer default 0 not null;
