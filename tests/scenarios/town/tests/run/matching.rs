//! Whether what was given is what is expected: the fields that are named must be as they are named, others may be there.

use serde_json::Value;

/// Where it differs, if it does.
pub fn differs(expected: &Value, given: &Value, at: &str) -> Option<String> {
    match (expected, given) {
        (Value::Null, _) if at.is_empty() => None,
        (Value::String(any), given) if any == "*" && !given.is_null() => None,
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().find_map(|(name, value)| differs(value, &given[name], &format!("{at}.{name}")))
        }
        (Value::Array(items), Value::Array(found)) if items.len() == found.len() => items
            .iter()
            .zip(found)
            .enumerate()
            .find_map(|(index, (item, found))| differs(item, found, &format!("{at}[{index}]"))),
        (expected, given) if expected == given => None,
        _ => Some(format!("{at}: expected {expected}, given {given}")),
    }
}

#[test]
fn named_fields_count_and_others_do_not() {
    use serde_json::json;
    let given = json!({ "a": "1", "list": [{ "b": 2, "c": 3 }], "none": null });
    assert_eq!(differs(&json!({ "a": "*", "list": [{ "b": 2 }], "none": null }), &given, ""), None);
    for wrong in [json!({ "a": "2" }), json!({ "list": [] }), json!({ "none": "*" }), json!({ "d": 1 })] {
        assert!(differs(&wrong, &given, "").is_some(), "{wrong}");
    }
}
