//! Tables for people, in monospaced text.

use std::fmt;

/// Writes a head and rows in columns as wide as they must be; those that `is_left` says to the left,
/// the others, which have numbers, to the right.
pub(crate) fn write<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    head: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    is_left: impl Fn(usize) -> bool,
) -> fmt::Result {
    let rows: Vec<_> = std::iter::once(head.map(String::from)).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            line.push_str(&match is_left(column) {
                true => format!("{cell:<width$}  "),
                false => format!("{cell:>width$}  "),
            });
        }
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}
