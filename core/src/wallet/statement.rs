//! Checking the wallet's place in every statement.
