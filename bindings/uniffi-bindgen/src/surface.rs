//! The surface as text: every name and type that crosses the line, one a line and sorted, so that a change of it shows in
//! a review. And the rules that every surface keeps, because some language cannot do without.

use uniffi_bindgen::ComponentInterface;
use uniffi_bindgen::interface::{AsType, Callable, DefaultValue, Enum, Field, Literal, Object, Record, Type};

/// All that crosses the line.
pub fn describe(components: &[ComponentInterface]) -> String {
    let mut parts = Vec::new();
    for component in components {
        parts.extend(
            component
                .function_definitions()
                .iter()
                .map(|function| format!("function {}{}\n", function.name(), signature(function))),
        );
        parts.extend(component.object_definitions().iter().map(object));
        parts.extend(component.record_definitions().iter().map(record));
        parts.extend(component.enum_definitions().iter().map(|item| enumeration(component, item)));
        parts.extend(component.iter_local_types().filter_map(custom));
    }
    parts.sort();
    parts.concat()
}

/// What breaks a rule, each with its reason.
pub fn faults(surface: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for line in surface.lines() {
        let mut complain = |reason: &str| faults.push(format!("`{}`: {reason}", line.trim()));
        let words = || line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if words().any(|word| word == "u64") {
            complain("Java has no u64, and Kotlin's is a class of its own; use i64");
        }
        if line.contains("message:") {
            complain("a field of this name clashes with that of Kotlin's exceptions; use `reason`");
        }
        if matches!(line, "error Error" | "enum Error" | "record Error" | "object Error") {
            complain("a type of this name hides the language's own");
        }
        if line.starts_with("  ") && words().any(|word| word == "close") {
            complain("Kotlin frees objects by a method of this name");
        }
    }
    faults
}

fn object(object: &Object) -> String {
    let kind = if object.has_callback_interface() { "trait" } else { "object" };
    let constructors = object
        .constructors()
        .into_iter()
        .map(|constructor| format!("  constructor {}{}\n", constructor.name(), signature(constructor)));
    let methods =
        object.methods().into_iter().map(|method| format!("  {}{}\n", method.name(), signature(method)));
    whole(kind, object.name(), constructors.chain(methods))
}

fn record(record: &Record) -> String {
    let fields = record.fields().iter().map(|item| format!("  {}\n", field(item)));
    let methods = record.methods().iter().map(|method| format!("  {}{}\n", method.name(), signature(method)));
    // Fields keep their order: constructors take them so.
    let body: String = fields.collect();
    let mut methods: Vec<_> = methods.collect();
    methods.sort();
    format!("record {}\n{body}{}", record.name(), methods.concat())
}

fn enumeration(component: &ComponentInterface, item: &Enum) -> String {
    let kind = if component.is_name_used_as_error(item.name()) { "error" } else { "enum" };
    let variants = item.variants().iter().map(|variant| {
        let fields: Vec<_> = variant.fields().iter().map(field).collect();
        let fields = if fields.is_empty() { String::new() } else { format!("({})", fields.join(", ")) };
        format!("  {}{fields}\n", variant.name())
    });
    // Variants keep their order: they travel by number.
    let body: String = variants.collect();
    let mut methods: Vec<_> =
        item.methods().iter().map(|method| format!("  {}{}\n", method.name(), signature(method))).collect();
    methods.sort();
    format!("{kind} {}\n{body}{}", item.name(), methods.concat())
}

fn custom(kind: &Type) -> Option<String> {
    match kind {
        Type::Custom { name: custom, builtin, .. } => Some(format!("custom {custom} = {}\n", name(builtin))),
        _ => None,
    }
}

fn whole(kind: &str, name: &str, lines: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    format!("{kind} {name}\n{}", lines.concat())
}

fn field(field: &Field) -> String {
    let default = field.default_value().map(default).unwrap_or_default();
    format!("{}: {}{default}", field.name(), type_of(field))
}

fn type_of(field: &Field) -> String {
    name(&field.as_type())
}

fn signature(callable: &impl Callable) -> String {
    let arguments: Vec<_> = callable
        .arguments()
        .into_iter()
        .map(|argument| {
            let kind = argument.as_type();
            let default = argument.default_value().map(default).unwrap_or_default();
            format!("{}: {}{default}", argument.name(), name(&kind))
        })
        .collect();
    let given = callable.return_type().map(|kind| format!(" -> {}", name(kind))).unwrap_or_default();
    let throws = callable.throws_type().map(|kind| format!(" throws {}", name(kind))).unwrap_or_default();
    let waits = if callable.is_async() { " async" } else { "" };
    format!("({}){waits}{throws}{given}", arguments.join(", "))
}

fn default(default: &DefaultValue) -> String {
    let value = match default {
        DefaultValue::Default | DefaultValue::Literal(Literal::None) => "default".to_owned(),
        DefaultValue::Literal(Literal::Boolean(value)) => value.to_string(),
        DefaultValue::Literal(Literal::UInt(value, ..)) => value.to_string(),
        DefaultValue::Literal(Literal::Int(value, ..)) => value.to_string(),
        DefaultValue::Literal(other) => format!("{other:?}"),
    };
    format!(" = {value}")
}

fn name(kind: &Type) -> String {
    match kind {
        Type::UInt8 => "u8".into(),
        Type::Int8 => "i8".into(),
        Type::UInt16 => "u16".into(),
        Type::Int16 => "i16".into(),
        Type::UInt32 => "u32".into(),
        Type::Int32 => "i32".into(),
        Type::UInt64 => "u64".into(),
        Type::Int64 => "i64".into(),
        Type::Boolean => "bool".into(),
        Type::String => "string".into(),
        Type::Bytes => "bytes".into(),
        Type::Object { name, .. }
        | Type::Record { name, .. }
        | Type::Enum { name, .. }
        | Type::CallbackInterface { name, .. }
        | Type::Custom { name, .. } => name.clone(),
        Type::Box { inner_type } => name(inner_type),
        Type::Optional { inner_type } => format!("{}?", name(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", name(inner_type)),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn what_some_language_cannot_do_is_told() {
        let surface = "enum Error\n  Broken(message: string)\nobject Wallet\n  close()\n  count() -> u64\n";
        let found = faults(surface);
        let told = ["hides the language", "Kotlin's exceptions", "frees objects", "no u64"];
        assert_eq!(found.len(), told.len(), "{found:?}");
        for (fault, words) in found.iter().zip(told) {
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn names_that_only_look_alike_pass() {
        let surface =
            "error WalletError\n  Storage(reason: string)\nobject Wallet\n  shut_down()\n  closed() -> i64\n";
        assert!(faults(surface).is_empty());
    }
}
