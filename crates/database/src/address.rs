//! Addresses of databases, and what of them may be said aloud.

use std::time::Duration;

use bellwether::diagnostic::{Diagnostic, codes};
use postgres::config::{Host, SslMode};
use sha2::{Digest as _, Sha256};

use crate::encryption::ROOTS;
use crate::refused;

/// How long a server may take to answer a first time.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where a table is read from.
pub(crate) struct Address {
    /// The server or the file.
    pub place: Place,
    /// The query.
    pub query: String,
    /// Most rows, where the address says so.
    pub rows: Option<u64>,
    /// What messages and provenance say: host, database, hash of the query.
    pub origin: String,
    /// What nothing may say: user and password.
    pub secrets: Vec<String>,
    /// Whether what travels is encrypted.
    pub encrypted: bool,
    /// The file of certificates that are trusted; none: those that the machine trusts.
    pub roots: Option<String>,
}

pub(crate) enum Place {
    Postgres(Box<postgres::Config>),
    /// Path of the file.
    Sqlite(String),
}

/// Whether a place of data is a database and not a file.
///
/// ```
/// use bellwether_database::is_address;
/// assert!(is_address("postgres://localhost/cx?table=survey") && is_address("sqlite:cx.db?table=survey"));
/// assert!(!is_address("survey.csv") && !is_address("C:/survey.csv"));
/// ```
#[must_use]
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    ["postgres", "postgresql", "sqlite"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme))
}

/// A text of the command line as it may be printed: without user and password of a URL in it.
///
/// ```
/// use bellwether_database::masked;
/// assert_eq!(masked("x=postgres://me:secret@host/db?query=select 1"), "x=postgres://***@host/db?query=select 1");
/// assert_eq!(masked("survey.csv"), "survey.csv");
/// ```
#[must_use]
pub fn masked(text: &str) -> String {
    let Some((before, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    // A password may hold any sign: everything up to the last @ before the options.
    let (authority, options) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let shown = authority
        .rsplit_once('@')
        .map_or(authority.to_owned(), |(_, host)| format!("***@{host}"));
    let options = match (options.to_ascii_lowercase().find("password="), options.find("query=")) {
        (Some(secret), query) if query.is_none_or(|query| secret < query) => "?***",
        _ => options,
    };
    format!("{before}://{shown}{options}")
}

impl Address {
    /// Reads an address; `table` is the card's name for what is read.
    pub(crate) fn parse(
        table: &str,
        text: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Diagnostic> {
        let (place, options) = text.split_once('?').unwrap_or((text, ""));
        let is_sqlite = place
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("sqlite:"));
        // Until the address is known to hold no secret, messages name the table alone.
        let nameless = format!("the database of {table}");
        let asked = Asked::parse(options, &nameless)?;
        let hash = hex(&Sha256::digest(asked.query.as_bytes()));
        if is_sqlite {
            let path = place.get(7..).unwrap_or_default();
            let path = path.strip_prefix("//").unwrap_or(path).to_owned();
            return Ok(Self {
                origin: format!("sqlite:{path}?query_sha256={hash}"),
                place: Place::Sqlite(path),
                query: asked.query,
                rows: asked.rows,
                secrets: Vec::new(),
                encrypted: false,
                roots: None,
            });
        }
        let (mut config, name) = server(table, place, &nameless, environment)?;
        let origin = format!("{name}?query_sha256={hash}");
        // What stays on this machine nobody else reads.
        let near = config.get_hosts().iter().all(is_near);
        let encrypted = asked
            .encrypted
            .unwrap_or(!near || config.get_ssl_mode() == SslMode::Require);
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        let password = config
            .get_password()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let user = config.get_user().map(str::to_owned);
        Ok(Self {
            place: Place::Postgres(Box::new(config)),
            query: asked.query,
            rows: asked.rows,
            origin,
            secrets: password
                .into_iter()
                .chain(user)
                .filter(|secret| !secret.is_empty())
                .collect(),
            encrypted,
            roots: environment(ROOTS).filter(|file| !file.is_empty()),
        })
    }

    /// A message of a server without what must not be said.
    pub(crate) fn scrubbed(&self, message: &str) -> String {
        let mut text = message.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), "***");
        }
        text
    }
}

