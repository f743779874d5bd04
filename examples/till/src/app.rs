//! What the parts of a till share.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tallystick::clock::{Clock, Entropy, UnixSeconds};
use tallystick::error::WalletError;
use tallystick::wallet::Wallet;
use tokio::sync::{broadcast, watch};

use crate::book::Book;
use crate::config::{Hosts, Limits};
use crate::problem::Problem;
use crate::rates::Rates;
use crate::session::Sessions;
use crate::watch::Watchers;

/// What streams are told. Each reads what it shows by itself.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// Something of the state is otherwise.
    State,
    /// A charge is otherwise: the event's data.
    Charge(Arc<str>),
    /// The line to an issuer came up or went down: the event's data.
    Connection(Arc<str>),
}

/// What the parts of a till share.
pub(crate) struct App {
    pub(crate) wallet: Wallet,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) shop: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) time_zone: TimeZone,
    pub(crate) charge_seconds: i64,
    pub(crate) over_tls: bool,
    pub(crate) hosts: Hosts,
    pub(crate) limits: Limits,
    pub(crate) rates: Rates,
    pub(crate) sessions: Sessions,
    pub(crate) book: Book,
    pub(crate) news: broadcast::Sender<News>,
    /// One refund at a time, so that each sees what the one before has left.
    pub(crate) refunding: tokio::sync::Mutex<()>,
    pub(crate) watchers: Watchers,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The app, as routes hold it.
pub(crate) type Shared = Arc<App>;

/// How many wrong PINs the wallet takes before one has to wait.
const FREE_TRIES: i64 = 5;

impl App {
    pub(crate) fn now(&self) -> UnixSeconds {
        self.clock.now()
    }

    /// Tells all streams. Nobody may be listening.
    pub(crate) fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }

    /// Checks the PIN: unlocks the wallet with it the first time.
    pub(crate) async fn check_pin(self: &Arc<Self>, pin: &str) -> Result<(), Problem> {
        if !is_pin(pin) {
            return Err(Problem::bad("pin", "bad_pin", "A PIN has 4 to 12 digits."));
        }
        match self.wallet.unlock_with_pin(pin).await {
            Ok(()) => {
                self.watchers.begin(self);
                Ok(())
            }
            Err(error) => Err(self.pin_problem(error).await),
        }
    }

    async fn pin_problem(&self, error: WalletError) -> Problem {
        let WalletError::Denied { rule, retry_after_seconds, .. } = &error else { return error.into() };
        match (rule.as_str(), retry_after_seconds) {
            ("pin_wait", seconds) => {
                Problem::too_many("pin_locked", "Too many wrong PINs: wait.", seconds.unwrap_or(60))
            }
            ("pin_wrong", seconds) => {
                let wrong = self.wallet.app_lock().await.map_or(FREE_TRIES, |lock| lock.wrong_pins);
                Problem {
                    left: Some((FREE_TRIES - wrong).max(0)),
                    retry_after: *seconds,
                    ..Problem::new(::http::StatusCode::FORBIDDEN, "wrong_pin", "The PIN is wrong.")
                }
            }
            _ => error.into(),
        }
    }
}

/// Whether this could be a till's PIN: 4 to 12 digits.
pub(crate) fn is_pin(pin: &str) -> bool {
    (4..=12).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}
