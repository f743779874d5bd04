//! News from issuers as they happen.
