//! Whether the line to each issuer is up: what an app shows beside "waiting for the payment".

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::Wallet;
use crate::keys::IssuerId;

/// An issuer that the wallet listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct IssuerConnection {
    /// The issuer.
    pub issuer: IssuerId,
    /// Whether its news arrive now. If not, the wallet is trying to reach it.
    pub online: bool,
}

impl Wallet {
    /// The issuers that the wallet listens to, and whether each line is up. An issuer that is missing is not listened
    /// to: nobody asked for it, its system sends no news, or it will not serve this key. Needs no network.
    pub fn connections(&self) -> Vec<IssuerConnection> {
        self.listening.connections()
    }

    /// Waits until the connections are others than these, and gives them. Gives none when the wallet is paused or closed,
    /// now or while waiting.
    pub async fn connections_after(&self, known: Vec<IssuerConnection>) -> Option<Vec<IssuerConnection>> {
        let mut news = self.context.news();
        let session = news.borrow().session;
        if !session.is_open() {
            return None;
        }
        tokio::select! {
            lines = self.listening.other_than(&known) => Some(lines),
            // It also ends when nobody tells news any more.
            _ = news.wait_for(|news| news.session != session) => None,
        }
    }
}

/// The issuers that are listened to, each with whether its line is up.
#[derive(Default)]
pub(crate) struct Listening(watch::Sender<BTreeMap<IssuerId, bool>>);

impl Listening {
    /// Begins to listen, unless somebody does.
    pub(crate) fn begin(&self, issuer: IssuerId) -> bool {
        self.0.send_if_modified(|lines| {
            let is_new = !lines.contains_key(&issuer);
            lines.entry(issuer).or_insert(false);
            is_new
        })
    }

    /// The line came up, or went down.
    pub(crate) fn note(&self, issuer: IssuerId, online: bool) {
        self.0.send_if_modified(|lines| {
            lines.get_mut(&issuer).is_some_and(|line| std::mem::replace(line, online) != online)
        });
    }

    /// Nobody listens any more.
    pub(crate) fn end(&self, issuer: &IssuerId) {
        self.0.send_if_modified(|lines| lines.remove(issuer).is_some());
    }

    fn connections(&self) -> Vec<IssuerConnection> {
        listed(&self.0.borrow())
    }

    async fn other_than(&self, known: &[IssuerConnection]) -> Vec<IssuerConnection> {
        let mut lines = self.0.subscribe();
        // It fails only when the sender is gone, which `self` holds.
        let changed = lines.wait_for(|lines| listed(lines) != known).await;
        changed.map(|lines| listed(&lines)).unwrap_or_default()
    }
}

fn listed(lines: &BTreeMap<IssuerId, bool>) -> Vec<IssuerConnection> {
    lines.iter().map(|(issuer, online)| IssuerConnection { issuer: *issuer, online: *online }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(byte: u8, online: bool) -> IssuerConnection {
        IssuerConnection { issuer: IssuerId::new([byte; 16]), online }
    }

    #[tokio::test]
    async fn each_change_is_told_once() {
        let listening = Listening::default();
        assert!(listening.begin(line(1, false).issuer));
        assert!(!listening.begin(line(1, false).issuer), "one ear an issuer");
        let known = listening.other_than(&[]).await;
        assert_eq!(known, [line(1, false)]);

        let waiting = listening.other_than(&known);
        let (seen, ()) = tokio::join!(waiting, async {
            // Neither is a change.
            listening.note(line(1, false).issuer, false);
            listening.note(line(2, false).issuer, true);
            listening.note(line(1, false).issuer, true);
        });
        assert_eq!(seen, [line(1, true)]);

        listening.end(&line(1, true).issuer);
        assert!(listening.other_than(&seen).await.is_empty());
    }
}
