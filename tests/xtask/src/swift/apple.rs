//! What of the Swift package only Apple's systems compile.
//!
//! It stands behind `#if canImport(…)`, which is false here. A copy in which each such question is answered with yes is
//! parsed as it would be there; what its names mean, only Apple's compiler can tell.

use std::fs;
use std::path::Path;

use crate::shell::{self, Failure, Outcome};

/// Below the folder of built programs, where a compiler in another system finds it too.
pub const FOLDER: &str = "swift-apple";

/// Copies all Swift below a folder.
pub fn copy_whole(sources: &Path, build: &Path) -> Outcome {
    let copies = build.join(FOLDER);
    shell::remove(&copies)?;
    fs::create_dir_all(&copies).map_err(Failure::at(&copies))?;
    let mut answered = 0;
    for folder in [sources.to_owned(), sources.join("Apple")] {
        for entry in fs::read_dir(&folder).map_err(Failure::at(&folder))? {
            let file = entry.map_err(Failure::at(&folder))?.path();
            if file.extension().is_some_and(|extension| extension == "swift") {
                let text = fs::read_to_string(&file).map_err(Failure::at(&file))?;
                let (whole, questions) = whole(&text);
                answered += questions;
                let copy = copies.join(file.file_name().unwrap_or_default());
                fs::write(&copy, whole).map_err(Failure::at(&copy))?;
            }
        }
    }
    if answered == 0 {
        Err(Failure::new("nothing is for Apple's systems: is this the folder?"))
    } else {
        Ok(())
    }
}

fn whole(text: &str) -> (String, usize) {
    let questions = text.lines().filter(|line| line.starts_with("#if canImport(")).count();
    let lines = text.lines().map(|line| if line.starts_with("#if canImport(") { "#if true" } else { line });
    (lines.flat_map(|line| [line, "\n"]).collect(), questions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_asks_for_a_system_is_answered_with_yes() {
        let text = "#if canImport(UIKit) && !os(watchOS)\nimport UIKit\n#endif\n";
        assert_eq!(whole(text), ("#if true\nimport UIKit\n#endif\n".to_owned(), 1));
    }
}
