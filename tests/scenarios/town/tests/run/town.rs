//! The town, a program of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

pub struct Town {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Town {
    pub fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tallystick-town"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    /// What it answers; it must not fail.
    pub fn tell(&mut self, order: &Value) -> Value {
        writeln!(self.child.stdin.as_mut().unwrap(), "{order}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        assert!(answer["error"].is_null(), "the town: {answer}, for {order}");
        answer["ok"].take()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // The end of its input is the end of its day.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
