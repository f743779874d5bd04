//! What people see who open a link without a wallet: a request, a currency, an account to act for, a receipt.
//!
//! Pages run nothing and load nothing. Whatever others wrote goes through [`text`], and stands apart from what the host
//! says: a payee's own words never name the payee.
//!
//! - `shell`: what all pages share. `texts`: what they say, a language a file. `request`, `card`, `pointers`: the pages.

mod card;
mod pointers;
mod request;
mod shell;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use card::card;
pub(crate) use pointers::{grant, problem, receipt};
pub(crate) use request::{RequestPage, request};
pub(crate) use shell::Reader;
