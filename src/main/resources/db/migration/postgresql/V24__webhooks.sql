-- News on their way, and where a monitor's go.
create table webhook_delivery (
    id              varchar(36)   primary key,
    ordinal         bigint        generated always as identity,
    owner           varchar(255)  not null,
    subject         varchar(36)   not null,
    url             varchar(2048) not null,
    secret          varchar(256)  not null,
    body            text not null,
    attempts        int           not null,
    due_at          bigint        not null
);

create index webhook_delivery_due on webhook_delivery (due_at);
create index webhook_delivery_owner on webhook_delivery (owner, ordinal);
create index webhook_delivery_subject on webhook_delivery (subject);

alter table monitor add column webhook_url varchar(2048);
alter table monitor add column webhook_secret varchar(256);
