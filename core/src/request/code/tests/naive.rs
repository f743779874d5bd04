//! The penalty of a symbol as the standard tells it, cell by cell, to compare with.

/// `symbol[row][column]`, true is dark.
pub type Symbol = Vec<Vec<bool>>;

/// N1 of table 11.
pub fn runs(symbol: &Symbol) -> u32 {
    lines(symbol).iter().map(|line| line.chunk_by(|a, b| a == b).map(of_run).sum::<u32>()).sum()
}

fn of_run(run: &[bool]) -> u32 {
    if run.len() >= 5 { 3 + u32::try_from(run.len() - 5).unwrap() } else { 0 }
}

/// N2.
pub fn blocks(symbol: &Symbol) -> u32 {
    let mut penalty = 0;
    for y in 1..symbol.len() {
        for x in 1..symbol.len() {
            let four = [symbol[y][x], symbol[y][x - 1], symbol[y - 1][x], symbol[y - 1][x - 1]];
            penalty += if four == [true; 4] || four == [false; 4] { 3 } else { 0 };
        }
    }
    penalty
}

/// N3.
pub fn finders(symbol: &Symbol) -> u32 {
    const BEFORE: [bool; 11] = [false, false, false, false, true, false, true, true, true, false, true];
    let after: Vec<bool> = BEFORE.iter().rev().copied().collect();
    let mut penalty = 0;
    for line in lines(symbol) {
        // Four of the quiet zone on each side.
        let line = [&[false; 4], line.as_slice(), &[false; 4]].concat();
        for start in 4..line.len() - 10 {
            let found = line[start - 4..start + 7] == BEFORE || line[start..start + 11] == *after;
            penalty += if found { 40 } else { 0 };
        }
    }
    penalty
}

/// N4.
pub fn balance(symbol: &Symbol) -> u32 {
    (1..=10).take_while(|k| per_mille_from_half(symbol) >= f64::from(k * 50)).map(|_| 10).sum()
}

/// N4 as `qrcode` takes it: two for each per cent, cut only to whole halves of a per cent.
pub fn smooth_balance(symbol: &Symbol) -> u32 {
    let dark = symbol.iter().flatten().filter(|dark| **dark).count();
    u32::try_from((dark * 200 / symbol.len().pow(2)).abs_diff(100)).unwrap()
}

fn per_mille_from_half(symbol: &Symbol) -> f64 {
    let dark = symbol.iter().flatten().filter(|dark| **dark).count();
    let share =
        f64::from(u32::try_from(dark).unwrap()) / f64::from(u32::try_from(symbol.len().pow(2)).unwrap());
    (share - 0.5).abs() * 1000.0
}

pub fn penalty(symbol: &Symbol) -> u32 {
    runs(symbol) + blocks(symbol) + finders(symbol) + balance(symbol)
}

/// Rows and columns.
fn lines(symbol: &Symbol) -> Vec<Vec<bool>> {
    let columns = (0..symbol.len()).map(|x| symbol.iter().map(|row| row[x]).collect());
    symbol.iter().cloned().chain(columns).collect()
}
