//! A disk that loses what was not synced, under a process: see `durability/keep_synced.c`.
//!
//! `kill -9` alone proves nothing about durability: what a process wrote lives on in the kernel, synced or not.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The disk under one folder.
pub struct Disk {
    /// The library that a process must load before all others.
    pub library: PathBuf,
    root: PathBuf,
    copies: PathBuf,
    forgets: String,
}

impl Disk {
    /// A disk in a folder, with an empty folder `disk` on it. Syncs of files whose paths end with one of `forgets`
    /// (separated by commas) do nothing.
    pub fn new(folder: &Path, forgets: &str) -> Self {
        let library = folder.join("keep_synced.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("durability/keep_synced.c");
        let made = Command::new("cc")
            .args(["-Wall", "-Werror", "-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .status();
        assert!(made.expect("a C compiler, which SQLite needs as well").success());
        // As the kernel calls it: a path through a symbolic link would not be recognised.
        let folder = folder.canonicalize().expect("a folder");
        let disk = Self {
            library,
            root: folder.join("disk"),
            copies: folder.join("synced"),
            forgets: forgets.into(),
        };
        fs::create_dir_all(&disk.root).expect("a folder");
        fs::create_dir_all(&disk.copies).expect("a folder");
        disk.keep_all();
        disk
    }

    /// Where the disk is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the process must find in its environment, beside the library.
    pub fn environment(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (format!("TALLYSTICK_DURABLE_{name}"), value.to_owned());
        vec![
            pair("ROOT", &self.root.to_string_lossy()),
            pair("COPIES", &self.copies.to_string_lossy()),
            pair("FORGETS", &self.forgets),
        ]
    }

    /// All that is there now is durable.
    pub fn keep_all(&self) {
        self.keep(&self.root);
    }

    fn keep(&self, path: &Path) {
        let mine = fs::metadata(path).expect("a file");
        if mine.is_file() {
            fs::copy(path, self.copies.join(format!("f{}", mine.ino()))).expect("a copy");
            return;
        }
        let mut names = String::new();
        for entry in fs::read_dir(path).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a name");
            let number = entry.metadata().expect("a file").ino();
            names.extend([number.to_string().as_str(), " ", name.as_ref(), "\n"]);
            self.keep(&entry.path());
        }
        fs::write(self.copies.join(format!("d{}", mine.ino())), names).expect("a copy");
    }

    /// The power comes back: what was not synced is gone. No process may use the disk.
    pub fn lose_what_was_not_synced(&self) {
        let inode = fs::metadata(&self.root).expect("a folder").ino();
        let survived = self.root.with_file_name("survived");
        self.build(inode, &survived);
        fs::remove_dir_all(&self.root).expect("removed");
        fs::remove_dir_all(&self.copies).expect("removed");
        fs::create_dir(&self.copies).expect("a folder");
        fs::rename(&survived, &self.root).expect("renamed");
        self.keep_all();
    }

    fn build(&self, inode: u64, at: &Path) {
        if let Ok(names) = fs::read_to_string(self.copies.join(format!("d{inode}"))) {
            fs::create_dir(at).expect("a folder");
            for line in names.lines() {
                let (inode, name) = line.split_once(' ').expect("an inode and a name");
                self.build(inode.parse().expect("a number"), &at.join(name));
            }
        } else {
            // A name may outlive its content: then the file is empty.
            let content = fs::read(self.copies.join(format!("f{inode}"))).unwrap_or_default();
            fs::write(at, content).expect("a file");
        }
    }
}
