//! libFuzzer's entry to the target `picture`.
#![no_main]

tallystick_fuzz::libfuzzer!(picture);
