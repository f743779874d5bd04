//! Signed reads (protocol §1.3), written out by hand, so that they can also be made wrong.

use data_encoding::{BASE32_NOPAD, BASE64};
use tallystick::clock::SystemEntropy;
use tallystick::keys::{Digest, SigningKey};

/// A signature before it is made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The method that is signed.
    pub method: String,
    /// The host that is signed, with its port.
    pub host: String,
    /// Path and query that are signed.
    pub path: String,
    /// When, by the signer's clock.
    pub created: i64,
    /// 16 bytes, BASE32.
    pub nonce: String,
    /// The key, BASE32.
    pub keyid: String,
    /// What it is for.
    pub tag: String,
    /// The label in both fields.
    pub label: String,
    /// The value of `Content-Digest`; absent: the body is not covered.
    pub digest: Option<String>,
}

/// A fresh nonce.
pub fn nonce() -> String {
    use tallystick::clock::Entropy;
    let entropy: &dyn Entropy = &SystemEntropy;
    BASE32_NOPAD.encode(&entropy.bytes::<16>())
}

/// The value of `Content-Digest` (RFC 9530).
pub fn digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", BASE64.encode(Digest::of(&[body]).as_bytes()))
}

impl Draft {
    /// The value of `Signature-Input` without its label.
    pub fn parameters(&self) -> String {
        let digest = if self.digest.is_some() { r#" "content-digest""# } else { "" };
        format!(
            r#"("@method" "@target-uri"{digest});created={};nonce="{}";keyid="{}";tag="{}""#,
            self.created, self.nonce, self.keyid, self.tag
        )
    }

    /// The text that is signed (RFC 9421 §2.5).
    pub fn base(&self, parameters: &str) -> String {
        let digest =
            self.digest.as_ref().map(|digest| format!("\"content-digest\": {digest}\n")).unwrap_or_default();
        format!(
            "\"@method\": {}\n\"@target-uri\": https://{}{}\n{digest}\"@signature-params\": {parameters}",
            self.method, self.host, self.path
        )
    }

    /// The fields to send.
    pub fn sign(&self, key: &SigningKey) -> Vec<(String, String)> {
        self.sign_with(&self.parameters(), key)
    }

    /// The fields to send, with parameters written otherwise.
    pub fn sign_with(&self, parameters: &str, key: &SigningKey) -> Vec<(String, String)> {
        let signature = key.sign(self.base(parameters).as_bytes());
        let mut fields = vec![
            ("signature-input".to_owned(), format!("{}={parameters}", self.label)),
            ("signature".to_owned(), format!("{}=:{}:", self.label, BASE64.encode(&signature))),
        ];
        fields.extend(self.digest.iter().map(|digest| ("content-digest".to_owned(), digest.clone())));
        fields
    }
}
