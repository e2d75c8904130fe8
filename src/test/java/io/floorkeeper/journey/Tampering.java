package io.floorkeeper.journey;

/** Changes a table past its trigger, and puts it back. */
record Tampering(Ledger ledger, String table) implements AutoCloseable {
  Tampering {
    ledger.execute("create table saved as select * from " + table);
  }

  void with(String change) {
    ledger.execute("alter table " + table + " disable trigger only_grows", change);
  }

  @Override
  public void close() {
    ledger.execute(
        "truncate " + table,
        "insert into " + table + " select * from saved",
        "drop table saved",
        "alter table " + table + " enable trigger only_grows");
  }
}
