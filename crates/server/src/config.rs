//! Options from three places: a flag counts before the environment, the environment before the file,
//! the file before the default.
//!
//! There is no second list of options: the file's keys are the long flags of `serve`, and what it
//! says becomes the default of that flag wherever a command has the same one. A flag that hides its
//! environment's value is a secret: it is taken from the environment or the file alone.

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, parser::ValueSource};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// The file that is read where it exists and nobody names another.
pub(crate) const USUAL: &str = "/etc/dealbell/centre.toml";
/// Names another file in the environment; an empty value reads none.
pub(crate) const VARIABLE: &str = "DEALBELL_CONFIG";
/// Whose flags are the keys of the file.
const SERVE: &str = "serve";
/// The command that takes secrets as they are pasted.
const CONNECT: &str = "connect";
/// Flags that are no options of the file.
const NO_KEYS: [&str; 3] = ["config", "help", "version"];

/// What was said, all places taken together. Mistakes in the file are told with its name and the key.
///
/// # Errors
/// When the file cannot be read, has an unknown key, or a value that its option does not take. What
/// is wrong with the command line itself ends the process, as clap does.
pub(crate) fn matches<P: CommandFactory>(arguments: Vec<OsString>) -> Result<ArgMatches> {
    let mut command = P::command();
    if let Some(path) = file(&arguments, std::env::var_os(VARIABLE)) {
        command = with_file(command, &path)?;
    }
    let matches = command.get_matches_from(arguments);
    refuse_open_secrets(&P::command(), &matches)?;
    Ok(matches)
}

/// Which file to read: the one named on the line or in the environment, else the usual one.
fn file(arguments: &[OsString], variable: Option<OsString>) -> Option<PathBuf> {
    let mut rest = arguments.iter().skip(1).take_while(|word| *word != "--");
    while let Some(word) = rest.next() {
        if word == "--config" {
            return rest.next().and_then(|path| named(path));
        }
        if let Some(path) = word
            .to_str()
            .and_then(|word| word.strip_prefix("--config="))
        {
            return named(OsStr::new(path));
        }
    }
    match variable {
        Some(path) => named(&path),
        None => Some(PathBuf::from(USUAL)).filter(|usual| usual.exists()),
    }
}

fn named(path: &OsStr) -> Option<PathBuf> {
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// The options that the file may set, by key.
fn keys(command: &Command) -> BTreeMap<String, Arg> {
    let mut command = command.clone();
    command.build();
    let serve = command.find_subcommand(SERVE);
    let arguments = serve.into_iter().flat_map(Command::get_arguments);
    arguments
        .filter_map(|argument| Some((argument.get_long()?.to_owned(), argument.clone())))
        .filter(|(key, _)| !NO_KEYS.contains(&key.as_str()))
        .collect()
}

fn with_file(command: Command, path: &Path) -> Result<Command> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration {shown} cannot be read"))?;
    let table: Table = text
        .parse()
        .with_context(|| format!("the configuration {shown} is no TOML"))?;
    let options = keys(&command);
    let mut defaults = BTreeMap::new();
    for (key, value) in table {
        let Some(option) = options.get(&key) else {
            bail!("{shown}: unknown key {key}{}", suggestion(&key, &options));
        };
        let values = values(option, &value).map_err(|what| anyhow!("{shown}: {key}: {what}"))?;
        if option.is_hide_env_values_set() {
            keep_from_others(path)
                .map_err(|what| anyhow!("{shown} has the secret {key}: {what}"))?;
        }
        defaults.insert(key, values);
    }
    Ok(with_defaults(command, &options, &defaults))
}

/// What an option takes of a value of the file, in its own words where it does not.
fn values(option: &Arg, value: &Value) -> Result<Vec<String>, String> {
    let several = matches!(option.get_action(), ArgAction::Append);
    let values = match value {
        Value::Array(values) if several => values.iter().map(single).collect::<Result<_, _>>()?,
        value => vec![single(value)?],
    };
    let action = if several {
        ArgAction::Append
    } else {
        ArgAction::Set
    };
    let key = option.get_long().unwrap_or_default().to_owned();
    let alone = Arg::new("value")
        .long(key.clone())
        .value_name("VALUE")
        .value_parser(option.get_value_parser().clone())
        .action(action);
    let line = values.iter().map(|value| format!("--{key}={value}"));
    Command::new("file")
        .no_binary_name(true)
        .arg(alone)
        .try_get_matches_from(line)
        .map_err(|error| {
            let told = error.to_string();
            let first = told.lines().next().unwrap_or_default();
            first.trim_start_matches("error: ").to_owned()
        })?;
    Ok(values)
}

fn single(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(truth) => Ok(truth.to_string()),
        Value::Datetime(_) => Err("no option is a date: put it in quotes".to_owned()),
        Value::Array(_) => Err("it has one value, no list".to_owned()),
        Value::Table(_) => Err("keys stand without sections".to_owned()),
    }
}

