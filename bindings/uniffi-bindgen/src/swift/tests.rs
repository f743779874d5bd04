#![allow(clippy::unwrap_used)]

use super::{CANCELLED, PANICKED, SIGNATURE, WAIT, WAITED_FOR, mended};

fn call(export: &str) -> String {
    format!(
        "                uniffi_tallystick_ffi_fn_{export}(\n            \
         freeFunc: ffi_tallystick_ffi_rust_future_free_void,\n"
    )
}

fn generated(exports: &[&str]) -> String {
    let calls = exports.iter().map(|export| call(export)).collect::<String>();
    format!("{PANICKED}{CANCELLED}func uniffiRustCallAsync\n{SIGNATURE}{WAIT}{calls}")
}

#[test]
fn waits_learn_to_cancel_and_what_closes_does_not() {
    let exports = [&WAITED_FOR[..], &["method_wallet_next_event"]].concat();
    let text = mended(&generated(&exports)).unwrap();
    assert_eq!(text.matches("cancelFunc: ((UInt64) -> ())? = nil,").count(), 1);
    assert_eq!(text.matches("cancelFunc: ffi_tallystick_ffi_rust_future_cancel_void,").count(), 1);
    let (_, wait) = text.split_once("next_event").unwrap();
    assert!(wait.contains("cancelFunc: ffi_"), "{wait}");
    assert!(!text.contains("fatalError") && !text.contains("rustPanic"), "{text}");
}

#[test]
fn a_file_without_calls_that_wait_learns_of_panics_alone() {
    let text = mended(&format!("{PANICKED}{CANCELLED}")).unwrap();
    assert!(text.contains("WalletError.Internal") && !text.contains("UniffiCancelling"), "{text}");
}

#[test]
fn another_generators_text_is_refused() {
    assert!(mended("func uniffiRustCallAsync").is_err());
    assert!(mended(&generated(&WAITED_FOR).replace("liftFunc", "liftFn")).is_err());
}

#[test]
fn an_export_that_is_gone_is_noticed() {
    let refusal = mended(&generated(&WAITED_FOR[1..])).unwrap_err();
    assert!(refusal.contains(WAITED_FOR[0]), "{refusal}");
}
