//! Columns that stand in line, whatever script they are written in.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::tame;

/// One field of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// Words; made harmless.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self { text: tame(text.as_ref()), style: Style::new(), right: false }
    }

    /// A number, which stands on the right.
    pub fn number(text: impl AsRef<str>) -> Self {
        Self { right: true, ..Self::text(text) }
    }

    /// In another style.
    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Rows of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with a row of headings. A heading stands where its column stands.
    pub fn with_headings(headings: &[&str]) -> Self {
        let style = Style::new().dimmed();
        Self { rows: vec![headings.iter().map(|heading| Cell::text(heading).styled(style)).collect()] }
    }

    /// A table without headings.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each with this much before it.
    pub fn lines(&self, indent: &str) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let column = |index: usize| self.rows.iter().filter_map(move |row| row.get(index));
        let widths: Vec<usize> =
            (0..columns).map(|index| column(index).map(width).max().unwrap_or(0)).collect();
        let right: Vec<bool> = (0..columns).map(|index| column(index).any(|cell| cell.right)).collect();
        let mut lines = String::new();
        for row in &self.rows {
            let mut line = indent.to_owned();
            for (index, cell) in row.iter().enumerate() {
                if index > 0 {
                    line.push_str("  ");
                }
                let gap = " ".repeat(widths[index] - width(cell));
                let Cell { text, style, .. } = cell;
                let text = format!("{style}{text}{style:#}");
                let is_last = index + 1 == row.len();
                match (right[index], is_last) {
                    (true, _) => line.extend([gap, text]),
                    (false, true) => line.push_str(&text),
                    (false, false) => line.extend([text, gap]),
                }
            }
            lines.push_str(line.trim_end());
            lines.push('\n');
        }
        lines
    }
}

fn width(cell: &Cell) -> usize {
    cell.text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_line() {
        let mut table = Table::with_headings(&["shop", "balance", "since"]);
        table.row([Cell::text("Bakery"), Cell::number("10.50"), Cell::text("today")]);
        table.row([Cell::text("麦 mill"), Cell::number("-1,200.00"), Cell::text("")]);
        let plain = anstream::adapter::strip_str(&table.lines("  ")).to_string();
        assert_eq!(plain, "  shop       balance  since\n  Bakery       10.50  today\n  麦 mill  -1,200.00\n");
    }

    #[test]
    fn an_empty_table_is_nothing() {
        assert_eq!(Table::new().lines("  "), "");
    }
}
