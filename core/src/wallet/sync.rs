//! Following the chains of the wallet's own accounts, and checking them.
