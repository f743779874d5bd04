//! Fetching a card: the one call that may go to a server that nobody vouches for (protocol §8).
//!
//! The card proves itself against the id that was scanned, so such a server can do no more than withhold it or serve an
//! older one, which the wallet's pinned rank refuses.

use http::Method;

use super::Session;
use super::answers::CardAnswer;
use super::call::Call;
use super::wire;
use crate::issuer::IssuerError;
use crate::issuer::answer::CardBundle;
use crate::keys::IssuerId;

pub(super) async fn fetch(
    session: &Session,
    issuer: &IssuerId,
    host: Option<&str>,
) -> Result<CardBundle, IssuerError> {
    let mut origins: Vec<String> = host.map(|host| format!("https://{host}")).into_iter().collect();
    if let Ok(peers) = session.peers.of(issuer) {
        match session.send(&peers, &Call::get(issuer, "card")).await {
            Ok(body) => return wire::read::<CardAnswer>(&body)?.into_bundle(issuer),
            // A server whose TLS key was replaced names the new one in its newest card.
            Err(IssuerError::Untrusted { .. }) => {
                origins.extend(peers.iter().map(|peer| peer.origin.to_string()));
            }
            Err(error) if host.is_none() => return Err(error),
            Err(_) => {}
        }
    }
    if origins.is_empty() {
        return Err(IssuerError::NoRoute { issuer: *issuer });
    }
    let peers =
        origins.iter().map(|origin| session.peers.unchecked(origin)).collect::<Result<Vec<_>, _>>()?;
    let call = Call::new(Method::GET, Some(*issuer), format!("/c/{issuer}"));
    wire::read::<CardAnswer>(&session.send(&peers, &call).await?)?.into_bundle(issuer)
}
