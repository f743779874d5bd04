#![allow(clippy::unwrap_used)]

use super::shell::{fill, quoted, text};

#[test]
fn whatever_is_written_stays_text() {
    assert_eq!(text("<a href='x' id=\"y\">&"), "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;");
    assert_eq!(quoted("a\u{202e}b\u{200f}c\0\n"), "<bdi>a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}</bdi>");
    assert_eq!(text("Zoë 👩\u{200d}🍳 نان"), "Zoë 👩\u{200d}🍳 نان");
}

#[test]
fn what_is_put_in_is_not_read_as_a_template() {
    assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    assert_eq!(fill("{unknown}|{open", &[]), "|");
}
