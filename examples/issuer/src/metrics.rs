//! Counters in Prometheus' text format (version 0.0.4). Nothing in them names an issuer, an account or an amount.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the server counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    problems: Mutex<BTreeMap<&'static str, u64>>,
    orders: Mutex<BTreeMap<&'static str, u64>>,
    groups: AtomicU64,
    jobs: AtomicU64,
    failed_transactions: AtomicU64,
    statements: AtomicU64,
}

impl Metrics {
    /// A request was answered. `route` is the pattern, not the path.
    pub fn request(&self, method: &str, route: &str, status: u16) {
        count(&self.requests, (method.to_owned(), route.to_owned(), status));
    }

    /// A problem was given.
    pub fn problem(&self, code: &'static str) {
        count(&self.problems, code);
    }

    /// An order was decided: `executed`, or the code of its refusal.
    pub fn order(&self, outcome: &'static str) {
        count(&self.orders, outcome);
    }

    /// So many pieces of work share a transaction.
    pub fn group(&self, jobs: usize) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
    }

    /// A transaction could not be written.
    pub fn failed_transaction(&self) {
        self.failed_transactions.fetch_add(1, Ordering::Relaxed);
    }

    /// A statement was made.
    pub fn statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// All of them as text.
    pub fn text(&self, event_streams: usize) -> String {
        let mut text = String::new();
        head(&mut text, "tallystick_requests_total", "counter", "Requests answered.");
        for ((method, route, status), value) in &*lock(&self.requests) {
            line(
                &mut text,
                "tallystick_requests_total",
                &format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}"),
                *value,
            );
        }
        head(&mut text, "tallystick_problems_total", "counter", "Problems given, by code.");
        for (code, value) in &*lock(&self.problems) {
            line(&mut text, "tallystick_problems_total", &format!("{{code=\"{code}\"}}"), *value);
        }
        head(
            &mut text,
            "tallystick_orders_total",
            "counter",
            "Orders decided: executed, or the refusal's code.",
        );
        for (outcome, value) in &*lock(&self.orders) {
            line(&mut text, "tallystick_orders_total", &format!("{{outcome=\"{outcome}\"}}"), *value);
        }
        let counters = [
            ("tallystick_transactions_total", "Durable transactions.", &self.groups),
            ("tallystick_jobs_total", "Pieces of work in those transactions.", &self.jobs),
            (
                "tallystick_failed_transactions_total",
                "Transactions that could not be written.",
                &self.failed_transactions,
            ),
            ("tallystick_statements_total", "Statements made.", &self.statements),
        ];
        for (name, help, counter) in counters {
            head(&mut text, name, "counter", help);
            line(&mut text, name, "", counter.load(Ordering::Relaxed));
        }
        head(&mut text, "tallystick_event_streams", "gauge", "Event streams that are open.");
        line(&mut text, "tallystick_event_streams", "", event_streams as u64);
        text
    }
}

fn lock<T>(counts: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count<K: Ord>(counts: &Mutex<BTreeMap<K, u64>>, key: K) {
    *lock(counts).entry(key).or_default() += 1;
}

// Writing to a string cannot fail.
fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: u64) {
    let _ = writeln!(text, "{name}{labels} {value}");
}
