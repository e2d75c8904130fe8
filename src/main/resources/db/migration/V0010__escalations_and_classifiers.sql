-- What an escalation was for, and what an external classifier took and cost.
alter table decision
  add column check_name          text,
  add column classifier_millis   integer check (classifier_millis >= 0),
  add column classifier_nano_usd bigint check (classifier_nano_usd >= 0);
comment on column decision.check_name is 'The check that failed on the rung below; null: no escalation.';
comment on column decision.classifier_millis is 'How long an external classifier was waited for; null: none was asked.';
comment on column decision.classifier_nano_usd is 'What its answer cost, 1e-9 USD.';
create index decision_classified on decision (role_no, decided_at) where classifier_nano_usd > 0;
