//! `cargo xtask`: sets a machine up, shows the product, proves and measures it.

mod bench;
mod bill;
mod centre;
mod chaos;
mod checks;
mod desktops;
mod fuzz;
mod licences;
mod load;
mod machine;
mod manifest;
mod package;
mod pictures;
mod platforms;
mod releases;
mod show;
mod simulate;
mod supply;
mod tools;
mod ui;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Dealbell's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set everything up and show Dealbell: the demo, or whatever the arguments after -- say.
    Run(show::Show),
    /// Set everything up and run every test of every kind.
    Test(checks::Selection),
    /// Set everything up and measure Dealbell at work; prints a table per measure.
    Bench(bench::Measures),
    /// Write the TypeScript types anew from crates/protocol.
    Types,
    /// Type-check for Windows and macOS; with --link, make the Windows program too.
    CheckPlatforms(platforms::Depth),
    /// Start the app ten times on each real desktop, under load: icon, toast, click, end.
    CheckDesktops(desktops::Trials),
    /// Hand every door broken things, led by what the code covers.
    Fuzz(fuzz::Fuzzing),
    /// Write the list of libraries and their licences anew.
    Licences,
    /// Make the packages of this system: deb and rpm, or installers, or a disk image.
    Package(package::Wanted),
    /// Print what changed in the newest release.
    Notes(releases::Which),
    /// Print latest.json for the signed packages in a folder.
    Manifest(manifest::Places),
    /// Make the pictures of docs/screenshots anew.
    Screenshots,
    /// Live through simulated worlds, each out of its seed.
    Simulate(simulate::Worlds),
    /// Kill, cut, fill and put to sleep the real app and centre under load, and count everything.
    Chaos(chaos::Chaos),
}

fn main() -> ExitCode {
    if let Some(code) = fuzz::between() {
        return code;
    }
    match done() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

fn done() -> Result<()> {
    match Cli::parse().command {
        Command::Run(show) => show::run(&show),
        Command::Test(selection) => checks::run(&selection),
        Command::Bench(measures) => bench::run(&measures),
        Command::Types => checks::write_types(),
        Command::CheckPlatforms(depth) => platforms::run(&depth),
        Command::CheckDesktops(trials) => desktops::run(&trials),
        Command::Fuzz(wanted) => fuzz::run(&wanted),
        Command::Licences => licences::write(),
        Command::Package(wanted) => package::run(&wanted),
        Command::Notes(which) => releases::print_notes(&which),
        Command::Manifest(places) => manifest::print(&places),
        Command::Screenshots => pictures::make(),
        Command::Simulate(worlds) => simulate::run(&worlds),
        Command::Chaos(wanted) => chaos::run(&wanted),
    }
}
