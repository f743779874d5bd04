//! The description of the interface in the repository is the one that the server serves.

use super::town::Town;

#[tokio::test]
async fn the_description_is_served() {
    let town = Town::start().await;
    let served = town.call("GET", "/openapi.json", None).await.ok();
    assert_eq!(served.text, tallystick_issuer::openapi_document());
    assert_eq!(served.json["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    assert!(served.json["paths"]["/v1/{issuer}/orders"]["post"].is_object());
}

/// With `UPDATE_OPENAPI=1` the file is written instead.
#[test]
fn the_file_in_the_repository_is_current() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi/issuer.json");
    let current = tallystick_issuer::openapi_document();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &current).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == current, "docs/openapi/issuer.json is not current: run this test with UPDATE_OPENAPI=1");
}
