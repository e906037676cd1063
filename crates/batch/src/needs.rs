//! One reading of a file for all cards that read it.

use bellwether::data::Needs;

/// Whether two cards can share a reading: what both read, both read alike.
pub fn agree(a: &Needs, b: &Needs) -> bool {
    let both = |column: &String| !(a.wants(column) && b.wants(column)) || a.column(column) == b.column(column);
    a.utc_offset_minutes == b.utc_offset_minutes && a.columns.keys().chain(b.columns.keys()).all(both)
}

/// What both need together.
pub fn join(into: &mut Needs, more: &Needs) {
    into.all |= more.all;
    for (column, need) in &more.columns {
        into.columns.entry(column.clone()).or_insert(*need);
    }
}

#[cfg(test)]
mod tests {
    use bellwether::data::ColumnNeed;

    use super::*;

    fn needs(columns: &[(&str, ColumnNeed)]) -> Needs {
        Needs {
            columns: columns.iter().map(|(name, need)| ((*name).to_owned(), *need)).collect(),
            ..Needs::default()
        }
    }

    #[test]
    fn cards_that_read_a_column_differently_read_the_file_each() {
        let plain = ColumnNeed::default();
        let text = ColumnNeed { text: true, ..plain };
        let (a, b) = (needs(&[("region", plain), ("zip", plain)]), needs(&[("zip", text)]));
        assert!(!agree(&a, &b));
        assert!(agree(&a, &needs(&[("plan", text), ("region", plain)])));
        let all = Needs {
            all: true,
            ..Needs::default()
        };
        assert!(
            agree(&a, &all) && !agree(&b, &all),
            "who reads everything reads `zip` as a number"
        );
        let mut both = a.clone();
        join(&mut both, &needs(&[("plan", text)]));
        assert_eq!(both.columns.len(), 3);
    }
}
