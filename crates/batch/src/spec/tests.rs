use super::*;

fn findings(text: &str) -> Vec<(String, String, u32)> {
    let found = Spec::read(text).unwrap_err();
    let line = |span: Span| text[..span.start as usize].matches('\n').count() as u32 + 1;
    found
        .into_iter()
        .map(|finding| {
            let at = finding.span.map_or(0, line);
            (finding.message, finding.help.unwrap_or_default(), at)
        })
        .collect()
}

#[test]
fn a_job_takes_what_the_file_says_and_its_own_stands_before() {
    let spec = Spec::read(
        "formats = \"csv\"\nsegments = [\"region\"]\nparams = { goal = 80, name = \"x\" }\nas_of = 2026-06-30\n\
         [data.one]\nsurvey = \"a.csv\"\n\
         [[job]]\ncards = \"a.rhai\"\ndata = \"one\"\n\
         [[job]]\nname = \"second\"\ncards = [\"b.rhai\", \"c/*.rhai\"]\nformats = [\"json\", \"markdown\"]\nwhole = true\nsegments = []\nparams = { goal = 0.5 }\n",
    )
    .unwrap();
    let [first, second] = spec.jobs.as_slice() else {
        panic!("{spec:?}")
    };
    assert_eq!(
        (first.formats.as_slice(), first.segments.len()),
        (&[FileFormat::Csv][..], 1)
    );
    assert_eq!(first.as_of.as_ref().map(|day| day.value.as_str()), Some("2026-06-30"));
    assert_eq!(first.data[0].value, "one");
    assert_eq!((second.cards.len(), second.segments.len()), (2, 0));
    assert_eq!(second.formats, [FileFormat::Json, FileFormat::Markdown]);
    assert!(second.params.contains(&("goal".to_owned(), Literal::Float(0.5))));
    assert!(
        second
            .params
            .contains(&("name".to_owned(), Literal::Text("x".to_owned())))
    );
    assert_eq!(spec.out, "reports");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_a_way_out() {
    let found = findings(
        "outt = \"x\"\nformats = [\"jsn\"]\nwhole = 3\n[data.one]\nsurvey = 5\n[[job]]\ncards = []\ndata = \"onne\"\nfiles = \"../{card}\"\n[[job]]\nperiod = \"fortnight\"\n",
    );
    let has = |message: &str, help: &str, line: u32| {
        let hit = found
            .iter()
            .any(|(own, way, at)| own.contains(message) && way.contains(help) && *at == line);
        assert!(hit, "{message} on line {line} in {found:#?}");
    };
    has("no setting `outt`", "did you mean `out`?", 1);
    has("no format `jsn`", "did you mean `json`?", 2);
    has("`whole` takes true or false, and this is a number", "", 3);
    has("`survey` takes a text, and this is a number", "", 5);
    has("no source of data is called `onne`", "did you mean `one`?", 8);
    has("`../{card}` is no safe name of a file", "stays in the folder", 9);
    has("unknown period `fortnight`", "fiscal year", 11);
    has("a job without cards", "cards = [", 10);
    has("a job without cards", "cards = [", 7);
}

#[test]
fn what_is_no_toml_and_what_has_no_job() {
    let found = findings("cards = [\n");
    assert!(found[0].0.starts_with("this is no TOML"), "{found:?}");
    assert_eq!(findings("title = \"x\"\n")[0].0, "the file has no job");
    assert_eq!(
        findings("job = 3\n")[0].0,
        "`job` is a list of tables, and this is a number"
    );
    assert!(
        findings("[[job]]\ncards = \"a\"\nwhole = false\n")[0]
            .0
            .contains("leaves no report")
    );
}
