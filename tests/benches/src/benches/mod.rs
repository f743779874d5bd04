//! The benches, one a file: each measures one promise and gives a section of the report.

use std::io;

use crate::report::Section;

mod confirm;
mod instructions;
mod issuer;
mod qr;
mod throughput;
mod wallet;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough to say something.
    Full,
    /// Only to see that everything still does what it is measured for.
    Smoke,
}

impl Size {
    /// One of the two.
    pub fn pick<T>(self, full: T, smoke: T) -> T {
        match self {
            Self::Full => full,
            Self::Smoke => smoke,
        }
    }
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bench {
    /// From the confirmation to the receipt, and to the till.
    Confirm,
    /// Payments a second.
    Throughput,
    /// What an order costs the issuer.
    Issuer,
    /// A wallet with many payments.
    Wallet,
    /// Codes in pictures.
    Qr,
    /// Instructions of the hot paths.
    Instructions,
}

impl Bench {
    /// Measures. `pin`: what is compared with earlier counts becomes what later ones are compared with.
    pub async fn run(self, size: Size, pin: bool) -> io::Result<Section> {
        match self {
            Self::Confirm => confirm::run(size).await,
            Self::Throughput => throughput::run(size).await,
            Self::Issuer => issuer::run(size).await,
            Self::Wallet => wallet::run(size).await,
            Self::Qr => qr::run(size),
            Self::Instructions => instructions::run(size, pin),
        }
    }
}
