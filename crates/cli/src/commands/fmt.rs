//! `bellwether fmt`: puts cards in good order.

use bellwether::assist::format;

use crate::args::FmtArgs;
use crate::failure::Failure;
use crate::host::card;
use crate::output;

/// Formats cards in place, or tells which are not in good order. Silent where all is well.
pub fn fmt(args: &FmtArgs) -> Result<(), Failure> {
    // Every card is read before one is written.
    let mut untidy = Vec::new();
    for path in &args.cards {
        let name = path.display().to_string();
        let text = card::read_one(path)?;
        let done = format(&text).ok_or_else(|| {
            Failure::input(format!(
                "{name} cannot be put in order: a bracket or a text never ends, or something is no word of a card; \
                 `bellwether check {name}` says where"
            ))
        })?;
        if name == "-" && !args.check {
            output::print(&done.text)?;
        } else if done.text != text {
            untidy.push((path, name, done.text));
        }
    }
    for (path, name, text) in &untidy {
        if args.check {
            output::print(&format!("{name} is not in good order\n"))?;
        } else {
            output::write_whole(path, text.as_bytes())?;
        }
    }
    if args.check && !untidy.is_empty() {
        return Err(Failure::Reported);
    }
    Ok(())
}
