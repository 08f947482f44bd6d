create index probe_session_newest on probe_session (owner, created_at desc, id);
