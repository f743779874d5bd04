//! libFuzzer's entry to the target `store`.
#![no_main]

tallystick_fuzz::libfuzzer!(store);
