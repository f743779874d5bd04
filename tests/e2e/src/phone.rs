//! A phone that dies between two steps.
//!
//! A step is a call to an issuer or a write to the wallet's file. A phone that has died sends nothing and makes nothing
//! durable; what it had sent still arrives, and what was durable stays.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tallystick::store::CommitGuard;
use tokio::sync::Notify;

/// On which side of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// Before it is sent, or durable.
    Before,
    /// After the issuer has done what was asked, or the write is durable, before anyone learns of it.
    After,
}

/// What a wallet does that is seen outside of its memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A call to an issuer, by its name.
    Call(String),
    /// A write to the file, by the function that makes it.
    Write(String),
}

/// A place to die at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The step.
    pub step: Step,
    /// The how manieth of its name, from 1.
    pub nth: usize,
    /// On which side.
    pub side: Side,
}

/// `before call submit_order`, `after write deliver 2`.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        match &self.step {
            Step::Call(name) => write!(f, "{side} call {name}")?,
            Step::Write(name) => write!(f, "{side} write {name}")?,
        }
        if self.nth > 1 { write!(f, " {}", self.nth) } else { Ok(()) }
    }
}

#[derive(Debug)]
enum Death {
    Never,
    At(Point),
    AfterCalls(usize, Side),
    AfterWrites(usize, Side),
}

/// A phone, and all points that it has reached.
#[derive(Debug)]
pub struct Phone {
    death: Death,
    /// What its death means outside of it.
    end: fn(),
    life: Mutex<Life>,
    died: Notify,
}

#[derive(Debug, Default)]
struct Life {
    reached: Vec<Point>,
    over: bool,
}

impl Phone {
    /// It does not die.
    pub fn sound() -> Arc<Self> {
        Self::new(Death::Never)
    }

    /// It dies at this point.
    pub fn dying_at(point: Point) -> Arc<Self> {
        Self::new(Death::At(point))
    }

    /// It lets this many calls through, and dies on this side of the next.
    pub fn dying_after(calls: usize, side: Side) -> Arc<Self> {
        Self::new(Death::AfterCalls(calls, side))
    }

    /// At this point `end` is called, which is to end the process.
    pub fn ending_at(point: Point, end: fn()) -> Arc<Self> {
        Self::with_end(Death::At(point), end)
    }

    /// It lets this many writes through, and dies on this side of the next.
    pub fn dying_after_writes(writes: usize, side: Side) -> Arc<Self> {
        Self::new(Death::AfterWrites(writes, side))
    }

    fn new(death: Death) -> Arc<Self> {
        Self::with_end(death, || {})
    }

    fn with_end(death: Death, end: fn()) -> Arc<Self> {
        Arc::new(Self { death, end, life: Mutex::default(), died: Notify::new() })
    }

    /// Whether it has died.
    pub fn is_dead(&self) -> bool {
        self.life().over
    }

    /// Waits until it has died; for one who waits.
    pub async fn died(&self) {
        self.died.notified().await;
    }

    /// All points that it has reached, in order.
    pub fn reached(&self) -> Vec<Point> {
        self.life().reached.clone()
    }

    /// Reaches a point. Says whether it is alive behind it.
    pub fn reach(&self, step: &Step, side: Side) -> bool {
        let mut life = self.life();
        if life.over {
            return false;
        }
        let same = |point: &&Point| point.step == *step && point.side == side;
        let nth = 1 + life.reached.iter().filter(same).count();
        let point = Point { step: step.clone(), nth, side };
        life.over = match &self.death {
            Death::Never => false,
            Death::At(last) => *last == point,
            Death::AfterCalls(calls, last) => {
                let is_call = |point: &&Point| point.side == *last && matches!(point.step, Step::Call(_));
                is_call(&&point) && life.reached.iter().filter(is_call).count() == *calls
            }
            Death::AfterWrites(writes, last) => {
                let is_write = |point: &&Point| point.side == *last && matches!(point.step, Step::Write(_));
                is_write(&&point) && life.reached.iter().filter(is_write).count() == *writes
            }
        };
        life.reached.push(point);
        if life.over {
            (self.end)();
            self.died.notify_one();
        }
        !life.over
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CommitGuard for Phone {
    fn before_commit(&self, write: &str) -> bool {
        self.reach(&Step::Write(function(write)), Side::Before)
    }

    fn after_commit(&self, write: &str) -> bool {
        self.reach(&Step::Write(function(write)), Side::After)
    }
}

/// `confirm::confirm` of `tallystick::operation::confirm::confirm::{{closure}}::{{closure}}`.
fn function(write: &str) -> String {
    let parts: Vec<&str> = write.split("::").filter(|part| !part.starts_with('{')).collect();
    parts[parts.len().saturating_sub(2)..].join("::")
}
