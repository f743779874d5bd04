//! libFuzzer's entry to the target `link`.
#![no_main]

tallystick_fuzz::libfuzzer!(link);
