//! What people and scripts are shown.
//!
//! Every command makes one [`Report`]. A script gets its fields as JSON, under names that stay; a person gets a page.
//!
//! - `manner`: how this person reads amounts and times. `page`, `table`: aligned lines, colour that means nothing alone.
//! - `tame`: words of others, made harmless. `values`: the shapes of JSON. `printer`: out they go.

mod manner;
mod page;
mod printer;
mod table;
mod tame;
pub mod values;

pub use manner::Manner;
pub use page::{Page, Report};
pub use printer::Printer;
pub use table::{Cell, Table};
pub use tame::{short, tame};
