-- Whether a decision was ever heard of again is looked up by its root: in episode where it was followed, here where it was not.
create index call_not_followed on call ((substring(decision_id from 4 for 33))) where followed is false;
