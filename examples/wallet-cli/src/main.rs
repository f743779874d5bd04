//! `tally`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tallystick_cli::main()
}
