//! Completions and the manual page.

use clap::CommandFactory as _;

use crate::args::Cli;
use crate::failure::Failure;
use crate::output;

/// Prints completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bellwether", &mut bytes);
    output::print(&String::from_utf8_lossy(&bytes))
}

/// Prints the manual page: the command, then each of its subcommands.
pub fn man() -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut command = Cli::command();
    command.build();
    let explain = |error: std::io::Error| Failure::input(format!("cannot draw the manual page: {error}"));
    clap_mangen::Man::new(command.clone())
        .render(&mut bytes)
        .map_err(explain)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(&mut bytes).map_err(explain)?;
        for below in sub.get_subcommands().filter(|below| below.get_name() != "help") {
            clap_mangen::Man::new(below.clone())
                .render(&mut bytes)
                .map_err(explain)?;
        }
    }
    output::print(&String::from_utf8_lossy(&bytes))
}
