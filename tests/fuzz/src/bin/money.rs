//! libFuzzer's entry to the target `money`.
#![no_main]

tallystick_fuzz::libfuzzer!(money);
