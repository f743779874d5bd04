//! libFuzzer's entry to the target `ledger`.
#![no_main]

tallystick_fuzz::libfuzzer!(ledger);
