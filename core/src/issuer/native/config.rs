//! Limits of the driver.

use std::time::Duration;

/// Limits of the driver. The defaults suit a phone on a mobile network.
#[derive(Debug, Clone)]
pub struct NativeConfig {
    /// Certificates (DER) of authorities to believe beside those of the web.
    pub extra_roots: Vec<Vec<u8>>,
    /// For a connection, from the name to the end of the TLS handshake.
    pub connect_timeout: Duration,
    /// For a whole call, connection and answer.
    pub call_timeout: Duration,
    /// For the next byte of a live connection; servers send something every 20 seconds.
    pub silence_timeout: Duration,
    /// How often a connection that is waited at is asked whether it is still there (HTTP/2 PING), and how long for the
    /// answer is waited: a network that has gone silent shows after both.
    pub ping_interval: Duration,
    /// How many rounds over the issuer's endpoints a call makes at most, at least 1.
    pub rounds: u32,
    /// The first pause between two rounds; it doubles each time. What is waited is between a half of it and the whole.
    pub first_pause: Duration,
    /// The longest pause between two rounds, and between two attempts at a live connection.
    pub longest_pause: Duration,
    /// The longest `Retry-After` that is waited for within a call; for longer ones the caller is told.
    pub patience: Duration,
    /// The most bytes that an answer may have.
    pub answer_limit_bytes: usize,
}

impl Default for NativeConfig {
    fn default() -> Self {
        Self {
            extra_roots: Vec::new(),
            connect_timeout: Duration::from_secs(6),
            call_timeout: Duration::from_secs(20),
            silence_timeout: Duration::from_mins(1),
            ping_interval: Duration::from_secs(20),
            rounds: 3,
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(30),
            patience: Duration::from_secs(8),
            // 500 entries with requests and memos are about 3 MiB.
            answer_limit_bytes: 6 << 20,
        }
    }
}
