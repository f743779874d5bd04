-- Numbers of rows (`no`) stay inside the database; the world knows issuers and accounts by their ids.
-- Amounts are smallest units, times Unix seconds. Artefacts lie here byte for byte as they came; columns beside them
-- repeat what is searched or summed.

CREATE TABLE host (
    only_row     INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    -- No later time has been signed.
    time_ceiling INTEGER NOT NULL
) STRICT;
INSERT INTO host VALUES (1, 0);

CREATE TABLE issuer (
    no                INTEGER NOT NULL PRIMARY KEY,
    id                BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    -- In force, after all rekeys.
    founding_key      BLOB    NOT NULL,
    commitment        BLOB    NOT NULL,
    rekey_number      INTEGER NOT NULL DEFAULT 0,
    -- Made here for the next card to name.
    next_signing_key  BLOB,
    -- What the card in force says; all absent until the first.
    card              BLOB,
    signing_key       BLOB,
    signing_key_from  INTEGER,
    signing_key_until INTEGER,
    owners_limit      INTEGER,
    epoch             INTEGER NOT NULL DEFAULT 0,
    -- Hosts of the endpoints, one a line.
    hosts             TEXT,
    -- 1: a head was shown that this ledger lacks.
    behind            INTEGER NOT NULL DEFAULT 0,
    -- Unknown orders that expire until then may have been executed in what a restore lost.
    lost_until        INTEGER
) STRICT;

-- Every signing key that a card of the issuer named, and those made for cards to come.
CREATE TABLE signing_key (
    issuer INTEGER NOT NULL REFERENCES issuer ON DELETE CASCADE,
    key    BLOB    NOT NULL,
    PRIMARY KEY (issuer, key)
) STRICT, WITHOUT ROWID;

-- Of issuers and of accounts.
CREATE TABLE rekey (
    issuer  INTEGER NOT NULL REFERENCES issuer ON DELETE CASCADE,
    subject BLOB    NOT NULL CHECK (length(subject) = 16),
    number  INTEGER NOT NULL,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (issuer, subject, number)
) STRICT;

CREATE TABLE account (
    no           INTEGER NOT NULL PRIMARY KEY,
    issuer       INTEGER NOT NULL REFERENCES issuer,
    id           BLOB    NOT NULL CHECK (length(id) = 16),
    opening      BLOB    NOT NULL,
    -- In force, after all rekeys.
    founding_key BLOB    NOT NULL,
    commitment   BLOB    NOT NULL,
    rekey_number INTEGER NOT NULL DEFAULT 0,
    -- The head of its chain.
    epoch        INTEGER NOT NULL,
    sequence     INTEGER NOT NULL DEFAULT 0,
    chain_hash   BLOB    NOT NULL,
    balance      INTEGER NOT NULL DEFAULT 0,
    held         INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    last_time    INTEGER NOT NULL DEFAULT 0,
    -- 1: it had an entry, role or name, so it is never forgotten.
    kept         INTEGER NOT NULL DEFAULT 0,
    -- No attestation as old as this is taken any more.
    attested_at  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (issuer, id)
) STRICT;
CREATE INDEX account_unused  ON account (issuer, no) WHERE kept = 0;
CREATE INDEX account_balance ON account (issuer) WHERE balance <> 0;

