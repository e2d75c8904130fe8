-- Where a day's budget paces a role, its allocation is not settled by the epoch alone.
alter table decision add column pace integer not null default 0;
comment on column decision.pace is 'The step of the budget of a task that the role''s allocation was made for; 0: no budget bound it, or nothing was drawn.';

alter table allocation add column pace integer not null default 0;
alter table allocation drop constraint allocation_pkey;
alter table allocation add primary key (role_no, bucket, mask, policy_version, epoch, pace);
comment on column allocation.pace is 'The step of the budget of a task that it was made for; 0: none bound the role.';

-- Which runs are at their ceiling is read by what changed; where there are too many, the latest count.
alter table run_spend add column reached_at timestamptz;
comment on column run_spend.reached_at is 'When a ceiling was reached, the first time; null: it was not, or not while calls were counted.';
