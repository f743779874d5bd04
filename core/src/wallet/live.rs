//! News from issuers as they happen.

use std::sync::Arc;

use futures_util::StreamExt as _;

use super::Wallet;
use super::sync::Depth;
use crate::error::WalletError;
use crate::issuer::{AccountRef, ChainPosition, LiveEvent};
use crate::keys::IssuerId;
use crate::operation::trust;
use crate::store::tables::account::ACCOUNTS;

/// Says that nobody listens any more, also when the task is ended from outside.
struct Ear {
    wallet: Wallet,
    issuer: IssuerId,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.wallet.listening.end(&self.issuer);
    }
}

impl Wallet {
    /// Listens to all issuers until the wallet is paused, locked or closed: money that comes in shows at once.
    pub async fn listen(&self) -> Result<(), WalletError> {
        let issuers = self
            .context
            .read(|connection, cipher| {
                let accounts = ACCOUNTS.all(connection, cipher)?;
                Ok(accounts.iter().map(|account| account.issuer).collect::<Vec<_>>())
            })
            .await?;
        for issuer in issuers {
            self.listen_to(issuer).await?;
        }
        Ok(())
    }

    /// Listens to one issuer, if its system can send news and nobody listens already.
    pub(crate) async fn listen_to(&self, issuer: IssuerId) -> Result<(), WalletError> {
        if !self.context.backend.capabilities(&issuer).live_events || !self.listening.begin(issuer) {
            return Ok(());
        }
        let ear = Ear { wallet: self.clone(), issuer };
        let account =
            self.context.read(move |connection, cipher| trust::account(connection, cipher, &issuer)).await?;
        let key = Arc::new(self.context.keys()?.key_of(&account)?);
        let after = ChainPosition { epoch: account.chain.epoch, sequence: account.chain.sequence };
        let reference = AccountRef { issuer, account: account.account };
        let mut events = self
            .context
            .backend
            .live_events(reference, key, after)
            .map_err(|error| trust::network(&error))?;
        self.context.tasks.spawn(async move {
            while let Some(event) = events.next().await {
                let online = matches!(event, LiveEvent::Connected | LiveEvent::Entry(_));
                ear.wallet.listening.note(ear.issuer, online);
                match event {
                    LiveEvent::Connected | LiveEvent::Entry(_) => {
                        if let Err(error) = ear.wallet.sync_to(ear.issuer, Depth::News).await {
                            tracing::info!(code = error.code(), "news could not be fetched");
                        }
                    }
                    LiveEvent::Interrupted(error) => {
                        tracing::debug!(code = error.code(), "the line to an issuer is interrupted");
                    }
                    LiveEvent::Ended(error) => {
                        tracing::info!(code = error.code(), "an issuer sends no more news");
                        // Where the wallet acts with a granted key, asking says whether that was taken back.
                        if let Err(error) = ear.wallet.sync_to(ear.issuer, Depth::News).await {
                            tracing::info!(code = error.code(), "the account cannot be read any more");
                        }
                    }
                }
            }
        });
        Ok(())
    }
}