fn suggestion(key: &str, options: &BTreeMap<String, Arg>) -> String {
    let near = options
        .keys()
        .map(|option| (strsim::jaro_winkler(key, option), option))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, option)) if likeness > 0.75 => format!("; do you mean {option}?"),
        _ => String::from("; its keys are the flags of `dealbell-centre serve --help`"),
    }
}

/// Puts the file's values in the place of defaults, in every command that has the very option: the
/// same flag with the same variable.
fn with_defaults(
    mut command: Command,
    options: &BTreeMap<String, Arg>,
    defaults: &BTreeMap<String, Vec<String>>,
) -> Command {
    command = command.mut_args(|argument| {
        let key = argument.get_long().unwrap_or_default();
        let (Some(option), Some(values)) = (options.get(key), defaults.get(key)) else {
            return argument;
        };
        if option.get_env() != argument.get_env() {
            return argument;
        }
        argument.required(false).default_values(values.clone())
    });
    let names: Vec<String> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        command = command.mut_subcommand(name, |inner| with_defaults(inner, options, defaults));
    }
    command
}

/// A command line can be read by everybody on the machine. `connect` takes what somebody pastes once;
/// it has ended before anybody looks.
fn refuse_open_secrets(command: &clap::Command, matches: &ArgMatches) -> Result<()> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(());
    };
    let Some(command) = command.find_subcommand(name).filter(|_| name != CONNECT) else {
        return Ok(());
    };
    for option in command.get_arguments() {
        let key = option.get_long().unwrap_or_default();
        let open = matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine);
        if option.is_hide_env_values_set() && open {
            let variable = option.get_env().unwrap_or_default().display();
            bail!(
                "--{key} is a secret, and a command line can be read by others: give {variable} in \
                 the environment, or {key} in the configuration file"
            );
        }
    }
    refuse_open_secrets(command, matches)
}

