-- Which row has which word. A token is a keyed hash; see search.rs.
CREATE TABLE search_token (
    token    BLOB    NOT NULL CHECK (length(token) = 8),
    row_kind INTEGER NOT NULL,
    row_id   BLOB    NOT NULL,
    PRIMARY KEY (token, row_kind, row_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX search_token_by_row ON search_token (row_kind, row_id);
