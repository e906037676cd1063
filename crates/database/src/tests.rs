//! Addresses and their secrets; SQLite beside CSV.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ::postgres::config::SslMode;
use bellwether::data::{CsvOptions, Values, read_csv};
use bellwether::diagnostic::codes;
use bellwether::{Engine, EvaluateOptions, Limits, Source};

use super::*;

fn nothing(_: &str) -> Option<String> {
    None
}

fn options(environment: &dyn Fn(&str) -> Option<String>) -> Options<'_> {
    Options {
        limits: ReadLimits::TRUSTED,
        environment,
    }
}

fn parse(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Address, Diagnostic> {
    Address::parse("survey", text, environment)
}

fn refusal(text: &str) -> Diagnostic {
    match parse(text, &nothing) {
        Ok(_) => panic!("not refused: {text}"),
        Err(finding) => finding,
    }
}

#[test]
fn an_address_says_host_database_and_query_hash_alone() {
    let environment = |name: &str| match name {
        "PGUSER" => Some("reader".to_owned()),
        "PGPASSWORD" => Some("hunter2".to_owned()),
        _ => None,
    };
    let address = parse(
        "postgres://localhost:5433/cx?rows=10&query=select '50%', a&b from t;",
        &environment,
    )
    .unwrap();
    assert_eq!(address.query, "select '50%', a&b from t");
    assert_eq!(address.rows, Some(10));
    // printf '%s' "select '50%', a&b from t" | sha256sum
    let hash = "a6b1c1a852423614a3b37bbee0866d7194cb9c2e0de43199a66b977e69e4ca9a";
    assert_eq!(
        address.origin,
        format!("postgres://localhost:5433/cx?query_sha256={hash}")
    );
    assert_eq!(
        address.scrubbed("no user \"reader\" with hunter2"),
        "no user \"***\" with ***"
    );
    let Place::Postgres(config) = &address.place else {
        panic!()
    };
    assert_eq!(
        (config.get_user(), config.get_password()),
        (Some("reader"), Some(&b"hunter2"[..]))
    );
}

#[test]
fn a_password_in_the_address_is_refused_and_not_repeated() {
    for text in [
        "postgres://me:hunter2@localhost/cx?query=select 1",
        "postgres://me:hunt%65r2@localhost/cx?query=select 1",
        "postgres://localhost/cx?password=hunter2&query=select 1",
    ] {
        let finding = refusal(text);
        assert_eq!(finding.code, codes::CREDENTIALS);
        let said = format!("{finding:?}");
        assert!(!said.contains("hunter2") && !said.contains("hunt%65r2"), "{said}");
        assert!(said.contains("PGPASSWORD"), "{said}");
    }
    assert!(!masked("postgres://me:hun@ter?2@localhost/cx?password=hunter2&x=1").contains("hunter2"));
}

#[test]
fn a_whole_url_may_come_from_the_environment() {
    let environment =
        |name: &str| (name == "BELLWETHER_SURVEY_URL").then(|| "postgres://me:hunter2@127.0.0.1:5434/cx".to_owned());
    let address = parse("postgres:?table=public.survey", &environment).unwrap();
    assert_eq!(address.query, "select * from \"public\".\"survey\"");
    assert!(
        address.origin.starts_with("postgres://127.0.0.1:5434/cx?query_sha256="),
        "{}",
        address.origin
    );
    assert_eq!(address.secrets, ["hunter2", "me"]);
    let finding = refusal("postgres:?table=survey");
    assert!(finding.help.unwrap().contains("BELLWETHER_SURVEY_URL"));
}

#[test]
fn what_makes_no_address_is_refused_with_a_way_out() {
    for (text, expected) in [
        ("postgres://localhost/cx", "the address has no query"),
        ("sqlite:cx.db?query=", "the address has no query"),
        ("sqlite:cx.db?rows=many&query=select 1", "`rows` takes a whole number"),
        ("sqlite:cx.db?colour=red&query=select 1", "an option `colour`"),
    ] {
        let finding = refusal(text);
        assert_eq!(finding.code, codes::DATABASE);
        assert!(finding.message.contains(expected), "{text}: {}", finding.message);
    }
}

#[test]
fn what_goes_to_another_machine_is_encrypted_unless_the_address_gives_it_up() {
    let url = |ssl: &'static str| {
        move |name: &str| (name == "BELLWETHER_SURVEY_URL").then(|| format!("postgres://me:x@localhost/cx{ssl}"))
    };
    let encrypted = |text: &str, environment: &dyn Fn(&str) -> Option<String>| {
        let address = parse(text, environment).unwrap();
        let Place::Postgres(config) = &address.place else {
            panic!()
        };
        // The client must not fall back to a connection that is not.
        let expected = if address.encrypted {
            SslMode::Require
        } else {
            SslMode::Disable
        };
        assert_eq!(config.get_ssl_mode(), expected, "{text}");
        address.encrypted
    };
    assert!(encrypted("postgres://db.example.com/cx?query=select 1", &nothing));
    assert!(!encrypted(
        "postgres://db.example.com/cx?unencrypted=yes&query=select 1",
        &nothing
    ));
    assert!(!encrypted("postgres://127.0.0.1/cx?query=select 1", &nothing));
    assert!(encrypted(
        "postgres://127.0.0.1/cx?encrypted=yes&query=select 1",
        &nothing
    ));
    assert!(!encrypted("postgres:?table=survey", &url("")));
    assert!(encrypted("postgres:?table=survey", &url("?sslmode=require")));
    assert!(encrypted("postgres:?table=survey", &url("?sslmode=verify-full")));
    let roots = |name: &str| (name == "PGSSLROOTCERT").then(|| "root.crt".to_owned());
    let address = parse("postgres://db.example.com/cx?query=select 1", &roots).unwrap();
    assert_eq!(address.roots.as_deref(), Some("root.crt"));
}