/// The server of an address, with what the environment adds, and its name.
fn server(
    table: &str,
    place: &str,
    nameless: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(postgres::Config, String), Diagnostic> {
    let variable = variable(table);
    let has_host = place
        .split_once("//")
        .is_some_and(|(_, rest)| !rest.trim_matches('/').is_empty());
    let from_environment = if has_host { None } else { environment(&variable) };
    let url = match (&from_environment, has_host) {
        (Some(url), _) => url.as_str(),
        (None, true) => place,
        (None, false) => {
            let message = format!("the address of `{table}` names no server");
            return Err(refused(nameless, message).help(format!(
                "write it, postgres://host/database?query=.., or put a whole URL into the environment as {variable}"
            )));
        }
    };
    // Certificates are checked whenever a connection is encrypted.
    let url = url
        .replace("sslmode=verify-full", "sslmode=require")
        .replace("sslmode=verify-ca", "sslmode=require");
    let mut config: postgres::Config = url.parse().map_err(|_| {
        let what = if has_host { "the address" } else { variable.as_str() };
        refused(nameless, format!("{what} of `{table}` is no address of a database"))
            .help("it looks like postgres://host:5432/database?query=select ..")
    })?;
    if has_host && config.get_password().is_some() {
        return Err(password_in_sight(table, &variable));
    }
    if has_host {
        if let Some(user) = environment("PGUSER").filter(|_| config.get_user().is_none()) {
            config.user(&user);
        }
        if let Some(password) = environment("PGPASSWORD") {
            config.password(password);
        }
    }
    config.connect_timeout(PATIENCE).application_name("bellwether");
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        Some(Host::Unix(_)) => "a local socket".to_owned(),
        None => {
            return Err(refused(nameless, format!("the address of `{table}` names no server")));
        }
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let database = config.get_dbname().unwrap_or_default();
    let name = format!("postgres://{host}:{port}/{database}");
    Ok((config, name))
}

/// The variable that may hold the URL for a table: `BELLWETHER_SURVEY_URL`.
fn variable(table: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    format!("BELLWETHER_{}_URL", table.chars().map(letter).collect::<String>())
}

fn password_in_sight(table: &str, variable: &str) -> Diagnostic {
    let message =
        format!("the address of `{table}` holds a password, which every list of processes and every log shows");
    Diagnostic::error(codes::CREDENTIALS, message).help(format!(
        "put it into the environment, PGPASSWORD, and leave it out here; or put the whole URL into {variable} and write \
         postgres:?query=.."
    ))
}

/// Whether a server is on this machine.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}

/// What stands behind the question mark.
struct Asked {
    query: String,
    rows: Option<u64>,
    /// Whether the connection is to be encrypted, where the address says so.
    encrypted: Option<bool>,
}

impl Asked {
    /// Reads `rows=1000&query=select ..`: the query is the last, and stands as it is, to its end.
    fn parse(text: &str, nameless: &str) -> Result<Self, Diagnostic> {
        let (mut rows, mut encrypted, mut query) = (None, None, None);
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(own) = rest.strip_prefix("query=") {
                query = Some(own.trim().trim_end_matches(';').to_owned());
                break;
            }
            let (option, more) = rest.split_once('&').unwrap_or((rest, ""));
            rest = more;
            match option.split_once('=').unwrap_or((option, "")) {
                ("table", name) => query = Some(format!("select * from {}", quoted(name))),
                ("rows", count) => {
                    let count = count.parse().map_err(|_| {
                        refused(nameless, "`rows` takes a whole number: the most rows that may be read")
                    })?;
                    rows = Some(count);
                }
                ("encrypted", "yes") => encrypted = Some(true),
                ("unencrypted", "yes") => encrypted = Some(false),
                ("password" | "sslpassword" | "user", _) => {
                    let message = "an option of the address names a user or a password";
                    return Err(Diagnostic::error(codes::CREDENTIALS, message)
                        .help("put them into the environment, PGUSER and PGPASSWORD, and leave them out here"));
                }
                (name, _) => {
                    let message = format!("the address has an option `{name}`, which is not known");
                    return Err(refused(nameless, message)
                        .help("it may have rows, encrypted=yes or unencrypted=yes, table, and query as the last"));
                }
            }
        }
        let query = query.filter(|query| !query.is_empty());
        let query = query.ok_or_else(|| {
            refused(nameless, "the address has no query").help("end it with ?query=select .. or ?table=name")
        })?;
        Ok(Self { query, rows, encrypted })
    }
}

/// A name of a table as SQL has it: `public.survey` is two names.
fn quoted(name: &str) -> String {
    let parts: Vec<String> = name
        .split('.')
        .map(|part| format!("\"{}\"", part.replace('"', "\"\"")))
        .collect();
    parts.join(".")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
