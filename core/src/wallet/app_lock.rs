//! The app lock: a PIN beside the secret store, and who may raise a spending limit.