/// A database in a folder of its own.
struct Database(PathBuf);

impl Database {
    fn new(name: &str, sql: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("bellwether-db-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        rusqlite::Connection::open(folder.join("cx.db"))
            .unwrap()
            .execute_batch(sql)
            .unwrap();
        Self(folder)
    }

    fn read(&self, query: &str) -> Result<Table, Diagnostic> {
        let address = format!("sqlite:{}?query={query}", self.0.join("cx.db").display());
        open("survey", &address, &Needs::all(), &options(&nothing), &mut |_| true)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SURVEY: &str =
    "CREATE TABLE survey (id TEXT, day TEXT, at TEXT, recommend INTEGER, spend REAL, member INTEGER, region TEXT);
    INSERT INTO survey VALUES
        ('007', '2026-04-03', '2026-04-03 10:00:00', 10, 12.5, 1, 'W'),
        ('008', '2026-04-09', '2026-04-09T11:30:00Z', 2, 3, 0, 'E'),
        ('009', '2026-05-04', NULL, 9, NULL, NULL, NULL),
        ('010', '2026-06-01', '2026-06-01 00:00', NULL, 0.1, 1, 'E');";

const CSV: &str = "id,day,at,recommend,spend,member,region
007,2026-04-03,2026-04-03 10:00:00,10,12.5,1,W
008,2026-04-09,2026-04-09T11:30:00Z,2,3,0,E
009,2026-05-04,,9,,,
010,2026-06-01,2026-06-01 00:00,,0.1,1,E
";

#[test]
fn sqlite_gives_the_same_bits_as_csv() {
    let card = r#"scorecard("Health").owner("CX").purpose("Keep customers").min_n(1);
        let survey = table("survey").key("id").date("day");
        survey.column("recommend").scale(0, 10);
        segment("region", survey.region);
        period("month");
        metric("nps", nps(survey.recommend)).no_target("x");
        metric("spend", mean(survey.spend)).no_target("x");
        metric("members", rate(survey, |s| s.member == 1)).no_target("x");
        metric("answered", max(survey.at)).no_target("x");"#;
    let engine = Engine::new(Limits::default());
    let source = Source {
        name: "card",
        text: card,
        modules: &[],
        params: &[],
    };
    let (card, _) = engine.compile(&source).unwrap();
    let needs = engine.needs(&card)["survey"].clone();
    let database = Database::new("bits", SURVEY);
    let address = format!("sqlite:{}?table=survey", database.0.join("cx.db").display());
    let table = open("survey", &address, &needs, &options(&nothing), &mut |_| true).unwrap();
    let (csv, _) = read_csv(CSV.as_bytes(), &CsvOptions::default(), &needs).unwrap();
    let hash = |table: Table| {
        let tables = BTreeMap::from([("survey".to_owned(), table)]);
        engine
            .evaluate(&card, tables, &EvaluateOptions::default())
            .unwrap()
            .provenance
            .results_sha256
    };
    assert_eq!(hash(table), hash(csv));
}

#[test]
fn kinds_of_sqlite_are_found_by_their_values() {
    let database = Database::new("kinds", SURVEY);
    let table = database.read("select * from survey").unwrap();
    let kind = |name: &str| match table.column(name).unwrap().values {
        Values::Bool(_) => "bool",
        Values::Int(_) => "int",
        Values::Float(_) => "float",
        Values::Text(_) => "text",
        Values::Date(_) => "date",
        Values::Timestamp(_) => "timestamp",
    };
    let kinds: Vec<&str> = ["id", "day", "at", "recommend", "spend", "member", "region"]
        .into_iter()
        .map(kind)
        .collect();
    assert_eq!(kinds, ["text", "date", "timestamp", "int", "float", "int", "text"]);
    assert_eq!(database.read("select * from survey where 1 = 0").unwrap().rows, 0);
}

#[test]
fn the_hash_is_of_values_and_not_of_their_order() {
    let database = Database::new("hash", SURVEY);
    let hash = |query: &str| database.read(query).unwrap().sha256.unwrap();
    let all = hash("select * from survey order by id");
    assert_eq!(all, hash("select * from survey order by id desc"));
    assert_ne!(all, hash("select * from survey where id <> '007'"));
    assert_ne!(
        hash("select id, region from survey"),
        hash("select id, 'W' as region from survey")
    );
}

#[test]
fn what_writes_or_cannot_be_counted_is_refused() {
    let sql = format!("{SURVEY} CREATE TABLE odd (a, b); INSERT INTO odd VALUES (1, x'00'), ('text', NULL);");
    let database = Database::new("refused", &sql);
    for (query, expected) in [
        ("delete from survey", "would write"),
        ("select 1; delete from survey", "more than one statement"),
        ("select recomend from survey", "no such column: recomend"),
        ("select b from odd", "the column `b` holds bytes"),
        ("select a from odd", "holds both numbers and text"),
    ] {
        let finding = database.read(query).unwrap_err();
        assert_eq!(finding.code, codes::DATABASE);
        assert!(finding.message.contains(expected), "{query}: {}", finding.message);
    }
    assert_eq!(database.read("select * from survey").unwrap().rows, 4);
}

#[test]
fn no_more_rows_are_read_than_allowed() {
    let database = Database::new("limit", SURVEY);
    let address = |rows: u32| format!("sqlite:{}?rows={rows}&table=survey", database.0.join("cx.db").display());
    let read = |rows| {
        open("survey", &address(rows), &Needs::all(), &options(&nothing), &mut |_| {
            true
        })
    };
    assert_eq!(read(4).unwrap().rows, 4);
    assert_eq!(read(3).unwrap_err().code, codes::FILE_LIMIT);
}
