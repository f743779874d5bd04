use proptest::prelude::*;

use crate::keys::{IssuerId, KeyError, PublicKey};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn text_brings_back_the_bytes_in_either_case(id: [u8; 16], key: [u8; 32]) {
        let (id, key) = (IssuerId::new(id), PublicKey::new(key));
        let (id_text, key_text) = (id.to_string(), key.to_string());
        prop_assert_eq!(id_text.len(), 26);
        prop_assert_eq!(key_text.len(), 52);
        prop_assert_eq!(id_text.parse(), Ok(id));
        prop_assert_eq!(key_text.to_lowercase().parse(), Ok(key));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<IssuerId>(&json).unwrap(), id);
    }

    #[test]
    fn text_has_one_spelling(id: [u8; 16], at in 0_usize..26, other in "[A-Za-z2-7=1 ]") {
        let id = IssuerId::new(id);
        let mut text = id.to_string();
        text.replace_range(at..=at, &other);
        if let Ok(read) = text.parse::<IssuerId>() {
            prop_assert_eq!(read.to_string(), text.to_ascii_uppercase());
        }
    }

    #[test]
    fn any_text_is_an_id_or_a_typed_error(text: String) {
        if let Err(error) = text.parse::<IssuerId>() {
            prop_assert_eq!(error, KeyError::Text { what: "issuer id", expected: 16 });
        }
    }
}

#[test]
fn neither_shorter_nor_longer() {
    let text = IssuerId::new([7; 16]).to_string();
    for wrong in ["", &text[1..], &format!("{text}A"), &format!("{text}======"), &format!(" {text}")] {
        assert_eq!(
            wrong.parse::<IssuerId>(),
            Err(KeyError::Text { what: "issuer id", expected: 16 }),
            "{wrong:?}"
        );
    }
    let error = PublicKey::from_slice(&[0; 33]).unwrap_err();
    assert_eq!(error, KeyError::Length { what: "public key", expected: 32, found: 33 });
    assert_eq!(error.code(), "key_length");
}
