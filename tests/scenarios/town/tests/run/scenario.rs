//! A scenario: its steps one after another, what they give compared with what is expected.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

use crate::matching;
use crate::phone::{self, Phone};
use crate::town::Town;

/// Everything that the steps of a scenario share.
pub struct Stage {
    pub town: Town,
    pub phones: BTreeMap<String, Phone>,
    saved: BTreeMap<String, Value>,
}

/// Runs a scenario, and writes to the report that is asked for by the environment.
#[track_caller]
pub fn run(file: &Path) {
    let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
    let report = Report { name: name.clone(), passed: false };
    let text = std::fs::read_to_string(file).unwrap();
    let scenario: Value = serde_json::from_str(&text).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut stage = Stage { town: Town::start(), phones: BTreeMap::new(), saved: BTreeMap::new() };
        for (number, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
            let step = stage.filled(step);
            let given = stage.take(&step).await;
            if let Err(difference) = judge(&step, &given) {
                panic!("{name}, step {}: {difference}\nstep: {step}\ngiven: {given:?}", number + 1);
            }
            stage.save(&step, &given);
        }
    });
    report.passed();
}

impl Stage {
    async fn take(&mut self, step: &Value) -> Result<Value, phone::Failed> {
        if step["town"].is_object() {
            return Ok(self.town.tell(&step["town"]));
        }
        phone::take(self, step).await
    }

    /// The step with every `${name}` replaced by what was saved under that name.
    fn filled(&self, step: &Value) -> Value {
        match step {
            Value::String(text) => self.filled_text(text),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.filled(value)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    fn filled_text(&self, text: &str) -> Value {
        let known = |name: &str| {
            self.saved.get(name).unwrap_or_else(|| panic!("nothing was saved as `{name}`")).clone()
        };
        if let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            return known(name);
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').expect("a closing brace");
            filled.push_str(before);
            filled.push_str(known(name).as_str().expect("a text"));
            rest = after;
        }
        Value::String(filled + rest)
    }

    fn save(&mut self, step: &Value, given: &Result<Value, phone::Failed>) {
        let (Some(names), Ok(given)) = (step["save"].as_object(), given) else { return };
        for (name, path) in names {
            let value =
                path.as_str().unwrap().split('.').fold(given, |value, part| match part.parse::<usize>() {
                    Ok(index) => &value[index],
                    Err(_) => &value[part],
                });
            assert!(!value.is_null(), "nothing to save as `{name}` in {given}");
            self.saved.insert(name.clone(), value.clone());
        }
    }
}

fn judge(step: &Value, given: &Result<Value, phone::Failed>) -> Result<(), String> {
    match (given, &step["error"]) {
        (Ok(given), Value::Null) => matching::differs(&step["expect"], given, "").map_or(Ok(()), Err),
        (Err(failed), error) if !error.is_null() => {
            matching::differs(error, &failed.as_json(), "").map_or(Ok(()), Err)
        }
        (Ok(_), _) => Err("it should have failed".to_owned()),
        (Err(failed), _) => Err(format!("it failed: {failed:?}")),
    }
}

struct Report {
    name: String,
    passed: bool,
}

impl Report {
    fn passed(mut self) {
        self.passed = true;
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let Some(file) = std::env::var_os("TALLYSTICK_SCENARIO_REPORT") else { return };
        let result = if self.passed { "ok" } else { "failed" };
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
        writeln!(file, "scenario {} {result}", self.name).unwrap();
    }
}
