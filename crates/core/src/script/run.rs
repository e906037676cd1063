//! Running a card: statement by statement, so that one mistake does not hide the next, and each error in our words.
//!
//! Imports: diagnostic, script.

use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};

use super::ast::{NodeKind, Steps};
use super::builder::{Builder, Session};
use super::source::Sources;
use super::value::Value;
use crate::diagnostic::{Diagnostic, Span, codes, nearest};

/// Runs every statement of a card. A statement that fails leaves a diagnostic, and a stand-in under the name that it
/// would have declared.
pub fn run(engine: &Engine, ast: &AST, session: &Session) {
    let mut scope = Scope::new();
    let mut lost: Vec<String> = Vec::new();
    let mut steps = Steps::new(engine, &mut scope, ast).carrying(Dynamic::from(session.clone()));
    loop {
        let known = steps.scope().len();
        let Some(result) = steps.step() else { break };
        let Err(error) = result else { continue };
        let declared = steps.declared().map(str::to_owned);
        // Whatever the statement declared inside blocks goes; what it declares itself becomes a stand-in.
        steps.scope().rewind(known);
        if let Some(name) = declared {
            steps.scope().push(name, Value::Poison);
        }
        let mut builder = session.lock();
        builder.lost = true;
        let fatal = matches!(
            innermost(&error).0,
            EvalAltResult::ErrorTooManyOperations(_)
                | EvalAltResult::ErrorTerminated(..)
                | EvalAltResult::ErrorStackOverflow(_)
        );
        if let Some(alias) = alias_of(&builder, steps.index()) {
            steps.stand_in_for_import(&alias);
            lost.push(alias);
        } else if reads_lost(innermost(&error).0, &lost) {
            continue;
        }
        let diagnostic = explain(&error, &builder);
        if let Some(diagnostic) = diagnostic {
            let told = |other: &Diagnostic| other.is_error() && other.span == diagnostic.span;
            if !builder.diagnostics.iter().any(told) {
                builder.push(diagnostic);
            }
        }
        if fatal {
            break;
        }
    }
}

/// The name that an import statement would have bound; empty where it names none.
fn alias_of(builder: &Builder, statement: usize) -> Option<String> {
    match &builder.programs.card.body.get(statement)?.kind {
        NodeKind::Import(_, alias) => Some(alias.as_ref().map_or_else(String::new, |alias| alias.text.clone())),
        _ => None,
    }
}

/// Whether an error only says that something of a lost import is not there.
fn reads_lost(error: &EvalAltResult, lost: &[String]) -> bool {
    let (EvalAltResult::ErrorFunctionNotFound(name, _)
    | EvalAltResult::ErrorModuleNotFound(name, _)
    | EvalAltResult::ErrorVariableNotFound(name, _)) = error
    else {
        return false;
    };
    lost.iter()
        .any(|alias| name == alias || name.starts_with(&format!("{alias}::")))
}

/// The error itself, out of the calls that it went through, and the number of the text it happened in.
fn innermost(error: &EvalAltResult) -> (&EvalAltResult, Option<u16>) {
    let mut error = error;
    let mut source = None;
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(_, text, inner, _) => {
                source = text.parse().ok().or(source);
                error = inner;
            }
            EvalAltResult::ErrorInModule(_, inner, _) => error = inner,
            _ => return (error, source),
        }
    }
}

