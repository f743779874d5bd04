//! What the holder stands to lose, issuer by issuer.
