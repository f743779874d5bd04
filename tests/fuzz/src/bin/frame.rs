//! libFuzzer's entry to the target `frame`.
#![no_main]

tallystick_fuzz::libfuzzer!(frame);
