//! A wallet process: does one deed, and dies where it is told.
#![allow(clippy::expect_used, reason = "a test's process that cannot be set up fails here")]

use std::process::ExitCode;
use std::sync::Arc;

use tallystick::issuer::IssuerBackend;
use tallystick::store::guard_all_commits;
use tallystick_e2e::{Crashing, Phone};
use tallystick_faults::deed::{Order, Told, options_in};
use tallystick_faults::programs::die;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let order = std::env::args().nth(1).expect("an order");
    let Order { folder, deed, die_at } = serde_json::from_str(&order).expect("an order that can be read");
    let phone = die_at.map_or_else(Phone::sound, |point| Phone::ending_at(point, die));
    guard_all_commits(Arc::clone(&phone) as _);
    let mut options = options_in(&folder);
    options.backend = Crashing::on(&phone, options.backend) as Arc<dyn IssuerBackend>;
    let done = deed.on_options(&options).await;
    let told = Told { reached: phone.reached(), fault: done.err().map(|error| error.code().to_owned()) };
    println!("{}", serde_json::to_string(&told).expect("what is told"));
    if told.fault.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
