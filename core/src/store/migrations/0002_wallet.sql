-- Keys named *_key are keyed hashes: a look into the file tells no currency, payee or payment.
-- Every `value` is sealed to its table, key and column. Plain: states, counters, times.

CREATE TABLE setting (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- The data key, wrapped by the platform's secret store, and what must be known of the PIN before that store is asked.
CREATE TABLE keyring (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value BLOB NOT NULL,
    pin_required INTEGER NOT NULL DEFAULT 0,
    wrong_pins INTEGER NOT NULL DEFAULT 0,
    last_pin_at INTEGER
) STRICT;

CREATE TABLE issuer (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Its keys are hashes of the same ids as the issuers', but other hashes: the file does not show which belong together.
CREATE TABLE account (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- The verified chain of the wallet's own accounts, as received.
CREATE TABLE entry (
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (issuer_key, epoch, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE statement (
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    number INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (issuer_key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE payee (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- A payment on its way. `key` is the keyed hash of the idempotency key: a second tap finds the first.
CREATE TABLE operation (
    key BLOB PRIMARY KEY,
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    payment_key BLOB NOT NULL UNIQUE,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_error TEXT,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_open ON operation (state) WHERE state = 0;
CREATE INDEX operation_by_issuer ON operation (issuer_key, created_at);

-- Money that an operation may have spent. It goes when the chain contains the debit, or when it never will.
CREATE TABLE hold (
    operation_key BLOB PRIMARY KEY REFERENCES operation (key),
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_by_issuer ON hold (issuer_key);

-- What a person sees in the history. Payments of one second follow their chain; what is in none has the highest numbers.
CREATE TABLE payment (
    key BLOB PRIMARY KEY,
    issuer_key BLOB NOT NULL REFERENCES issuer (key),
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    state INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_by_time ON payment (at DESC, epoch DESC, sequence DESC, key DESC);
CREATE INDEX payment_of_issuer_by_time ON payment (issuer_key, at DESC, epoch DESC, sequence DESC, key DESC);

-- Requests for payment that this wallet made.
CREATE TABLE request (
    key BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer_key BLOB NOT NULL,
    found_at INTEGER NOT NULL,
    value BLOB NOT NULL
) STRICT;

-- Events that the app has not acknowledged yet, in order.
CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, value BLOB NOT NULL) STRICT;
