//! Lines of CSV (RFC 4180) that no spreadsheet runs.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a name or memo is whatever
//! a stranger wrote. So a cell that begins with one of these, their wide forms, a tab or a line break gets an apostrophe
//! in front, which spreadsheets take for "this is text"; so does one that begins with an apostrophe, so that taking
//! away one apostrophe always gives the text back (OWASP, CSV Injection). Cells are quoted as soon as they hold more
//! than letters, digits, spaces and `. : _ -`: then a semicolon or tab cannot begin a new cell where those separate.

/// One line, with its end.
pub(super) fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    append_line(&mut text, cells);
    text
}

/// Appends a line, with its end.
pub(super) fn append_line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        append_cell(text, &cell);
    }
    text.push_str("\r\n");
}

fn append_cell(text: &mut String, cell: &str) {
    let guarded = cell.starts_with(begins_formula);
    if !guarded && cell.chars().all(is_plain) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if guarded {
        text.push('\'');
    }
    for letter in cell.chars() {
        if letter == '"' {
            text.push('"');
        }
        text.push(letter);
    }
    text.push('"');
}

fn begins_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' | '\'')
}

fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, ' ' | '.' | ':' | '_' | '-')
}
