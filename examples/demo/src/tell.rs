//! How the story is printed. Whatever colour says, words say too.

use anstyle::{AnsiColor, Style};

use crate::error::DemoError;

const BOLD: Style = Style::new().bold();
const QUIET: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();

/// A headline.
pub fn title(text: &str) {
    anstream::println!("{BOLD}{text}{BOLD:#}");
}

/// An empty line.
pub fn gap() {
    anstream::println!();
}

/// A sentence.
pub fn say(text: &str) {
    anstream::println!("    {text}");
}

/// A line to copy.
pub fn verbatim(text: &str) {
    anstream::println!("      {text}");
}

/// A code, line by line.
pub fn code(drawn: &str) {
    anstream::print!("{drawn}");
}

/// A fact under its name.
pub fn fact(name: &str, value: &str) {
    anstream::println!("    {QUIET}{name:<16}{QUIET:#} {value}");
}

/// Tells the story, chapter by chapter, and counts what was proved.
#[derive(Debug, Default)]
pub struct Teller {
    chapter: u32,
    proofs: u32,
}

impl Teller {
    /// The next chapter.
    pub fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        let number = self.chapter;
        anstream::println!("\n{BOLD}{number:>2}  {title}{BOLD:#}");
    }

    /// A claim that is proved, and by what. The story ends if it is not so.
    pub fn prove(&mut self, claim: &str, by: &str, is_so: bool) -> Result<(), DemoError> {
        if !is_so {
            return Err(DemoError::NotSo(claim.to_owned()));
        }
        self.proofs += 1;
        anstream::println!("    {GOOD}proved{GOOD:#}  {claim}");
        anstream::println!("            {QUIET}by {by}{QUIET:#}");
        Ok(())
    }

    /// How much was proved.
    pub fn proofs(&self) -> u32 {
        self.proofs
    }
}
