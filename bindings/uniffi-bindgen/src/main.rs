//! Writes the Kotlin, Swift and Python side of the facade from its built library: `cargo xtask bindings` calls it.
//!
//! It is built in this workspace because generator and library must be of the same exact version: else programs stop at
//! their first call with a checksum mismatch. It is a crate of its own so that no phone links it.

mod surface;
mod swift;

use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};
use uniffi_bindgen::{BindgenLoader, BindgenPaths, GlobalConfig};

#[derive(Parser)]
struct Arguments {
    /// The facade's library, with its symbols: a stripped one has nothing left to read.
    library: Utf8PathBuf,
    /// Names and conventions for each crate and language.
    #[arg(long)]
    config: Utf8PathBuf,
    /// Where to write; a folder for each language, and the surface as text.
    #[arg(long)]
    out: Utf8PathBuf,
}

fn main() -> ExitCode {
    match write(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tallystick-bindgen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(arguments: &Arguments) -> Result<(), String> {
    let languages = [
        ("kotlin", TargetLanguage::Kotlin),
        ("swift", TargetLanguage::Swift),
        ("python/tallystick", TargetLanguage::Python),
    ];
    for (folder, language) in languages {
        let options = GenerateOptions {
            languages: vec![language],
            source: arguments.library.clone(),
            out_dir: arguments.out.join(folder),
            config_override: Some(arguments.config.clone()),
            ..GenerateOptions::default()
        };
        generate(options).map_err(|error| format!("{folder}: {error:#}"))?;
    }
    mend_swift(&arguments.out.join("swift"))?;
    let surface = surface_of(&arguments.library)?;
    let file = arguments.out.join("surface.txt");
    std::fs::write(&file, &surface).map_err(|error| format!("{file}: {error}"))?;
    match surface::faults(&surface) {
        faults if faults.is_empty() => Ok(()),
        faults => Err(format!("the surface breaks rules:\n{}", faults.join("\n"))),
    }
}

fn mend_swift(folder: &Utf8Path) -> Result<(), String> {
    let failed = |error| format!("{folder}: {error}");
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let file = entry.map_err(failed)?.into_path();
        if file.extension() == Some("swift") {
            let text = std::fs::read_to_string(&file).map_err(failed)?;
            std::fs::write(&file, swift::mended(&text)?).map_err(failed)?;
        }
    }
    Ok(())
}

fn surface_of(library: &Utf8Path) -> Result<String, String> {
    let loader = BindgenLoader::new(BindgenPaths::default(), GlobalConfig::default());
    let components = loader.load_metadata(library).and_then(|metadata| loader.load_cis(metadata));
    components
        .map(|components| surface::describe(&components))
        .map_err(|error| format!("{library}: {error:#}"))
}
