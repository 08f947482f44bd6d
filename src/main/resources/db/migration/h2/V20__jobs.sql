-- Work that outlives its request: what was asked, how far it is, what came of it. Times in milliseconds since 1970; a list
-- reads no large object.
create table job (
    id              varchar(36)   primary key,
    owner           varchar(255)  not null,
    kind            varchar(32)   not null,
    state           varchar(16)   not null,
    created_at      bigint        not null,
    expires_at      bigint        not null,
    started_at      bigint,
    ended_at        bigint,
    -- by estimate, and when it would be through if keys took turns: the order of work
    seconds         double precision not null,
    through_at      bigint        not null,
    -- how often it was begun and not given back; the lease names the run whose word counts
    attempts        integer       not null,
    lease           bigint        not null,
    node            varchar(255),
    cancelled       boolean       not null,
    -- counts what followers are told
    version         bigint        not null,
    phase           varchar(40),
    done            bigint        not null,
    total           bigint        not null,
    fraction        double precision not null,
    seconds_left    double precision,
    error           varchar(60000),
    report          varchar(255),
    result          blob ,
    bytes           bigint        not null,
    idempotency_key varchar(255),
    digest          varchar(64)
);

create index job_newest on job (owner, created_at desc, id);
create unique index job_idempotency on job (owner, idempotency_key);
create index job_state on job (state);
create index job_expiry on job (expires_at);

-- The request as it came: its JSON and its files, until the job has ended.
create table job_input (
    job             varchar(36)   not null references job (id) on delete cascade,
    place           integer       not null,
    part            varchar(255)  not null,
    file_name       varchar(1000),
    body            blob           not null,
    primary key (job, place)
);

-- db-scheduler's own: which job runs where.
create table scheduled_tasks (
    task_name            varchar(100) not null,
    task_instance        varchar(100) not null,
    task_data            blob ,
    execution_time       timestamp with time zone not null,
    picked               boolean      not null,
    picked_by            varchar(255),
    last_success         timestamp with time zone,
    last_failure         timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat       timestamp with time zone,
    version              bigint       not null,
    priority             smallint,
    state                varchar(50),
    primary key (task_name, task_instance)
);

create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);