-- The founding keys that an account has had.
CREATE TABLE founding_key (
    issuer  INTEGER NOT NULL REFERENCES issuer,
    key     BLOB    NOT NULL,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    -- Of the rekey that gave it the key; 0: it was opened with it.
    number  INTEGER NOT NULL,
    PRIMARY KEY (issuer, key, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX founding_key_account ON founding_key (account);

-- A wallet's encrypted list of its issuers.
CREATE TABLE list (
    account INTEGER NOT NULL PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    bytes   BLOB    NOT NULL CHECK (length(bytes) = 4096)
) STRICT;

CREATE TABLE grants (
    no           INTEGER NOT NULL PRIMARY KEY,
    issuer       INTEGER NOT NULL REFERENCES issuer,
    hash         BLOB    NOT NULL,
    account      INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    bytes        BLOB    NOT NULL,
    signer       BLOB    NOT NULL,
    -- Either a role,
    role         INTEGER,
    -- or capabilities of a key.
    key          BLOB,
    capabilities INTEGER,
    amount_limit INTEGER,
    not_after    INTEGER NOT NULL,
    signed_at    INTEGER NOT NULL,
    -- 1: cancelled, or for a role grant: replaced by a newer one.
    void         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (issuer, hash),
    CHECK ((role IS NULL) <> (key IS NULL) AND (key IS NULL) = (capabilities IS NULL))
) STRICT;
CREATE INDEX grants_account ON grants (account, no);
CREATE INDEX grants_owner   ON grants (issuer) WHERE role = 1;
CREATE INDEX grants_key     ON grants (issuer, key) WHERE key IS NOT NULL;

CREATE TABLE attestation (
    account    INTEGER NOT NULL PRIMARY KEY REFERENCES account,
    bytes      BLOB    NOT NULL,
    not_after  INTEGER NOT NULL,
    -- Absent: by the issuer's founding key.
    granted_by INTEGER REFERENCES grants
) STRICT;

-- What each name looks like. No two names at an issuer share a look.
CREATE TABLE name_look (
    issuer  INTEGER NOT NULL REFERENCES issuer,
    look    TEXT    NOT NULL,
    account INTEGER NOT NULL REFERENCES attestation ON DELETE CASCADE,
    PRIMARY KEY (issuer, look)
) STRICT, WITHOUT ROWID;
CREATE INDEX name_look_account ON name_look (account);

-- Requests kept for payment by reference, and those that came with an order.
CREATE TABLE request (
    no        INTEGER NOT NULL PRIMARY KEY,
    issuer    INTEGER NOT NULL REFERENCES issuer,
    hash      BLOB    NOT NULL,
    payee     INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    bytes     BLOB    NOT NULL,
    not_after INTEGER,
    -- 1: whoever asks for the hash is given the bytes.
    posted    INTEGER NOT NULL,
    UNIQUE (issuer, hash)
) STRICT;
CREATE INDEX request_payee  ON request (payee) WHERE posted = 1;
CREATE INDEX request_expiry ON request (not_after) WHERE not_after IS NOT NULL;

-- What became of each order.
CREATE TABLE decision (
    no             INTEGER NOT NULL PRIMARY KEY,
    issuer         INTEGER NOT NULL REFERENCES issuer,
    hash           BLOB    NOT NULL,
    payer          INTEGER NOT NULL REFERENCES account,
    -- Absent if the order could not claim its id: its signer may not pay, or other bytes hold it.
    order_id       BLOB,
    not_after      INTEGER NOT NULL,
    -- Either refused,
    refusal        BLOB,
    -- or executed: all that follows.
    order_bytes    BLOB,
    signer         BLOB,
    -- The grant by which it was signed; absent: by the payer's founding key.
    granted_by     INTEGER REFERENCES grants,
    payee          INTEGER REFERENCES account,
    amount         INTEGER,
    utc_day        INTEGER,
    request        INTEGER REFERENCES request,
    request_id     BLOB,
    repays         BLOB,
    memo           BLOB,
    epoch          INTEGER,
    payer_sequence INTEGER,
    payee_sequence INTEGER,
    payer_receipt  BLOB,
    payee_receipt  BLOB,
    UNIQUE (issuer, hash),
    CHECK ((refusal IS NULL) = (order_bytes IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX decision_order_id ON decision (payer, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX decision_request ON decision (issuer, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX decision_repays  ON decision (issuer, repays) WHERE repays IS NOT NULL;
CREATE INDEX decision_day     ON decision (payer, utc_day) WHERE utc_day IS NOT NULL;
CREATE INDEX decision_refused ON decision (not_after) WHERE refusal IS NOT NULL;
CREATE INDEX decision_used_request ON decision (request) WHERE request IS NOT NULL;

CREATE TABLE entry (
    account   INTEGER NOT NULL REFERENCES account,
    epoch     INTEGER NOT NULL,
    sequence  INTEGER NOT NULL,
    bytes     BLOB    NOT NULL,
    -- The chain's hash after it.
    chain_hash BLOB NOT NULL,
    amount    INTEGER NOT NULL,
    balance   INTEGER NOT NULL,
    -- The decision that allows it; absent for what was carried into the epoch.
    decision  INTEGER REFERENCES decision,
    PRIMARY KEY (account, epoch, sequence)
) STRICT, WITHOUT ROWID;

-- Grants and requests that were cancelled, with the refusal that says so.
CREATE TABLE cancelled (
    issuer  INTEGER NOT NULL REFERENCES issuer,
    target  BLOB    NOT NULL,
    refusal BLOB    NOT NULL,
    PRIMARY KEY (issuer, target)
) STRICT;

CREATE TABLE statement (
    issuer INTEGER NOT NULL REFERENCES issuer,
    number INTEGER NOT NULL,
    epoch  INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    bytes  BLOB    NOT NULL,
    time   INTEGER NOT NULL,
    PRIMARY KEY (issuer, number)
) STRICT;

-- The leaves of a statement's tree, in their shuffled order.
CREATE TABLE leaf (
    issuer     INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    account    BLOB    NOT NULL,
    sequence   INTEGER NOT NULL,
    chain_hash BLOB    NOT NULL,
    balance    INTEGER NOT NULL,
    blind      BLOB    NOT NULL,
    PRIMARY KEY (issuer, number, position),
    FOREIGN KEY (issuer, number) REFERENCES statement ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX leaf_account ON leaf (issuer, number, account);
