//! libFuzzer's entry to the target `client`.
#![no_main]

tallystick_fuzz::libfuzzer!(client);
