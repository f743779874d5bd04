//! Events, pulled by the app from the persisted outbox.
