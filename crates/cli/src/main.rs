//! `bellwether`: scorecards on the command line. Thin: it reads arguments and files, calls the engine, draws.

mod args;
mod charts;
mod commands;
mod drawing;
mod entities;
mod failure;
mod host;
mod output;
mod pages;
mod terminal;
mod untrusted;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use terminal::Terminal;

/// Counts the bytes in use, which the limit of memory is held against.
#[global_allocator]
static ALLOCATOR: bellwether_alloc::Counting = bellwether_alloc::Counting;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(cli.color, cli.quiet);
    let outcome = match &cli.command {
        Command::Run(args) => commands::run::run(args, terminal),
        Command::Batch(args) => commands::batch::batch(args, terminal),
        Command::Check(args) => commands::check::check(args, terminal),
        Command::Fmt(args) => commands::fmt::fmt(args),
        Command::New(args) => commands::new::new(args, terminal),
        Command::Completions { shell } => commands::shell::completions(*shell),
        Command::Man => commands::shell::man(),
        Command::Explain(args) => commands::explain::explain(args, terminal),
        Command::WhatIf(args) => commands::ask::what_if(args, terminal),
        Command::Backtest(args) => commands::ask::backtest(args, terminal),
        Command::Diff(args) => commands::diff::diff(args, terminal),
        Command::Verify(args) => commands::verify::verify(args, terminal),
        Command::History(args) => commands::history::history(args, terminal),
        Command::Test(args) => commands::test::test(args, terminal),
        Command::Docs(args) => commands::docs::docs(args, terminal),
        Command::ReadUntrusted { request } => untrusted::read_table(request),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{}", failure.draw(terminal));
            ExitCode::from(failure.exit_code())
        }
    }
}
