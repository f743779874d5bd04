//! What the wallet tells its app.
