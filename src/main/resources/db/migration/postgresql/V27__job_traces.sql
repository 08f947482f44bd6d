-- The span of the request that a job came with (W3C Trace Context): its runs belong to that trace.
alter table job add column traceparent varchar(64);
