//! The module stands alone: otherwise a fault in the wallet's rules would confirm itself.

/// Nothing of this crate is named but the module's own parts.
#[test]
fn nothing_of_the_wallet_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audit");
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("crate::") && !text.contains("super::super"), "{}", path.display());
        assert!(text.lines().count() < 400, "{} is to be read in one sitting", path.display());
    }
    assert_eq!(files, 8);
}
