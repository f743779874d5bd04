//! Words of others, made harmless for a terminal.

/// A text in which nothing moves the cursor, changes colours, breaks the line or turns the direction of writing. Memos,
/// names and notes are written by others, and whoever could write an escape sequence could write any amount.
pub fn tame(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            letter if is_wild(letter) => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect()
}

fn is_wild(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The first letters of an id, enough to tell it from others and to name it by.
pub fn short(id: &impl ToString) -> String {
    let mut text = id.to_string();
    text.truncate(8);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_directions_are_taken_out() {
        assert_eq!(tame("for\nthe\tbread"), "for the bread");
        assert_eq!(tame("\u{1b}[2Jgone"), "\u{fffd}[2Jgone");
        assert_eq!(tame("\u{9b}31m"), "\u{fffd}31m");
        assert_eq!(tame("100\u{202e}05"), "100\u{fffd}05");
        assert_eq!(tame("Bäckerei 麦 👩‍🍳"), "Bäckerei 麦 👩‍🍳");
    }

    #[test]
    fn ids_are_shortened() {
        assert_eq!(short(&"ABCDEFGHIJKL"), "ABCDEFGH");
        assert_eq!(short(&"ABC"), "ABC");
    }
}
