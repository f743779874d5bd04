//! What only the owner of an issuer does.
