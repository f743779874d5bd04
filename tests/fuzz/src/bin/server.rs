//! libFuzzer's entry to the target `server`.
#![no_main]

tallystick_fuzz::libfuzzer!(server);