/// An error of the engine in the words of a card; nothing where a mistake told before caused it.
fn explain(error: &EvalAltResult, builder: &Builder) -> Option<Diagnostic> {
    let (inner, source) = innermost(error);
    let sources = &builder.sources;
    let span = sources.word(source.unwrap_or(0), inner.position());
    let poisoned = builder.failed();
    let diagnostic = match inner {
        EvalAltResult::ErrorFunctionNotFound(signature, _) if signature.contains("::") => in_module(signature, builder),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => unknown_function(signature, span, poisoned, sources)?,
        EvalAltResult::ErrorVariableNotFound(name, _) if name.contains("::") => in_module(name, builder),
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            Diagnostic::error(codes::UNKNOWN_NAME, format!("nothing is named `{name}` here"))
                .help("functions see their arguments only: hand the table in as an argument")
        }
        EvalAltResult::ErrorModuleNotFound(name, _) => unknown_module(name, sources),
        EvalAltResult::ErrorPropertyNotFound(name, _) => {
            Diagnostic::error(codes::UNKNOWN_NAME, format!("the map has no `{name}`"))
        }
        EvalAltResult::ErrorIndexNotFound(key, _) => {
            Diagnostic::error(codes::UNKNOWN_NAME, format!("the map has no `{key}`"))
        }
        EvalAltResult::ErrorArrayBounds(length, index, _) => Diagnostic::error(
            codes::RAISED,
            format!("the list has {length} items, and number {index} is read"),
        )
        .help("the first item is number 0"),
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
            if poisoned && (wanted.contains("part of the card") || found.contains("part of the card")) {
                return None;
            }
            Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("{} is needed here, and this is {}", in_words(wanted), in_words(found)),
            )
        }
        EvalAltResult::ErrorIndexingType(kind, _) => {
            if poisoned && kind.contains("part of the card") {
                return None;
            }
            Diagnostic::error(
                codes::TYPE_MISMATCH,
                format!("{} has nothing in it to read", in_words(kind)),
            )
        }
        EvalAltResult::ErrorDotExpr(..) => Diagnostic::error(codes::TYPE_MISMATCH, "this has nothing behind a dot"),
        EvalAltResult::ErrorFor(_) => Diagnostic::error(codes::TYPE_MISMATCH, "`for` goes over a list or a range")
            .help("for item in [\"a\", \"b\"] { .. }"),
        EvalAltResult::ErrorArithmetic(why, _) if why.contains("zero") => {
            Diagnostic::error(codes::RAISED, "a division by zero has no remainder")
        }
        EvalAltResult::ErrorArithmetic(..) => Diagnostic::error(codes::RAISED, "a number too large to hold"),
        EvalAltResult::ErrorRuntime(value, _) => Diagnostic::error(codes::RAISED, reason(&value.to_string())),
        EvalAltResult::ErrorAssignmentToConstant(name, _) => {
            Diagnostic::error(codes::REFUSED, format!("`{name}` is constant"))
        }
        EvalAltResult::ErrorParsing(kind, _) => Diagnostic::error(codes::SYNTAX, kind.to_string()),
        EvalAltResult::ErrorTooManyOperations(_) => limit("the card takes too many steps"),
        EvalAltResult::ErrorTooManyModules(_) => limit("the card imports too many modules"),
        EvalAltResult::ErrorTooManyVariables(_) => limit("the card has too many variables"),
        EvalAltResult::ErrorStackOverflow(_) => limit("functions call each other too deeply"),
        EvalAltResult::ErrorDataTooLarge(..) => limit("a text, list or map is too large"),
        // The budget says why it stopped.
        EvalAltResult::ErrorTerminated(why, _) => limit(&why.to_string()),
        EvalAltResult::ErrorDataRace(..) if poisoned => return None,
        EvalAltResult::ErrorDataRace(..) => Diagnostic::error(
            codes::NOT_COMPILED,
            "a condition reads the thing that it is a condition of",
        )
        .help("inside the closure name the row: |r| r.x == 1"),
        _ => Diagnostic::error(codes::REFUSED, "a card cannot do this"),
    };
    Some(diagnostic.at(span))
}

fn limit(message: &str) -> Diagnostic {
    Diagnostic::error(codes::LIMIT, message).help("make the card smaller, or ask the host for a higher limit")
}

