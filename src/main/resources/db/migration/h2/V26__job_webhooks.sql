-- Who is told when a job has ended. The secret goes with the news.
create table job_webhook (
    job             varchar(36)   primary key references job (id) on delete cascade,
    url             varchar(2048) not null,
    secret          varchar(256)
);
