-- What the bandit would have done where it does not answer yet, so that it can be judged before it does.
alter table decision add column shadow text;
comment on column decision.shadow is 'JSON, of shadowed first decisions: the bandit''s probability of the arm that was served (taken), and of every eligible arm in tier order the probabilities of the rules, of the bandit, and with which it was served.';
create index decision_shadowed on decision (role_no, decided_at) where shadow is not null;
