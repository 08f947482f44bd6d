-- A step count comes again after a reset; with the number of resets beside it an ETag never does.
alter table optimizer_session add column resets bigint default 0 not null;
alter table optimizer_session_reply add column resets bigint default 0 not null;
