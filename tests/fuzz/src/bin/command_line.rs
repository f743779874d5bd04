//! libFuzzer's entry to the target `command_line`.
#![no_main]

tallystick_fuzz::libfuzzer!(command_line);
