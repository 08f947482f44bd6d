-- Models by the SHA-256 of what they are made of, each file of one in pieces that fit a column.
create table kept_model (
    owner           varchar(255)  not null,
    digest          varchar(71)   not null,
    bytes           bigint        not null,
    description     text not null,
    created_at      bigint        not null,
    primary key (owner, digest)
);

create table kept_model_piece (
    owner           varchar(255)  not null,
    digest          varchar(71)   not null,
    location        varchar(1024) not null,
    ordinal         bigint        not null,
    content         bytea not null,
    primary key (owner, digest, location, ordinal),
    foreign key (owner, digest) references kept_model (owner, digest) on delete cascade
);
