-- What strangers leave here is bounded by account, and goes with it.

-- 1: an executed order names it, so it stays as long as that.
ALTER TABLE request ADD COLUMN paid INTEGER NOT NULL DEFAULT 0;
UPDATE request SET paid = 1 WHERE no IN (SELECT request FROM decision WHERE request IS NOT NULL);
DROP INDEX request_payee;
DROP INDEX request_expiry;
CREATE INDEX request_unpaid ON request (payee, not_after) WHERE paid = 0;
CREATE INDEX request_ended  ON request (not_after) WHERE paid = 0 AND not_after IS NOT NULL;

-- Whose grant or request it was; absent for what was cancelled before this column was.
ALTER TABLE cancelled ADD COLUMN account INTEGER REFERENCES account ON DELETE CASCADE;
CREATE INDEX cancelled_account ON cancelled (account) WHERE account IS NOT NULL;
