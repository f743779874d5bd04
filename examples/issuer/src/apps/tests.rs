#![allow(clippy::unwrap_used)]

use super::*;

const PRINT: &str =
    "14:6D:E9:83:C5:73:06:50:D8:EE:B9:95:2F:34:FC:64:16:A0:83:42:E6:1D:BE:A8:8A:04:96:B2:3F:CF:44:E5";

#[test]
fn what_android_reads() {
    let upper: AndroidApp = format!("org.example.wallet={PRINT}").parse().unwrap();
    let plain: AndroidApp =
        format!("org.example.wallet={}", PRINT.replace(':', "").to_lowercase()).parse().unwrap();
    assert_eq!(upper, plain);
    let second: AndroidApp = format!("org.example.wallet={}", "0f".repeat(32)).parse().unwrap();
    let other: AndroidApp = format!("org.other={PRINT}").parse().unwrap();
    let said = asset_links(&[upper, plain, second, other]).unwrap();
    let prints =
        |at: usize| said[at]["target"]["sha256_cert_fingerprints"].as_array().map_or(0, std::vec::Vec::len);
    assert_eq!((said.as_array().unwrap().len(), prints(0), prints(1)), (2, 2, 1));
    assert_eq!(said[0]["relation"][0], "delegate_permission/common.handle_all_urls");
    assert_eq!(said[0]["target"]["namespace"], "android_app");
    assert_eq!(said[0]["target"]["package_name"], "org.example.wallet");
    assert_eq!(said[0]["target"]["sha256_cert_fingerprints"][0], PRINT);
    assert_eq!(asset_links(&[]), None);
}

#[test]
fn what_apples_systems_read() {
    let app: AppleApp = "ABCDE12345.org.example.wallet-app".parse().unwrap();
    let said = site_association(&[app]).unwrap();
    let details = &said["applinks"]["details"][0];
    assert_eq!(details["appIDs"][0], "ABCDE12345.org.example.wallet-app");
    let paths: Vec<_> = details["components"].as_array().unwrap().iter().map(|part| &part["/"]).collect();
    assert_eq!(paths, ["/p/*", "/c/*", "/g/*", "/r/*"]);
    assert_eq!(site_association(&[]), None);
}

#[test]
fn what_is_none_is_refused_by_a_code() {
    let android = |text: String| text.parse::<AndroidApp>().unwrap_err().code();
    assert_eq!(android("org.example.wallet".into()), "bad_android_app");
    for package in ["", "wallet", "org..wallet", "org.1wallet", "org.wal-let", "org.wallet.", "org.wällét"]
    {
        assert_eq!(android(format!("{package}={PRINT}")), "bad_package", "{package}");
    }
    for print in ["", "14:6D", &PRINT[3..], &format!("{PRINT}:00"), &PRINT.replace('E', "G")] {
        assert_eq!(android(format!("org.example.wallet={print}")), "bad_fingerprint", "{print}");
    }
    let apple = |text: &str| text.parse::<AppleApp>().unwrap_err().code();
    for team in
        ["", "ABCDE12345", "abcde12345.org.example", "ABCDE1234.org.example", "ABCDE123456.org.example"]
    {
        assert_eq!(apple(team), "bad_team", "{team}");
    }
    for bundle in ["ABCDE12345.", "ABCDE12345.org..example", "ABCDE12345.org.exa_mple", "ABCDE12345.*"] {
        assert_eq!(apple(bundle), "bad_bundle", "{bundle}");
    }
    let site = |text: &str| text.parse::<WalletSite>().unwrap_err().code();
    for text in [
        "",
        "Wallet",
        "=https://wallet.example",
        "Wallet=http://wallet.example",
        "Wallet=javascript:alert(1)",
        "Wallet=https://somebody@wallet.example",
        "Wal\nlet=https://wallet.example",
    ] {
        assert_eq!(site(text), "bad_wallet_site", "{text}");
    }
    let good: WalletSite = "A wallet=https://wallet.example/get?from=a=b".parse().unwrap();
    assert_eq!((good.name(), good.url()), ("A wallet", "https://wallet.example/get?from=a=b"));
}
