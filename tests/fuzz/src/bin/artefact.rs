//! libFuzzer's entry to the target `artefact`.
#![no_main]

tallystick_fuzz::libfuzzer!(artefact);
