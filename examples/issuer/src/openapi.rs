//! The description of the interface, made from the routes themselves.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Info, License, OpenApi, OpenApiBuilder};

use crate::routes;

/// What stands above the routes.
pub(crate) fn base() -> OpenApi {
    let mut info = Info::new("Tallystick issuer", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "The issuer's side of the Tallystick protocol, version 1. `docs/protocol.md` says what everything means; this \
         file says where it is. Artefacts are base64url, ids, keys and hashes BASE32, amounts decimal strings."
            .to_owned(),
    );
    info.license = Some(License::new("MIT OR Apache-2.0"));
    let mut components = Components::new();
    components.add_security_scheme(
        "signature",
        SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
            "Signature",
            "HTTP Message Signature (RFC 9421), label and tag `tallystick`, Ed25519, over @method, @target-uri and, with \
             a body, content-digest; its parameters stand in `Signature-Input`.",
        ))),
    );
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// The whole description as JSON.
pub fn document() -> String {
    let (_, openapi) = routes::all().split_for_parts();
    // The description is made of plain maps and strings, which always make JSON.
    openapi.to_pretty_json().unwrap_or_default() + "\n"
}
