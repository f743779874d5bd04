//! The signature base (RFC 9421 §2.5): the text that is signed.

use sfv::{InnerList, ItemSerializer, ListEntry, ListSerializer};

/// The text that is signed, and the serialised parameters that end it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignatureBase {
    /// One line a covered component, then the parameters.
    pub text: String,
    /// The value of `@signature-params`, which is also the member of `Signature-Input`.
    pub parameters: String,
}

impl SignatureBase {
    /// Builds the base from the covered components and the signature's parameters.
    ///
    /// `value_of` gives the value of a component by its name. `None` if it has no value for one of them, if a
    /// value could not stand on one line of the base, or if the name of a component is not a string.
    pub fn build(covered: &InnerList, value_of: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let mut text = String::new();
        for item in &covered.items {
            let value = value_of(item.bare_item.as_string()?.as_str())?;
            if !value.is_ascii() || value.bytes().any(|byte| byte.is_ascii_control()) {
                return None;
            }
            text.push_str(
                &ItemSerializer::new().bare_item(&item.bare_item).parameters(&item.params).finish(),
            );
            text.push_str(": ");
            text.push_str(&value);
            text.push('\n');
        }

        let mut serializer = ListSerializer::new();
        serializer.members([&ListEntry::InnerList(covered.clone())]);
        let parameters = serializer.finish()?;
        text.push_str("\"@signature-params\": ");
        text.push_str(&parameters);
        Some(Self { text, parameters })
    }
}
