-- What a holder signed beside payments, and an issuer must be told, in order: cards, grants, names, cancels.
CREATE TABLE act (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    state INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT;
CREATE INDEX act_waiting ON act (issuer_key, number) WHERE state = 0;
CREATE INDEX act_by_issuer ON act (issuer_key, number);