/// The engine's word for a kind of value, in ours.
fn in_words(kind: &str) -> &'static str {
    match kind {
        "bool" => "true or false",
        "i64" | "f64" => "a number",
        "string" | "char" | "&str" | "ImmutableString" | "alloc::string::String" => "text",
        "array" => "a list",
        "map" => "a map",
        "()" => "nothing",
        "Fn" => "a condition",
        _ => "a part of the card",
    }
}

/// A function that is not there, or that does not take these values.
fn unknown_function(signature: &str, span: Span, poisoned: bool, sources: &Sources) -> Option<Diagnostic> {
    let (name, kinds) = signature.split_once(" (").unwrap_or((signature, ""));
    let name = name.trim();
    let kinds: Vec<&str> = kinds
        .trim_end_matches(')')
        .split(", ")
        .filter(|kind| !kind.is_empty())
        .collect();
    if poisoned && kinds.iter().any(|kind| kind.contains("part of the card")) && !is_word(name) {
        return None;
    }
    if !is_word(name) {
        let words: Vec<&str> = kinds
            .iter()
            .map(|kind| in_words(kind.split(" | ").next().unwrap_or(kind)))
            .collect();
        return Some(Diagnostic::error(
            codes::TYPE_MISMATCH,
            format!("`{name}` does not go between {}", words.join(" and ")),
        ));
    }
    if super::api::words().any(|word| word.name == name) {
        return Some(
            Diagnostic::error(codes::WRONG_ARGUMENT, format!("`{name}` is given too many values"))
                .help("hand them in as one list: [\"a\", \"b\"]"),
        );
    }
    let behind_dot = sources.is_method(span);
    let known = super::api::words()
        .filter(|word| word.is_free() != behind_dot)
        .map(|word| word.name);
    let message = if behind_dot {
        format!("no setting `{name}`")
    } else {
        format!("no function `{name}`")
    };
    let diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, message);
    Some(match nearest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(span, near),
        None => diagnostic,
    })
}

/// `cx::f` that the module does not have, or not with so many values.
fn in_module(signature: &str, builder: &Builder) -> Diagnostic {
    let path = signature.split(" (").next().unwrap_or(signature).trim();
    let (alias, name) = path.rsplit_once("::").unwrap_or(("", path));
    let imports = builder.programs.card.imports();
    let module = imports.get(alias).copied().unwrap_or(alias);
    let Some(program) = builder.programs.modules.get(module) else {
        return Diagnostic::error(codes::UNKNOWN_NAME, format!("nothing is imported as `{alias}`"))
            .help(format!("import \"company/cx\" as {alias};"));
    };
    let function = program.functions.values().find(|function| function.name.text == name);
    if let Some(function) = function {
        let takes = if function.parameters.is_empty() {
            "nothing".to_owned()
        } else {
            function.parameters.join(", ")
        };
        return Diagnostic::error(codes::WRONG_ARGUMENT, format!("`{path}` takes {takes}"))
            .related(function.name.span, "declared here");
    }
    let functions = program.functions.values().map(|function| function.name.text.as_str());
    let constants = program.body.iter().filter_map(|node| match &node.kind {
        NodeKind::Let {
            name, constant: true, ..
        } => Some(name.text.as_str()),
        _ => None,
    });
    let known: Vec<&str> = functions.chain(constants).collect();
    let diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, format!("module `{module}` has no `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{alias}::{near}`?")),
        None => diagnostic.help(format!("it has {}", known.join(", "))),
    }
}

fn is_word(name: &str) -> bool {
    name.bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

fn unknown_module(name: &str, sources: &Sources) -> Diagnostic {
    let known: Vec<&str> = sources.modules().collect();
    let diagnostic = Diagnostic::error(codes::UNKNOWN_MODULE, format!("no module `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help("the host handed in no modules"),
        None => diagnostic.help(format!("the host handed in {}", known.join(", "))),
    }
}

/// Why a card raised an error, in its own words where it has some.
fn reason(thrown: &str) -> &str {
    match thrown.trim() {
        "" => "the card stops itself here, and does not say why",
        why => why,
    }
}
