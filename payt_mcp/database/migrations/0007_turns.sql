-- Since when a replica sees to a proposal that was approved.
alter table turns add column since timestamptz not null default clock_timestamp();