#[cfg(unix)]
fn keep_from_others(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map(|about| about.permissions().mode());
    match mode {
        Ok(mode) if mode & 0o007 == 0 => Ok(()),
        Ok(_) => Err("others may not read or write the file: chmod o= it".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(not(unix))]
fn keep_from_others(_path: &Path) -> Result<(), String> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Line;
    use clap::FromArgMatches as _;
    use std::fmt::Write as _;

    #[derive(clap::Parser)]
    struct Small {
        #[command(subcommand)]
        command: SmallCommand,
    }

    #[derive(clap::Subcommand)]
    enum SmallCommand {
        Serve {
            #[arg(long, default_value_t = 1, env = "DEALBELL_TEST_NUMBER")]
            number: u8,
            #[arg(long)]
            many: Vec<String>,
            #[arg(long)]
            loud: bool,
            #[arg(long, env = "DEALBELL_TEST_SECRET", hide_env_values = true)]
            secret: Option<String>,
        },
        /// Has one option of `serve`, and another of the same name.
        Ask {
            #[arg(long, env = "DEALBELL_TEST_NUMBER")]
            number: u8,
            #[arg(long, default_value = "own", env = "DEALBELL_TEST_OTHER")]
            many: String,
            #[arg(long, env = "DEALBELL_TEST_HUSH", hide_env_values = true)]
            hush: Option<String>,
        },
    }

    fn small(file: &str, line: &[&str]) -> Result<SmallCommand> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.toml");
        std::fs::write(&path, file).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = if file.contains("open") { 0o644 } else { 0o640 };
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut line: Vec<OsString> = line.iter().map(OsString::from).collect();
        line.insert(0, "dealbell-centre".into());
        let command = with_file(Small::command(), &path)?;
        let matches = command.try_get_matches_from(line)?;
        refuse_open_secrets(&Small::command(), &matches)?;
        Ok(Small::from_arg_matches(&matches)?.command)
    }

    fn words(file: &str, line: &[&str]) -> String {
        match small(file, line) {
            Ok(_) => panic!("{file} was taken"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn the_file_gives_defaults_and_the_line_counts_before_it() {
        let file = "number = 7\nmany = [\"a\", \"b\"]\nloud = true\nsecret = \"hush\"";
        let Ok(SmallCommand::Serve {
            number,
            many,
            loud,
            secret,
        }) = small(file, &["serve", "--many", "c"])
        else {
            panic!("it is `serve`");
        };
        assert_eq!((number, many, loud), (7, vec!["c".to_owned()], true));
        assert_eq!(secret.as_deref(), Some("hush"));
        let Ok(SmallCommand::Serve { number, .. }) = small(file, &["serve", "--number", "9"])
        else {
            panic!("it is `serve`");
        };
        assert_eq!(number, 9);
        let Ok(SmallCommand::Ask { number, many, .. }) = small(file, &["ask"]) else {
            panic!("it is `ask`, whose required option the file has");
        };
        assert_eq!((number, many.as_str()), (7, "own"));
    }

    #[test]
    fn mistakes_in_the_file_are_told_with_file_and_key() {
        let told = words("nunber = 1", &["serve"]);
        assert!(
            told.contains("centre.toml: unknown key nunber; do you mean number?"),
            "{told}"
        );
        let told = words("zzz = 1", &["serve"]);
        assert!(told.contains("unknown key zzz; its keys are"), "{told}");
        let told = words("number = 300", &["serve"]);
        assert!(told.contains("number: invalid value '300'"), "{told}");
        let told = words("number = [1, 2]", &["serve"]);
        assert!(told.contains("number: it has one value"), "{told}");
        let told = words("loud = \"very\"", &["serve"]);
        assert!(told.contains("loud: invalid value 'very'"), "{told}");
        let told = words("[number]\na = 1", &["serve"]);
        assert!(told.contains("without sections"), "{told}");
        assert!(words("number 1", &["serve"]).contains("is no TOML"));
    }

    #[test]
    fn a_secret_comes_neither_by_the_command_line_nor_by_a_file_that_others_read() {
        let told = words("", &["serve", "--secret", "hush"]);
        assert!(told.contains("DEALBELL_TEST_SECRET"), "{told}");
        assert!(!told.contains("hush"), "{told}");
        let told = words("number = 1", &["ask", "--hush", "psst"]);
        assert!(
            told.contains("DEALBELL_TEST_HUSH") && !told.contains("psst"),
            "{told}"
        );
        if cfg!(unix) {
            let told = words("secret = \"open\"", &["serve"]);
            assert!(told.contains("chmod"), "{told}");
        }
    }

    #[test]
    fn the_file_is_the_one_that_was_named_last_of_all_the_usual_one() {
        let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let given = Some(PathBuf::from("a.toml"));
        assert_eq!(
            file(&line(&["x", "serve", "--config", "a.toml"]), None),
            given
        );
        assert_eq!(
            file(&line(&["x", "--config=a.toml"]), Some("b.toml".into())),
            given
        );
        assert_eq!(file(&line(&["x"]), Some("a.toml".into())), given);
        assert_eq!(file(&line(&["x"]), Some("".into())), None);
        assert_eq!(
            file(&line(&["x", "--", "--config", "a.toml"]), Some("".into())),
            None
        );
    }

    /// The table of docs/running.md, of what the program itself knows.
    fn table() -> String {
        let mut table = String::from(
            "| key of the file, `--flag` | environment | default | what |\n|---|---|---|---|\n",
        );
        let mut command = Line::command();
        command.build();
        let serve = command.find_subcommand(SERVE).unwrap();
        for option in serve.get_arguments() {
            let Some(key) = option
                .get_long()
                .filter(|key| !["help", "version"].contains(key))
            else {
                continue;
            };
            let secret = if option.is_hide_env_values_set() {
                "; a secret, never by flag"
            } else {
                ""
            };
            let environment = option.get_env().map_or_else(
                || "–".to_owned(),
                |name| format!("`{}`", name.to_string_lossy()),
            );
            let defaults: Vec<_> = option.get_default_values().iter().collect();
            let default = match &*defaults {
                _ if !option.get_action().takes_values() => "no".to_owned(),
                [] => "–".to_owned(),
                some => {
                    let some = some.iter().map(|value| value.to_string_lossy());
                    format!("`{}`", some.collect::<Vec<_>>().join("`, `"))
                }
            };
            let help = option.get_long_help().or(option.get_help());
            let help = help.map(ToString::to_string).unwrap_or_default();
            let help = help.replace('\n', " ").replace('|', "\\|");
            let help = help.trim_end_matches('.');
            writeln!(
                table,
                "| `{key}` | {environment} | {default} | {help}{secret} |"
            )
            .unwrap();
        }
        table
    }

    #[test]
    fn every_option_stands_in_the_table_of_the_documentation() {
        const BEGIN: &str = "<!-- options: DEALBELL_WRITE_OPTIONS=1 cargo test -p dealbell-server \
                             --bin dealbell-centre options -->\n";
        const END: &str = "<!-- end of options -->";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/running.md");
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(BEGIN).unwrap();
        let (written, after) = rest.split_once(END).unwrap();
        let table = table();
        if std::env::var_os("DEALBELL_WRITE_OPTIONS").is_some() {
            std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
            return;
        }
        assert_eq!(
            written, table,
            "docs/running.md is not current: DEALBELL_WRITE_OPTIONS=1 cargo test -p dealbell-server \
             --bin dealbell-centre options"
        );
    }

    #[test]
    fn every_option_says_what_it_is() {
        Line::command().debug_assert();
        for (key, option) in keys(&Line::command()) {
            assert!(option.get_help().is_some(), "--{key} has no description");
            let secret = option.is_hide_env_values_set();
            assert!(
                !secret || option.get_env().is_some(),
                "--{key} has no variable"
            );
        }
    }
}
