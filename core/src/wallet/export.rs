//! The history as CSV and JSON.
